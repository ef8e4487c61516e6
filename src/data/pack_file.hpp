// SPDX-License-Identifier: Apache-2.0
// One file of a pack: its tables in memory, its images by one pread each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "store/file.hpp"

namespace ltr::data {

/// What Pack joins; see there for what is checked and thrown. Images are numbered within the file.
/// Thread: all but the constructor may be called by several threads.
class PackFile {
 public:
  explicit PackFile(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Shape: labels [N]; resolutions [N, 2], height first; crcs [N]; class_counts, class_names [K].
  [[nodiscard]] const std::vector<std::int32_t>& labels() const { return labels_; }
  [[nodiscard]] const std::vector<std::int32_t>& resolutions() const { return resolutions_; }
  [[nodiscard]] const std::vector<std::uint32_t>& crcs() const { return crcs_; }
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
  [[nodiscard]] const std::vector<std::int64_t>& class_counts() const { return class_counts_; }
  [[nodiscard]] const std::vector<std::string>& class_names() const { return class_names_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& list_hash() const { return list_hash_; }
  [[nodiscard]] const std::string& content_hash() const { return content_hash_; }
  [[nodiscard]] std::uint64_t image_bytes() const { return bytes_size_; }
  [[nodiscard]] std::int64_t dropped() const { return dropped_; }
  [[nodiscard]] std::int64_t lenient() const { return lenient_; }
  [[nodiscard]] std::uint64_t size_of(std::size_t i) const { return offsets_[i + 1] - offsets_[i]; }

  [[nodiscard]] std::string describe(std::size_t i) const;
  [[nodiscard]] std::span<const std::byte> read(std::size_t i, std::vector<std::byte>& buffer) const;
  void announce(std::size_t i) const;

 private:
  [[noreturn]] void inconsistent(const std::string& what) const;
  void check_kind(const store::File& tables) const;
  void check_shapes(const store::File& tables) const;
  void check_offsets() const;
  void check_classes() const;
  void check_resolutions() const;
  void check_counts_of_damage() const;
  [[nodiscard]] std::string hash_content() const;

  std::filesystem::path path_;
  base::Descriptor descriptor_;
  std::uint64_t bytes_begin_ = 0;  ///< in the file
  std::uint64_t bytes_size_ = 0;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::int32_t> labels_;
  std::vector<std::string> paths_;
  std::vector<std::uint32_t> crcs_;
  std::vector<std::int32_t> resolutions_;
  std::vector<std::int64_t> class_counts_;
  std::vector<std::string> class_names_;
  std::int64_t dropped_ = 0;
  std::int64_t lenient_ = 0;
  std::string name_;
  std::string list_hash_;
  std::string content_hash_;
};

}  // namespace ltr::data
