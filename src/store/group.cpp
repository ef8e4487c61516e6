// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/format.hpp"
#include "store/expected.hpp"
#include "store/file.hpp"
#include "store/hdf5_call.hpp"
#include "store/open_file.hpp"

namespace ltr::store {
namespace {
herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

Handle scalar_space(std::string_view place) { return LTR_HDF5_HANDLE(place, H5Screate(H5S_SCALAR)); }

/// A new scalar attribute; an older one of this name is replaced.
Handle create_attribute(hid_t group, const std::string& name, hid_t type, std::string_view place) {
  if (LTR_HDF5(place, H5Aexists(group, name.c_str())) > 0) LTR_HDF5(place, H5Adelete(group, name.c_str()));
  const Handle space = scalar_space(place);
  return LTR_HDF5_HANDLE(place, H5Acreate2(group, name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT));
}

/// An existing scalar attribute of type `wanted`.
Handle open_attribute(hid_t group, const std::string& name, hid_t wanted, std::string_view place) {
  if (LTR_HDF5(place, H5Aexists(group, name.c_str())) == 0) throw_absent(place, "attribute");
  Handle attribute = LTR_HDF5_HANDLE(place, H5Aopen(group, name.c_str(), H5P_DEFAULT));
  check_type(place, LTR_HDF5_HANDLE(place, H5Aget_type(attribute.id())), wanted);
  const Handle space = LTR_HDF5_HANDLE(place, H5Aget_space(attribute.id()));
  if (LTR_HDF5(place, H5Sget_simple_extent_npoints(space.id())) != 1) {
    throw_absent(place, "attribute with a single value");
  }
  return attribute;
}
}  // namespace

std::string Group::State::path_of(std::string_view name) const {
  return base::format("{}{}{}", path, path.ends_with('/') ? "" : "/", name);
}

std::string Group::State::place(std::string_view name) const {
  return base::format("{}:{}", file->path.string(), name.empty() ? path : path_of(name));
}

std::shared_ptr<const Group::State> Group::State::open(std::shared_ptr<OpenFile> file, std::string path) {
  const std::string place = base::format("{}:{}", file->path.string(), path);
  Handle group = LTR_HDF5_HANDLE(place, H5Gopen2(file->file.id(), path.c_str(), H5P_DEFAULT));
  return std::make_shared<const State>(State{std::move(file), std::move(group), std::move(path)});
}

Group Group::create_group(std::string_view name) {
  const std::string place = state_->place(name);
  const Handle created = LTR_HDF5_HANDLE(place, H5Gcreate2(state_->group.id(), std::string(name).c_str(),
                                                           H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  return Group(State::open(state_->file, state_->path_of(name)));
}

Group Group::group(std::string_view name) const {
  const std::string place = state_->place(name);
  if (!has(name)) throw_absent(place, "group");
  const Handle object =
      LTR_HDF5_HANDLE(place, H5Oopen(state_->group.id(), std::string(name).c_str(), H5P_DEFAULT));
  if (H5Iget_type(object.id()) != H5I_GROUP) throw_absent(place, "group (a data set has this name)");
  return Group(State::open(state_->file, state_->path_of(name)));
}

bool Group::has(std::string_view name) const {
  return LTR_HDF5(state_->place(name),
                  H5Lexists(state_->group.id(), std::string(name).c_str(), H5P_DEFAULT)) > 0;
}

std::vector<std::string> Group::members() const {
  const std::string place = state_->place();
  const hid_t group = state_->group.id();
  H5G_info_t info{};
  LTR_HDF5(place, H5Gget_info(group, &info));
  std::vector<std::string> names;
  for (hsize_t index = 0; index < info.nlinks; ++index) {
    const auto read_name = [&](char* buffer, std::size_t size) {
      return LTR_HDF5(place, H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, buffer, size,
                                                H5P_DEFAULT));
    };
    std::string name(static_cast<std::size_t>(read_name(nullptr, 0)), '\0');
    read_name(name.data(), name.size() + 1);
    names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

void Group::copy_from(const Group& source, std::string_view source_name, std::string_view name) {
  const std::string from = source.state_->place(source_name);
  if (!source.has(source_name)) throw_absent(from, "group or data set");
  LTR_HDF5(base::format("{} (copied from {})", state_->place(name), from),
           H5Ocopy(source.state_->group.id(), std::string(source_name).c_str(), state_->group.id(),
                   std::string(name).c_str(), H5P_DEFAULT, H5P_DEFAULT));
}

template <Element T>
void Group::set_attribute(std::string_view name, T value) {
  const std::string place = state_->place(name);
  const Handle attribute = create_attribute(state_->group.id(), std::string(name), file_type<T>(), place);
  LTR_HDF5(place, H5Awrite(attribute.id(), memory_type<T>(), &value));
}

void Group::set_attribute(std::string_view name, std::string_view value) {
  const std::string place = state_->place(name);
  const Handle type = text_type(place);
  const Handle attribute = create_attribute(state_->group.id(), std::string(name), type.id(), place);
  const std::string text(value);
  const char* start = text.c_str();
  LTR_HDF5(place, H5Awrite(attribute.id(), type.id(), &start));
}

template <Element T>
T Group::attribute(std::string_view name) const {
  const std::string place = state_->place(name);
  const Handle attribute = open_attribute(state_->group.id(), std::string(name), memory_type<T>(), place);
  T value{};
  LTR_HDF5(place, H5Aread(attribute.id(), memory_type<T>(), &value));
  return value;
}

std::string Group::text_attribute(std::string_view name) const {
  const std::string place = state_->place(name);
  const Handle type = text_type(place);
  const Handle attribute = open_attribute(state_->group.id(), std::string(name), type.id(), place);
  char* start = nullptr;
  LTR_HDF5(place, H5Aread(attribute.id(), type.id(), &start));
  const std::string text = start == nullptr ? "" : start;
  LTR_HDF5(place, H5Dvlen_reclaim(type.id(), scalar_space(place).id(), H5P_DEFAULT, &start));
  return text;
}

bool Group::has_attribute(std::string_view name) const {
  return LTR_HDF5(state_->place(name), H5Aexists(state_->group.id(), std::string(name).c_str())) > 0;
}

std::vector<std::string> Group::attributes() const {
  std::vector<std::string> names;
  LTR_HDF5(state_->place(),
           H5Aiterate2(state_->group.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names));
  std::ranges::sort(names);
  return names;
}

#define LTR_INSTANTIATE(T)                                    \
  template void Group::set_attribute<T>(std::string_view, T); \
  template T Group::attribute<T>(std::string_view) const;
LTR_INSTANTIATE(std::uint8_t)
LTR_INSTANTIATE(std::int32_t)
LTR_INSTANTIATE(std::uint32_t)
LTR_INSTANTIATE(std::int64_t)
LTR_INSTANTIATE(std::uint64_t)
LTR_INSTANTIATE(float)
LTR_INSTANTIATE(double)
#undef LTR_INSTANTIATE

}  // namespace ltr::store
