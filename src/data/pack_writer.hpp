// SPDX-License-Identifier: Apache-2.0
// Writing packs: every image is checked before the first byte is written, and the file appears whole or not
// at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "data/image_notes.hpp"
#include "data/list.hpp"
#include "data/pack.hpp"
#include "data/pack_image.hpp"
#include "store/atomic_file.hpp"

namespace ltr::data {

/// What a pack holds besides the images. Entries may come in any order; the pack groups them by class,
/// stably.
struct PackContents {
  std::string name;
  std::string list;       ///< what messages name beside an entry's line; "" for drawn images
  std::string list_hash;  ///< "" for drawn images
  std::vector<std::string> class_names;
  std::vector<PackEntry> entries;
};

/// Fills `bytes` with an entry's encoded image. Called twice an image, from several threads.
/// Throws: DataError if there is none; the message need not name list and line.
using ImageSource = std::function<void(const PackEntry& entry, std::vector<std::byte>& bytes)>;

enum class BadImages { fail, drop };
enum class EmptyClasses { refuse, allow };

struct PackOptions {
  BadImages bad_images = BadImages::fail;
  DamagedImages damaged = DamagedImages::refuse;
  EmptyClasses empty_classes = EmptyClasses::allow;
  int threads = 0;         ///< 0: one a processor
  std::stop_token stop{};  ///< asked between images
};

struct PackReport {
  std::int64_t images = 0;
  std::uint64_t image_bytes = 0;
  std::int64_t reencoded = 0;  ///< images that are packed as a PNG of their pixels
  std::int64_t whitened = 0;   ///< of 16-bit grey levels above 255, which are white
  NotedImages dropped;         ///< that BadImages::drop left out; the file is `<output>.dropped`
  NotedImages lenient;         ///< that DamagedImages::as_pil took; the file is `<output>.lenient`
};

/// Writes a pack in two passes: first every image is decoded once and measured, then the bytes are copied.
/// A JPEG of grey levels or colours is packed as it is; any other image (PNG of whatever kind, CMYK, YCCK)
/// becomes an 8-bit RGB PNG of the pixels that decode() makes of it, or decode_as_pil() of a damaged one.
/// A pack that lacks images of its list says so in its name: "toy, 7 of 9 images".
/// What the first pass learns of a list's images stands beside `output` as `<output>.checked` while it works;
/// packing that was stopped leaves it, and the next one does not decode these images again.
/// Throws: DataError listing the images that cannot be used; SystemError if the disk is too small or refuses;
/// Stopped.
PackReport write_pack(const std::filesystem::path& output, PackContents contents, const ImageSource& image_of,
                      const PackOptions& options, base::Log& log);

/// The same for packs that appear together: it is the caller who has looked at what stands at `output`, and
/// who commits.
PackReport write_pack(const store::PendingFile& pending, const std::filesystem::path& output,
                      PackContents contents, const ImageSource& image_of, const PackOptions& options,
                      base::Log& log);

/// Where the images of a list lie and how their pack is called.
struct ListSource {
  std::filesystem::path root;  ///< paths of the list are relative to it
  std::string name;
  std::vector<std::string> class_names;
};

/// write_pack of the files that a list names.
PackReport pack_list(const std::filesystem::path& output, const ImageList& list, const ListSource& source,
                     const PackOptions& options, base::Log& log);

}  // namespace ltr::data
