// SPDX-License-Identifier: Apache-2.0
#include "store/atomic_file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::store {
namespace {
namespace fs = std::filesystem;

std::string remedy(int error, const fs::path& folder) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return base::format("free some space on the file system of {}, or write elsewhere", folder.string());
    case ENAMETOOLONG:
      return "choose a shorter name";
    case EFBIG:
      return "raise the limit on file sizes (ulimit -f), or write to another file system";
    case EACCES:
    case EPERM:
    case EROFS:
      return base::format("make {} writable for this user, or write elsewhere", folder.string());
    case ENOENT:
    case ENOTDIR:
      return base::format("create the folder {} first", folder.string());
    default:
      return base::format("check the file system of {}", folder.string());
  }
}

[[noreturn]] void write_failed(const fs::path& path, int error) {
  throw base::SystemError(base::format("{} cannot be written: {}; nothing was changed; {}", path.string(),
                                       std::strerror(error), remedy(error, path.parent_path())));
}

base::Descriptor opened(const fs::path& path, int flags) {
  return base::Descriptor(::open(path.c_str(), flags | O_CLOEXEC, 0666));
}

/// Throws: SystemError naming `target`, for which `place` stands.
void sync(const fs::path& place, int flags, const fs::path& target) {
  const base::Descriptor file = opened(place, flags);
  // EINVAL: a file system on which folders cannot be synced.
  if (!file.valid() || (::fsync(file.value()) != 0 && errno != EINVAL)) write_failed(target, errno);
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

constexpr std::string_view kPending = ".partial-";

/// A name beside `path` that no other file has, and that tells on which kernel its process runs.
fs::path name_beside(const fs::path& path) {
  return fs::path(path).concat(base::format("{}{}-{}", kPending, base::kernel_name(), base::random_name()));
}

/// Where writing to `path` writes: a link's target, which need not be there yet.
fs::path target_of(fs::path path) {
  constexpr int kMostLinks = 40;  // as the kernel follows
  std::error_code none;
  for (int links = 0; links < kMostLinks && fs::is_symlink(path, none); ++links) {
    path = folder_of(path) / fs::read_symlink(path, none);
  }
  return folder_of(path) / path.filename();
}

/// A file beside `path`, empty, and this process's hold on it, if the file system knows such.
std::pair<fs::path, base::FileHold> create_beside(const fs::path& path) {
  for (;;) {
    fs::path candidate = name_beside(path);
    base::Descriptor file = opened(candidate, O_RDWR | O_CREAT | O_EXCL);
    if (!file.valid()) write_failed(path, errno);
    base::FileHold hold(candidate, std::move(file));
    // Who removes leftovers may have taken it for one before it was held.
    if (hold.found() == base::Holding::unknown || hold.holds())
      return {std::move(candidate), std::move(hold)};
    ::unlink(candidate.c_str());
  }
}

/// Whether `found` is what name_beside makes of `name`: nothing of anybody else's is taken for a leftover.
bool is_pending(std::string_view found, std::string_view name) {
  constexpr std::size_t kKernel = 8;
  if (found.size() != name.size() + kPendingSuffix || !found.starts_with(name)) return false;
  found.remove_prefix(name.size());
  if (!found.starts_with(kPending)) return false;
  found.remove_prefix(kPending.size());
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return found[kKernel] == '-' && std::ranges::all_of(found.substr(0, kKernel), is_hex) &&
         std::ranges::all_of(found.substr(kKernel + 1), is_hex);
}

bool untouched_for_a_day(const fs::path& path) {
  std::error_code error;
  const fs::file_time_type changed = fs::last_write_time(path, error);
  return !error && fs::file_time_type::clock::now() - changed > std::chrono::hours(24);
}

}  // namespace

void remove_leftovers(const fs::path& path) {
  const fs::path target = target_of(path);
  const std::string name = target.filename().string();
  const std::string ours = base::format("{}{}{}", name, kPending, base::kernel_name());
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(target.parent_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_pending(entry->path().filename().string(), name)) found.push_back(entry->path());
  }
  for (const fs::path& leftover : found) {
    const base::FileHold hold(leftover);
    const bool here = leftover.filename().string().starts_with(ours);
    if (hold.found() == base::Holding::free && (here || untouched_for_a_day(leftover))) {
      fs::remove_all(leftover, error);
    }
  }
}

PendingFile::PendingFile(const fs::path& path) : path_(target_of(path)) {
  remove_leftovers(path_);
  auto [temporary, hold] = create_beside(path_);
  temporary_ = std::move(temporary);
  hold_.emplace(std::move(hold));
}

PendingFile::~PendingFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void PendingFile::write(std::span<const std::byte> bytes) const {
  const base::Descriptor file = opened(temporary_, O_WRONLY);
  if (!file.valid()) write_failed(path_, errno);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.value(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) write_failed(path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void PendingFile::commit() {
  sync(temporary_, O_RDONLY, path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) write_failed(path_, errno);
  committed_ = true;
  sync(path_.parent_path(), O_RDONLY | O_DIRECTORY, path_);
}

namespace {
fs::path create_folder_beside(const fs::path& path) {
  remove_leftovers(path);
  const fs::path folder = name_beside(path);
  if (::mkdir(folder.c_str(), 0777) != 0) write_failed(folder, errno);
  return folder;
}
}  // namespace

PendingFolder::PendingFolder(const fs::path& path)
    : path_(create_folder_beside(target_of(path))), hold_(path_) {}

PendingFolder::~PendingFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void write_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  PendingFile pending(path);
  pending.write(bytes);
  pending.commit();
}

std::string read_text_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    throw base::DataError(base::format("{} is a folder, not a file; check the path", path.string()));
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw base::DataError(base::format("{} cannot be read: {}; check the path and its permissions",
                                       path.string(), std::strerror(errno)));
  }
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace ltr::store
