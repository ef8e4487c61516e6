// SPDX-License-Identifier: Apache-2.0
#include "data/pack.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "data/pack_format.hpp"
#include "store/file.hpp"

namespace ltr::data {
namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path) : value_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (value_ < 0) {
      throw base::DataError(
          base::format("pack '{}' cannot be opened ({}); its images are needed; check the path and "
                       "its permissions",
                       path.string(), std::strerror(errno)));
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(value_); }
  [[nodiscard]] int value() const { return value_; }

 private:
  int value_;
};

}  // namespace

struct Pack::State {
  explicit State(const std::filesystem::path& pack_path);

  [[noreturn]] void inconsistent(const std::string& what) const {
    throw base::DataError(
        base::format("pack '{}' is inconsistent: {}; images would be read or counted wrongly; make "
                     "it again with ltr_data pack",
                     path.string(), what));
  }
  void check_kind(const store::File& tables) const;
  void check_shapes(const store::File& tables) const;
  void check_values() const;
  [[nodiscard]] std::string hash_content() const;
  [[nodiscard]] std::string describe(std::size_t i) const {
    return base::format("pack '{}', image {} ('{}')", path.string(), i, paths[i]);
  }

  std::filesystem::path path;
  Descriptor descriptor;
  std::uint64_t bytes_begin = 0;  ///< in the file
  std::uint64_t bytes_size = 0;
  std::vector<std::uint64_t> offsets;
  std::vector<std::int32_t> labels;
  std::vector<std::string> paths;
  std::vector<std::uint32_t> crcs;
  std::vector<std::int32_t> resolutions;
  std::vector<std::int64_t> class_counts;
  std::vector<std::string> class_names;
  std::string name;
  std::string list_hash;
  std::string content_hash;
};

Pack::State::State(const std::filesystem::path& pack_path) : path(pack_path), descriptor(pack_path) {
  const store::File tables = store::File::open(path);
  check_kind(tables);
  offsets = tables.read<std::uint64_t>(pack_format::kOffsets);
  labels = tables.read<std::int32_t>(pack_format::kLabels);
  paths = tables.read_strings(pack_format::kPaths);
  crcs = tables.read<std::uint32_t>(pack_format::kCrc32);
  resolutions = tables.read<std::int32_t>(pack_format::kResolutions);
  class_counts = tables.read<std::int64_t>(pack_format::kClassCounts);
  class_names = tables.read_strings(pack_format::kClassNames);
  name = tables.text_attribute(pack_format::kName);
  list_hash = tables.text_attribute(pack_format::kListHash);
  check_shapes(tables);
  bytes_begin = tables.file_offset(pack_format::kBytes);
  bytes_size = tables.shape(pack_format::kBytes)[0];
  check_values();
  content_hash = hash_content();
}

void Pack::State::check_kind(const store::File& tables) const {
  if (!tables.has_attribute(pack_format::kContents) ||
      tables.text_attribute(pack_format::kContents) != pack_format::kContentsValue) {
    throw base::DataError(
        base::format("'{}' is an HDF5 file but no pack; there are no images to take from it; make a "
                     "pack with ltr_data pack",
                     path.string()));
  }
  const auto schema = tables.attribute<std::int32_t>(pack_format::kSchemaVersion);
  if (schema != kPackSchema) {
    throw base::DataError(base::format(
        "pack '{}' has schema version {}, this program reads {}; its tables would be "
        "misread; {}",
        path.string(), schema, kPackSchema,
        schema > kPackSchema ? "use the newer program that wrote it" : "make it again with ltr_data pack"));
  }
}

void Pack::State::check_shapes(const store::File& tables) const {
  const std::size_t n = labels.size();
  if (n == 0) inconsistent("it holds no image");
  const auto check = [this](std::string_view what, std::size_t size, std::size_t expected) {
    if (size != expected)
      inconsistent(base::format("{} has {} elements instead of {}", what, size, expected));
  };
  check(pack_format::kOffsets, offsets.size(), n + 1);
  check(pack_format::kPaths, paths.size(), n);
  check(pack_format::kCrc32, crcs.size(), n);
  check(pack_format::kResolutions, resolutions.size(), 2 * n);
  check(pack_format::kClassCounts, class_counts.size(), class_names.size());
  if (const auto rank = tables.shape(pack_format::kBytes).size(); rank != 1) {
    inconsistent(base::format("{} has {} dimensions instead of 1", pack_format::kBytes, rank));
  }
}

