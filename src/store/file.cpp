// SPDX-License-Identifier: Apache-2.0
#include "store/file.hpp"

#include <fstream>

#include "base/error.hpp"
#include "base/format.hpp"
#include "store/hdf5_call.hpp"
#include "store/open_file.hpp"

namespace ltr::store {
namespace {
constexpr std::size_t kMemoryStep = 1 << 16;

/// Before any other call of the library: after a failed write its clean-up at exit crashes; ours closes every
/// file by itself. Later calls of this change nothing.
void begin() { static_cast<void>(H5dont_atexit()); }

/// Access to a file: closing it closes all its groups, and no locks are taken (files are renamed into place
/// whole, and many cluster file systems refuse to lock). The library's own printing is off from here on.
Handle access_properties(std::string_view place) {
  begin();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  Handle properties = LTR_HDF5_HANDLE(place, H5Pcreate(H5P_FILE_ACCESS));
  LTR_HDF5(place, H5Pset_fclose_degree(properties.id(), H5F_CLOSE_STRONG));
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MINOR == 12 && H5_VERS_RELEASE == 0)
  LTR_HDF5(place, H5Pset_file_locking(properties.id(), false, true));
#else
  ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
#endif
  return properties;
}

void check_signature(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    throw base::DataError(base::format("{} does not exist; check the path", path.string()));
  }
  if (std::filesystem::is_directory(status)) {
    throw base::DataError(base::format("{} is a folder, not an HDF5 file; check the path", path.string()));
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw base::DataError(
        base::format("{} is a pipe or a device, not an HDF5 file; check the path", path.string()));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw base::DataError(
        base::format("{} cannot be opened for reading; check its permissions", path.string()));
  }
  std::string start(8, '\0');
  stream.read(start.data(), 8);
  if (stream.gcount() == 0) {
    throw base::DataError(
        base::format("{} is empty (0 bytes), not an HDF5 file; write it again", path.string()));
  }
  if (start != std::string("\x89HDF\r\n\x1a\n", 8)) {
    throw base::DataError(
        base::format("{} is not an HDF5 file (its first bytes are others); check the path, or write it again",
                     path.string()));
  }
}

[[noreturn]] void cannot_open(const std::filesystem::path& path) {
  const std::string message = hdf5_message();
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  // Below 96 bytes not even the library's superblock is whole.
  const bool truncated = message.find("truncated") != std::string::npos || size < 96;
  throw base::DataError(
      base::format("{} is {} ({}, HDF5 says: {}), so its content cannot be trusted; write or copy it again",
                   path.string(), truncated ? "truncated" : "damaged", base::byte_size(size), message));
}
}  // namespace

std::string hdf5_version() {
  begin();
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  LTR_HDF5("the library", H5get_libversion(&major, &minor, &release));
  return base::format("{}.{}.{}", major, minor, release);
}

File File::create_in_memory() {
  const std::string place = "in memory";
  const Handle properties = access_properties(place);
  LTR_HDF5(place, H5Pset_fapl_core(properties.id(), kMemoryStep, false));
  auto file = std::make_shared<OpenFile>(OpenFile{place, Handle()});
  // The library refuses two open files of one name.
  const std::string name = base::format("in_memory_{}", reinterpret_cast<std::uintptr_t>(file.get()));
  file->file = LTR_HDF5_HANDLE(place, H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, properties.id()));
  return File(State::open(std::move(file), "/"));
}

File File::create(const std::filesystem::path& path) {
  const std::string place = path.string();
  const Handle properties = access_properties(place);
  // Nothing of a data set waits in memory to be written when it is closed: HDF5 1.14 crashes on its way to
  // close the file after that has failed.
  LTR_HDF5(place, H5Pset_sieve_buf_size(properties.id(), 0));
  auto file = std::make_shared<OpenFile>(OpenFile{
      path, LTR_HDF5_HANDLE(place, H5Fcreate(place.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, properties.id()))});
  return File(State::open(std::move(file), "/"));
}

File File::open(const std::filesystem::path& path) {
  check_signature(path);
  const Handle properties = access_properties(path.string());
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, properties.id()));
  if (file.id() < 0) cannot_open(path);
  return File(State::open(std::make_shared<OpenFile>(OpenFile{path, std::move(file)}), "/"));
}

namespace {
void collect_extents(hid_t object, const std::string& path, const std::string& file,
                     std::vector<Extent>& extents) {
  if (H5Iget_type(object) == H5I_DATASET) {
    const haddr_t offset = H5Dget_offset(object);
    if (offset != HADDR_UNDEF) extents.push_back({path, offset, H5Dget_storage_size(object)});
    return;
  }
  H5G_info_t info{};
  LTR_HDF5(file, H5Gget_info(object, &info));
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    std::string name(1024, '\0');  // of this suite's own files
    const ssize_t length = LTR_HDF5(file, H5Lget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                                             name.data(), name.size(), H5P_DEFAULT));
    name.resize(static_cast<std::size_t>(length));
    const Handle member = LTR_HDF5_HANDLE(file, H5Oopen(object, name.c_str(), H5P_DEFAULT));
    collect_extents(member.id(), path + "/" + name, file, extents);
  }
}
}  // namespace

std::vector<Extent> File::extents() const {
  std::vector<Extent> extents;
  collect_extents(state_->group.id(), "", state_->place(), extents);
  return extents;
}

std::vector<std::byte> File::image() const {
  const std::string place = state_->place();
  const hid_t file = state_->file->file.id();
  LTR_HDF5(place, H5Fflush(file, H5F_SCOPE_LOCAL));
  const ssize_t size = LTR_HDF5(place, H5Fget_file_image(file, nullptr, 0));
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  LTR_HDF5(place, H5Fget_file_image(file, bytes.data(), bytes.size()));
  return bytes;
}

void File::close() {
  const std::string place = state_->place();
  Handle& file = state_->file->file;
  LTR_HDF5(place, H5Fflush(file.id(), H5F_SCOPE_GLOBAL));
  LTR_HDF5(place, H5Fclose(file.release()));
}

}  // namespace ltr::store
