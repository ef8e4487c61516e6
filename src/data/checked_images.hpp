// SPDX-License-Identifier: Apache-2.0
// What an interrupted packing has learned of its images, so that the next one need not decode them again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "data/pack.hpp"

namespace ltr::data {

/// What is packed of a sound image.
struct CheckedImage {
  std::uint64_t bytes = 0;
  std::uint32_t crc32 = 0;
  Resolution resolution;
  bool reencoded = false;  ///< size and CRC-32 are those of the PNG made of it
  bool whitened = false;   ///< see image::ImageSummary
  bool lenient = false;    ///< its pixels are those of image::decode_as_pil
};

/// A text file with a line an image, appended to while images are checked. An image is known only as long as
/// its path, size and CRC-32 are the same, so a stale or torn line does no harm. Thread: `find` and `add` may
/// be called by several threads.
class CheckedImages {
 public:
  /// An image as its source hands it out.
  struct Source {
    std::string path;
    std::uint64_t bytes = 0;
    std::uint32_t crc32 = 0;
  };

  /// Takes over what stands in `file`. Throws: DataError if that is anything but lines of an earlier packing.
  explicit CheckedImages(const std::filesystem::path& file);
  CheckedImages(const CheckedImages&) = delete;
  CheckedImages& operator=(const CheckedImages&) = delete;
  /// Removes the file unless it was kept.
  ~CheckedImages();

  [[nodiscard]] std::optional<CheckedImage> find(const Source& source) const;
  void add(const Source& source, const CheckedImage& image);
  /// Leaves the file for the next packing.
  void keep();

 private:
  using Key = std::tuple<std::string, std::uint64_t, std::uint32_t>;

  std::filesystem::path file_;
  std::map<Key, CheckedImage> known_;  // as read; what is added later is not looked for again
  std::ofstream lines_;
  std::mutex lines_mutex_;
  bool kept_ = false;
};

}  // namespace ltr::data
