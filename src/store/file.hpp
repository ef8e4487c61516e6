// SPDX-License-Identifier: Apache-2.0
// HDF5 as this suite uses it: groups, flat data sets with a shape, attributes, files in memory or on disk.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ltr::store {

/// Element types a data set or attribute may have.
template <class T>
concept Element = std::same_as<T, std::uint8_t> || std::same_as<T, std::int32_t> ||
                  std::same_as<T, std::uint32_t> || std::same_as<T, std::int64_t> ||
                  std::same_as<T, std::uint64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// Of the library that is loaded, as "1.14.6".
[[nodiscard]] std::string hdf5_version();

/// A group of an open file; keeps the file open. Copies refer to the same group.
/// Thread: one thread calls HDF5. Throws: DataError naming file and path when something is absent or of
/// another type or rank; SystemError when the library or the disk fails.
class Group {
 public:
  [[nodiscard]] Group create_group(std::string_view name);
  [[nodiscard]] Group group(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  /// Names of the members, sorted.
  [[nodiscard]] std::vector<std::string> members() const;
  /// Copies a group or data set of another file, attributes included.
  void copy_from(const Group& source, std::string_view source_name, std::string_view name);

  /// Writes a contiguous data set. `shape` empty means one dimension of values.size().
  template <Element T>
  void write(std::string_view name, std::span<const T> values, std::span<const std::uint64_t> shape = {});
  template <Element T>
  void write(std::string_view name, const std::vector<T>& values, std::span<const std::uint64_t> shape = {}) {
    write(name, std::span<const T>(values), shape);
  }
  template <Element T>
  [[nodiscard]] std::vector<T> read(std::string_view name) const;
  [[nodiscard]] std::vector<std::uint64_t> shape(std::string_view name) const;
  /// Variable-length UTF-8 strings.
  void write_strings(std::string_view name, std::span<const std::string> values);
  [[nodiscard]] std::vector<std::string> read_strings(std::string_view name) const;
  /// One variable-length UTF-8 string, as a scalar data set.
  void write_text(std::string_view name, std::string_view text);
  [[nodiscard]] std::string read_text(std::string_view name) const;

  template <Element T>
  void set_attribute(std::string_view name, T value);
  void set_attribute(std::string_view name, std::string_view value);
  template <Element T>
  [[nodiscard]] T attribute(std::string_view name) const;
  [[nodiscard]] std::string text_attribute(std::string_view name) const;
  [[nodiscard]] bool has_attribute(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> attributes() const;

  /// A one-dimensional contiguous uint8 data set of `size` bytes, to be filled by write_bytes.
  void create_bytes(std::string_view name, std::uint64_t size);
  void write_bytes(std::string_view name, std::uint64_t offset, std::span<const std::byte> bytes);
  /// Where the bytes of a contiguous, unfiltered data set begin in the file.
  [[nodiscard]] std::uint64_t file_offset(std::string_view name) const;

 private:
  friend class File;
  struct State;
  explicit Group(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  std::shared_ptr<const State> state_;
};

/// Where the values of a data set stand in the file.
struct Extent {
  std::string data_set;  ///< its path in the file
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< bytes
};

/// An HDF5 file; its root group is the file itself.
class File : public Group {
 public:
  /// A file that lives in memory until `image` is written.
  [[nodiscard]] static File create_in_memory();
  /// A new file on disk; an existing one is replaced.
  [[nodiscard]] static File create(const std::filesystem::path& path);
  /// Opens for reading.
  /// Throws: DataError if the file is absent, truncated or no HDF5.
  [[nodiscard]] static File open(const std::filesystem::path& path);

  /// All data sets that stand in one piece.
  [[nodiscard]] std::vector<Extent> extents() const;
  /// The whole file as it would stand on disk.
  [[nodiscard]] std::vector<std::byte> image() const;
  /// Flushes and closes; no group of this file may be used afterwards.
  void close();

 private:
  explicit File(std::shared_ptr<const State> state) : Group(std::move(state)) {}
};

}  // namespace ltr::store
