// SPDX-License-Identifier: Apache-2.0
#include "data/pack_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "base/printable.hpp"
#include "data/pack.hpp"
#include "data/pack_format.hpp"
#include "image/decode.hpp"
#include "store/seal.hpp"

namespace ltr::data {
namespace {

base::Descriptor open_pack(const std::filesystem::path& path) {
  base::Descriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.valid()) return descriptor;
  throw base::DataError(
      base::format("pack '{}' cannot be opened ({}); its images are needed; check the path and "
                   "its permissions",
                   path.string(), std::strerror(errno)));
}

}  // namespace

PackFile::PackFile(const std::filesystem::path& path) : path_(path), descriptor_(open_pack(path)) {
  const bool sealed = store::check_seal(path_);
  const store::File tables = store::File::open(path_);
  check_kind(tables);
  if (!sealed) store::throw_unsealed(path_);
  offsets_ = tables.read<std::uint64_t>(pack_format::kOffsets);
  labels_ = tables.read<std::int32_t>(pack_format::kLabels);
  paths_ = tables.read_strings(pack_format::kPaths);
  crcs_ = tables.read<std::uint32_t>(pack_format::kCrc32);
  resolutions_ = tables.read<std::int32_t>(pack_format::kResolutions);
  class_counts_ = tables.read<std::int64_t>(pack_format::kClassCounts);
  class_names_ = tables.read_strings(pack_format::kClassNames);
  name_ = tables.text_attribute(pack_format::kName);
  list_hash_ = tables.text_attribute(pack_format::kListHash);
  dropped_ = tables.attribute<std::int64_t>(pack_format::kDropped);
  lenient_ = tables.attribute<std::int64_t>(pack_format::kLenient);
  check_shapes(tables);
  bytes_begin_ = tables.file_offset(pack_format::kBytes);
  bytes_size_ = tables.shape(pack_format::kBytes)[0];
  check_offsets();
  check_classes();
  check_resolutions();
  check_counts_of_damage();
  content_hash_ = hash_content();
}

void PackFile::inconsistent(const std::string& what) const {
  throw base::DataError(
      base::format("pack '{}' is inconsistent: {}; images would be read or counted wrongly; make "
                   "it again with ltr_data pack",
                   path_.string(), what));
}

std::string PackFile::describe(std::size_t i) const {
  return base::format("pack '{}', image {} ('{}')", path_.string(), i, base::printable(paths_[i]));
}

void PackFile::check_kind(const store::File& tables) const {
  if (!tables.has_attribute(pack_format::kContents) ||
      tables.text_attribute(pack_format::kContents) != pack_format::kContentsValue) {
    throw base::DataError(
        base::format("'{}' is an HDF5 file but no pack; there are no images to take from it; make a "
                     "pack with ltr_data pack",
                     path_.string()));
  }
  const auto schema = tables.attribute<std::int32_t>(pack_format::kSchemaVersion);
  if (schema != kPackSchema) {
    throw base::DataError(base::format(
        "pack '{}' has schema version {}, this program reads {}; its tables would be "
        "misread; {}",
        path_.string(), schema, kPackSchema,
        schema > kPackSchema ? "use the newer program that wrote it" : "make it again with ltr_data pack"));
  }
}

void PackFile::check_shapes(const store::File& tables) const {
  const std::size_t n = labels_.size();
  if (n == 0) inconsistent("it holds no image");
  const auto check = [this](std::string_view what, std::size_t size, std::size_t expected) {
    if (size != expected)
      inconsistent(base::format("{} has {} elements instead of {}", what, size, expected));
  };
  check(pack_format::kOffsets, offsets_.size(), n + 1);
  check(pack_format::kPaths, paths_.size(), n);
  check(pack_format::kCrc32, crcs_.size(), n);
  check(pack_format::kResolutions, resolutions_.size(), 2 * n);
  check(pack_format::kClassCounts, class_counts_.size(), class_names_.size());
  if (const auto rank = tables.shape(pack_format::kBytes).size(); rank != 1) {
    inconsistent(base::format("{} has {} dimensions instead of 1", pack_format::kBytes, rank));
  }
}

