// SPDX-License-Identifier: Apache-2.0
// The pack: an HDF5 file with a data set's encoded images, grouped by class; or several, read as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"

namespace ltr::data {

/// Version of the layout that this program writes and reads.
inline constexpr std::int32_t kPackSchema = 2;

/// One image to be packed.
struct PackEntry {
  base::ClassId label;
  std::string path;
  std::int64_t number =
      0;  ///< its line in the list (0: it has none), or which image of its class a drawn one is
};

/// Pixels of an image.
struct Resolution {
  std::int32_t height = 0;
  std::int32_t width = 0;
};

/// One of a pack's files.
struct PackIdentity {
  std::filesystem::path path;
  std::string content_hash;
};

/// A pack open for reading: tables in memory, images by one pread each. Several files are joined class by
/// class, in their order.
/// Thread: `read` may be called by several threads. Throws: DataError naming pack, image and path.
class Pack {
 public:
  /// Reads and checks the tables: schema, shapes, offsets within the file, labels grouped by class and
  /// counted. Throws: DataError if the file is foreign, damaged outside of its images, of another schema
  /// version or inconsistent.
  explicit Pack(const std::filesystem::path& path);
  /// Throws: the same, and DataError if the files' classes are not the same, or the content of two is.
  explicit Pack(std::span<const std::filesystem::path> paths);
  Pack(Pack&&) noexcept;
  Pack& operator=(Pack&&) noexcept;
  ~Pack();

  /// Its file, or "a.h5 + b.h5".
  [[nodiscard]] const std::string& location() const;
  [[nodiscard]] std::vector<PackIdentity> files() const;
  [[nodiscard]] std::int64_t images() const;   ///< N
  [[nodiscard]] std::int32_t classes() const;  ///< K
  /// Images of each class; 0 is possible in validation and test packs. Shape: [K].
  [[nodiscard]] std::span<const std::int64_t> class_counts() const;
  [[nodiscard]] std::span<const std::string> class_names() const;
  [[nodiscard]] base::ClassId label(base::SampleIndex sample) const;
  [[nodiscard]] std::string image_path(base::SampleIndex sample) const;
  /// "pack 'a.h5', image 3 ('x.jpg')": file, number within it and path, for messages.
  [[nodiscard]] std::string describe(base::SampleIndex sample) const;
  [[nodiscard]] Resolution resolution(base::SampleIndex sample) const;
  [[nodiscard]] std::uint32_t image_crc32(base::SampleIndex sample) const;
  [[nodiscard]] std::uint64_t image_size_bytes(base::SampleIndex sample) const;
  /// Git blob hash of the list it was made from, "" for a synthetic one; of several "a + b", like the name.
  [[nodiscard]] const std::string& list_hash() const;
  /// Name of the list or of the synthetic set.
  [[nodiscard]] const std::string& name() const;
  /// Images of the list that were left out because they could not be used.
  [[nodiscard]] std::int64_t dropped() const;
  /// Images that are damaged, and were taken as PIL takes them.
  [[nodiscard]] std::int64_t lenient() const;
  /// SHA-256 over offsets, labels, CRCs, resolutions and class names: the identity of all that decides a
  /// pixel or a label. Of several: over their hashes.
  [[nodiscard]] const std::string& content_hash() const;
  [[nodiscard]] std::uint64_t image_bytes() const;  ///< all images together

  /// The encoded image; `buffer` grows as needed and is reused. Checks the CRC-32.
  [[nodiscard]] std::span<const std::byte> read(base::SampleIndex sample,
                                                std::vector<std::byte>& buffer) const;
  /// Tells the kernel that these images are read soon.
  void announce(std::span<const base::SampleIndex> samples) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ltr::data