void Pack::State::check_values() const {
  const std::uint64_t file_bytes = std::filesystem::file_size(path);
  if (bytes_begin > file_bytes || bytes_size > file_bytes - bytes_begin) {
    inconsistent(base::format("the images end at byte {} of a file of {} bytes, which was cut off",
                              bytes_begin + bytes_size, file_bytes));
  }
  if (offsets.front() != 0 || offsets.back() != bytes_size) {
    inconsistent(base::format("offsets run from {} to {} over {} bytes of images", offsets.front(),
                              offsets.back(), bytes_size));
  }
  std::vector<std::int64_t> counts(class_counts.size(), 0);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (offsets[i] >= offsets[i + 1]) inconsistent(base::format("image {} has no bytes", i));
    if (labels[i] < 0 || labels[i] >= std::ssize(counts)) {
      inconsistent(base::format("image {} has label {} of {} classes", i, labels[i], counts.size()));
    }
    if (i > 0 && labels[i] < labels[i - 1]) {
      inconsistent(base::format("images are not grouped by class at image {}", i));
    }
    ++counts[static_cast<std::size_t>(labels[i])];
  }
  const auto differing = std::mismatch(counts.begin(), counts.end(), class_counts.begin());
  if (differing.first != counts.end()) {
    inconsistent(base::format("class {} has {} images and is counted as {}", differing.first - counts.begin(),
                              *differing.first, *differing.second));
  }
}

std::string Pack::State::hash_content() const {
  base::Sha256 hash;
  hash.add(std::as_bytes(std::span(offsets)));
  hash.add(std::as_bytes(std::span(labels)));
  hash.add(std::as_bytes(std::span(crcs)));
  return hash.hex();
}

Pack::Pack(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
Pack::Pack(Pack&&) noexcept = default;
Pack& Pack::operator=(Pack&&) noexcept = default;
Pack::~Pack() = default;

const std::filesystem::path& Pack::path() const { return state_->path; }
std::int64_t Pack::images() const { return std::ssize(state_->labels); }
std::int32_t Pack::classes() const { return static_cast<std::int32_t>(state_->class_counts.size()); }
std::span<const std::int64_t> Pack::class_counts() const { return state_->class_counts; }
std::span<const std::string> Pack::class_names() const { return state_->class_names; }
const std::string& Pack::list_hash() const { return state_->list_hash; }
const std::string& Pack::name() const { return state_->name; }
const std::string& Pack::content_hash() const { return state_->content_hash; }
std::uint64_t Pack::image_bytes() const { return state_->bytes_size; }

base::ClassId Pack::label(base::SampleIndex sample) const {
  return base::ClassId(state_->labels.at(static_cast<std::size_t>(sample.value())));
}

std::string Pack::image_path(base::SampleIndex sample) const {
  return state_->paths.at(static_cast<std::size_t>(sample.value()));
}

Resolution Pack::resolution(base::SampleIndex sample) const {
  const auto at = 2 * static_cast<std::size_t>(sample.value());
  return {state_->resolutions.at(at), state_->resolutions.at(at + 1)};
}

std::uint32_t Pack::image_crc32(base::SampleIndex sample) const {
  return state_->crcs.at(static_cast<std::size_t>(sample.value()));
}

std::uint64_t Pack::image_size_bytes(base::SampleIndex sample) const {
  const auto i = static_cast<std::size_t>(sample.value());
  return state_->offsets.at(i + 1) - state_->offsets.at(i);
}

std::span<const std::byte> Pack::read(base::SampleIndex sample, std::vector<std::byte>& buffer) const {
  const auto i = static_cast<std::size_t>(sample.value());
  LTR_EXPECT(i < state_->labels.size());
  const std::size_t size = state_->offsets[i + 1] - state_->offsets[i];
  if (buffer.size() < size) buffer.resize(size);
  std::size_t filled = 0;
  while (filled < size) {
    const auto at = static_cast<off_t>(state_->bytes_begin + state_->offsets[i] + filled);
    const ssize_t got = pread(state_->descriptor.value(), buffer.data() + filled, size - filled, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw base::DataError(
          base::format("{}: read {} of {} bytes ({}); the file was cut off or its disk fails; copy "
                       "or make the pack again",
                       state_->describe(i), filled, size, got < 0 ? std::strerror(errno) : "end of file"));
    }
    filled += static_cast<std::size_t>(got);
  }
  const std::span<const std::byte> bytes(buffer.data(), size);
  if (const std::uint32_t crc = base::crc32(bytes); crc != state_->crcs[i]) {
    throw base::DataError(
        base::format("{}: CRC-32 is {:08x} instead of {:08x}; its bytes were damaged after packing; "
                     "copy or make the pack again",
                     state_->describe(i), crc, state_->crcs[i]));
  }
  return bytes;
}

void Pack::announce(std::span<const base::SampleIndex> samples) const {
  for (const base::SampleIndex sample : samples) {
    const auto i = static_cast<std::size_t>(sample.value());
    LTR_EXPECT(i < state_->labels.size());
    // Advice only: a file system without read-ahead refuses it, and nothing is lost.
    static_cast<void>(posix_fadvise(
        state_->descriptor.value(), static_cast<off_t>(state_->bytes_begin + state_->offsets[i]),
        static_cast<off_t>(state_->offsets[i + 1] - state_->offsets[i]), POSIX_FADV_WILLNEED));
  }
}

}  // namespace ltr::data
