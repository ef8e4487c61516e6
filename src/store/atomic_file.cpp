// SPDX-License-Identifier: Apache-2.0
#include "store/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
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

/// A name beside `path` that no other file has; the file is created, empty.
fs::path create_beside(const fs::path& path) {
  for (int attempt = 0;; ++attempt) {
    fs::path candidate = path;
    candidate += base::format(".partial-{}-{}", static_cast<std::int64_t>(::getpid()), attempt);
    const base::Descriptor file = opened(candidate, O_WRONLY | O_CREAT | O_EXCL);
    if (file.valid()) return candidate;
    if (errno != EEXIST) write_failed(path, errno);
  }
}
}  // namespace

PendingFile::PendingFile(const fs::path& path)
    : path_(folder_of(path) / path.filename()), temporary_(create_beside(path_)) {}

PendingFile::~PendingFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void PendingFile::commit() {
  sync(temporary_, O_RDONLY, path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) write_failed(path_, errno);
  committed_ = true;
  sync(path_.parent_path(), O_RDONLY | O_DIRECTORY, path_);
}

void write_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  PendingFile pending(path);
  {
    const base::Descriptor file = opened(pending.temporary(), O_WRONLY);
    if (!file.valid()) write_failed(path, errno);
    while (!bytes.empty()) {
      const ssize_t written = ::write(file.value(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) write_failed(path, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  pending.commit();
}

}  // namespace ltr::store
