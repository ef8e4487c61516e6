// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <numeric>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "store/expected.hpp"
#include "store/file.hpp"
#include "store/hdf5_call.hpp"
#include "store/open_file.hpp"

namespace ltr::store {
namespace {
enum class Reserve { when_written, at_once };

/// An existing data set.
Handle open_data_set(hid_t group, const std::string& name, std::string_view place) {
  if (LTR_HDF5(place, H5Lexists(group, name.c_str(), H5P_DEFAULT)) == 0) throw_absent(place, "data set");
  const Handle object = LTR_HDF5_HANDLE(place, H5Oopen(group, name.c_str(), H5P_DEFAULT));
  if (H5Iget_type(object.id()) != H5I_DATASET) throw_absent(place, "data set (a group has this name)");
  return LTR_HDF5_HANDLE(place, H5Dopen2(group, name.c_str(), H5P_DEFAULT));
}

/// A new contiguous data set. `at_once` gives it its place in the file before it is written.
Handle create_data_set(hid_t group, const std::string& name, hid_t type, const Handle& space, Reserve reserve,
                       std::string_view place) {
  const Handle properties = LTR_HDF5_HANDLE(place, H5Pcreate(H5P_DATASET_CREATE));
  // Without times the same content gives the same bytes.
  LTR_HDF5(place, H5Pset_obj_track_times(properties.id(), false));
  LTR_HDF5(place, H5Pset_layout(properties.id(), H5D_CONTIGUOUS));
  if (reserve == Reserve::at_once) {
    LTR_HDF5(place, H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY));
    LTR_HDF5(place, H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER));
  }
  return LTR_HDF5_HANDLE(
      place, H5Dcreate2(group, name.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT));
}

Handle simple_space(std::span<const std::uint64_t> shape, std::string_view place) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return LTR_HDF5_HANDLE(place, H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr));
}

Handle space_of(const Handle& data_set, std::string_view place) {
  return LTR_HDF5_HANDLE(place, H5Dget_space(data_set.id()));
}

std::size_t elements(const Handle& space, std::string_view place) {
  return static_cast<std::size_t>(LTR_HDF5(place, H5Sget_simple_extent_npoints(space.id())));
}

/// How many elements of `type` there are to read.
/// Throws: DataError if they cannot all be in the file, before memory is taken for them.
std::size_t readable_elements(const Handle& data_set, hid_t type, std::string_view place) {
  check_type(place, LTR_HDF5_HANDLE(place, H5Dget_type(data_set.id())), type);
  const std::size_t count = elements(space_of(data_set, place), place);
  const Handle file = LTR_HDF5_HANDLE(place, H5Iget_file_id(data_set.id()));
  hsize_t file_bytes = 0;
  LTR_HDF5(place, H5Fget_filesize(file.id(), &file_bytes));
  if (count <= file_bytes / H5Tget_size(type)) return count;
  throw base::DataError(
      base::format("{} is damaged: it claims {} elements in a file of {} bytes; write or copy the file again",
                   place, count, file_bytes));
}

void write_texts(hid_t group, std::string_view name, const Handle& space, std::span<const char* const> texts,
                 std::string_view place) {
  const Handle type = text_type(place);
  const Handle data_set =
      create_data_set(group, std::string(name), type.id(), space, Reserve::when_written, place);
  if (texts.empty()) return;
  LTR_HDF5(place, H5Dwrite(data_set.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()));
}
}  // namespace