void PackFile::check_offsets() const {
  const std::uint64_t file_bytes = std::filesystem::file_size(path_);
  if (bytes_begin_ > file_bytes || bytes_size_ > file_bytes - bytes_begin_) {
    inconsistent(base::format("its {} bytes of images begin at byte {} of a file of {}, which was cut off",
                              bytes_size_, bytes_begin_, file_bytes));
  }
  if (offsets_.front() != 0 || offsets_.back() != bytes_size_) {
    inconsistent(base::format("offsets run from {} to {} over {} bytes of images", offsets_.front(),
                              offsets_.back(), bytes_size_));
  }
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (offsets_[i] >= offsets_[i + 1]) inconsistent(base::format("image {} has no bytes", i));
  }
}

void PackFile::check_classes() const {
  std::vector<std::int64_t> counts(class_counts_.size(), 0);
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] < 0 || labels_[i] >= std::ssize(counts)) {
      inconsistent(base::format("image {} has label {} of {} classes", i, labels_[i], counts.size()));
    }
    if (i > 0 && labels_[i] < labels_[i - 1]) {
      inconsistent(base::format("images are not grouped by class at image {}", i));
    }
    ++counts[static_cast<std::size_t>(labels_[i])];
  }
  const auto differing = std::mismatch(counts.begin(), counts.end(), class_counts_.begin());
  if (differing.first != counts.end()) {
    inconsistent(base::format("class {} has {} images and is counted as {}", differing.first - counts.begin(),
                              *differing.first, *differing.second));
  }
}

void PackFile::check_resolutions() const {
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (image::is_allowed_size(resolutions_[2 * i], resolutions_[2 * i + 1])) continue;
    inconsistent(
        base::format("image {} has {} x {} pixels", i, resolutions_[2 * i + 1], resolutions_[2 * i]));
  }
}

void PackFile::check_counts_of_damage() const {
  if (dropped_ < 0) inconsistent(base::format("{} images were dropped", dropped_));
  if (lenient_ < 0 || lenient_ > std::ssize(labels_)) {
    inconsistent(base::format("{} of {} images were damaged", lenient_, labels_.size()));
  }
}

std::string PackFile::hash_content() const {
  base::Sha256 hash;
  hash.add(std::as_bytes(std::span(offsets_)));
  hash.add(std::as_bytes(std::span(labels_)));
  hash.add(std::as_bytes(std::span(crcs_)));
  hash.add(std::as_bytes(std::span(resolutions_)));
  for (const std::string& name : class_names_) {
    const std::uint64_t length = name.size();
    hash.add(std::as_bytes(std::span(&length, 1)));
    hash.add(std::as_bytes(std::span(name)));
  }
  return hash.hex();
}

std::span<const std::byte> PackFile::read(std::size_t i, std::vector<std::byte>& buffer) const {
  LTR_EXPECT(i < labels_.size());
  const std::size_t size = offsets_[i + 1] - offsets_[i];
  if (buffer.size() < size) buffer.resize(size);
  std::size_t filled = 0;
  while (filled < size) {
    const auto at = static_cast<off_t>(bytes_begin_ + offsets_[i] + filled);
    const ssize_t got = pread(descriptor_.value(), buffer.data() + filled, size - filled, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw base::DataError(
          base::format("{}: read {} of {} bytes ({}); the file was cut off or its disk fails; copy "
                       "or make the pack again",
                       describe(i), filled, size, got < 0 ? std::strerror(errno) : "end of file"));
    }
    filled += static_cast<std::size_t>(got);
  }
  const std::span<const std::byte> bytes(buffer.data(), size);
  if (const std::uint32_t crc = base::crc32(bytes); crc != crcs_[i]) {
    throw base::DataError(
        base::format("{}: CRC-32 is {:08x} instead of {:08x}; its bytes were damaged after packing; "
                     "copy or make the pack again",
                     describe(i), crc, crcs_[i]));
  }
  return bytes;
}

void PackFile::announce(std::size_t i) const {
  LTR_EXPECT(i < labels_.size());
  // Advice only: a file system without read-ahead refuses it, and nothing is lost.
  static_cast<void>(posix_fadvise(descriptor_.value(), static_cast<off_t>(bytes_begin_ + offsets_[i]),
                                  static_cast<off_t>(size_of(i)), POSIX_FADV_WILLNEED));
}

}  // namespace ltr::data