template <Element T>
void Group::write(std::string_view name, std::span<const T> values, std::span<const std::uint64_t> shape) {
  const std::string place = state_->place(name);
  const std::uint64_t flat = values.size();
  const std::span<const std::uint64_t> sizes = shape.empty() ? std::span(&flat, 1) : shape;
  LTR_EXPECT(std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{1}, std::multiplies<>()) == flat);
  const Handle data_set = create_data_set(state_->group.id(), std::string(name), file_type<T>(),
                                          simple_space(sizes, place), Reserve::when_written, place);
  if (values.empty()) return;
  LTR_HDF5(place, H5Dwrite(data_set.id(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

template <Element T>
std::vector<T> Group::read(std::string_view name) const {
  const std::string place = state_->place(name);
  const Handle data_set = open_data_set(state_->group.id(), std::string(name), place);
  std::vector<T> values(readable_elements(data_set, memory_type<T>(), place));
  if (!values.empty()) {
    LTR_HDF5(place, H5Dread(data_set.id(), memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  }
  return values;
}

std::vector<std::uint64_t> Group::shape(std::string_view name) const {
  const std::string place = state_->place(name);
  const Handle space = space_of(open_data_set(state_->group.id(), std::string(name), place), place);
  const int rank = LTR_HDF5(place, H5Sget_simple_extent_ndims(space.id()));
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  LTR_HDF5(place, H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr));
  return {sizes.begin(), sizes.end()};
}

void Group::write_strings(std::string_view name, std::span<const std::string> values) {
  const std::string place = state_->place(name);
  std::vector<const char*> texts;
  for (const std::string& value : values) texts.push_back(value.c_str());
  const std::uint64_t size = values.size();
  write_texts(state_->group.id(), name, simple_space(std::span(&size, 1), place), texts, place);
}

void Group::write_text(std::string_view name, std::string_view text) {
  const std::string place = state_->place(name);
  const std::string ended(text);
  const char* const start = ended.c_str();
  const Handle space = LTR_HDF5_HANDLE(place, H5Screate(H5S_SCALAR));
  write_texts(state_->group.id(), name, space, std::span(&start, 1), place);
}

std::vector<std::string> Group::read_strings(std::string_view name) const {
  const std::string place = state_->place(name);
  const Handle data_set = open_data_set(state_->group.id(), std::string(name), place);
  const Handle type = text_type(place);
  const Handle space = space_of(data_set, place);
  std::vector<char*> texts(readable_elements(data_set, type.id(), place));
  if (texts.empty()) return {};
  LTR_HDF5(place, H5Dread(data_set.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()));
  std::vector<std::string> values;
  for (const char* text : texts) values.emplace_back(text == nullptr ? "" : text);
  LTR_HDF5(place, H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, texts.data()));
  return values;
}

std::string Group::read_text(std::string_view name) const {
  std::vector<std::string> texts = read_strings(name);
  if (texts.size() != 1) throw_absent(state_->place(name), "single text");
  return std::move(texts.front());
}

void Group::create_bytes(std::string_view name, std::uint64_t size) {
  const std::string place = state_->place(name);
  const Handle space = simple_space(std::span(&size, 1), place);
  create_data_set(state_->group.id(), std::string(name), H5T_STD_U8LE, space, Reserve::at_once, place);
}

void Group::write_bytes(std::string_view name, std::uint64_t offset, std::span<const std::byte> bytes) {
  const std::string place = state_->place(name);
  if (bytes.empty()) return;
  const Handle data_set = open_data_set(state_->group.id(), std::string(name), place);
  const Handle space = space_of(data_set, place);
  const std::uint64_t size = bytes.size();
  LTR_EXPECT(offset + size <= elements(space, place));
  const hsize_t start = offset;
  const hsize_t count = size;
  LTR_HDF5(place, H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &start, nullptr, &count, nullptr));
  const Handle memory = simple_space(std::span(&size, 1), place);
  LTR_HDF5(place,
           H5Dwrite(data_set.id(), H5T_NATIVE_UINT8, memory.id(), space.id(), H5P_DEFAULT, bytes.data()));
}

std::uint64_t Group::file_offset(std::string_view name) const {
  const std::string place = state_->place(name);
  const Handle data_set = open_data_set(state_->group.id(), std::string(name), place);
  const Handle properties = LTR_HDF5_HANDLE(place, H5Dget_create_plist(data_set.id()));
  const haddr_t offset = H5Dget_offset(data_set.id());
  if (H5Pget_layout(properties.id()) != H5D_CONTIGUOUS || offset == HADDR_UNDEF) {
    throw base::DataError(
        base::format("{} is not stored in one piece, so its bytes cannot be read directly; write the file "
                     "again with this suite",
                     place));
  }
  return offset;
}

#define LTR_INSTANTIATE(T)                                                                             \
  template void Group::write<T>(std::string_view, std::span<const T>, std::span<const std::uint64_t>); \
  template std::vector<T> Group::read<T>(std::string_view) const;
LTR_INSTANTIATE(std::uint8_t)
LTR_INSTANTIATE(std::int32_t)
LTR_INSTANTIATE(std::uint32_t)
LTR_INSTANTIATE(std::int64_t)
LTR_INSTANTIATE(std::uint64_t)
LTR_INSTANTIATE(float)
LTR_INSTANTIATE(double)
#undef LTR_INSTANTIATE

}  // namespace ltr::store
