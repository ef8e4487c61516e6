// SPDX-License-Identifier: Apache-2.0
#include "data/stage.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "base/stopwatch.hpp"
#include "data/parallel_for.hpp"
#include "data/progress_count.hpp"
#include "store/atomic_file.hpp"

namespace ltr::data {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = std::size_t{4} << 20;

[[noreturn]] void failed(const fs::path& file, const char* what) {
  throw base::SystemError(
      base::format("{} cannot be {}: {}; data.stage needs a whole copy; check the disk, or "
                   "leave the key out",
                   file.string(), what, std::strerror(errno)));
}

base::Descriptor open_file(const fs::path& file, int flags) {
  base::Descriptor opened(::open(file.c_str(), flags | O_CLOEXEC));
  if (!opened.valid()) failed(file, "opened");
  return opened;
}

void write_all(const base::Descriptor& file, const fs::path& path, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.value(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) failed(path, "written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void stop_if_asked(const std::function<bool()>& stop_requested) {
  if (!stop_requested()) return;
  throw base::Stopped("asked to stop while packs were copied; run the same command again to go on");
}

/// Hands the file out piece by piece; returns its SHA-256.
template <class Use>
std::string for_each_piece(const fs::path& path, const std::function<bool()>& stop_requested,
                           const Use& use) {
  const base::Descriptor file = open_file(path, O_RDONLY);
  std::vector<std::byte> piece(kPieceBytes);
  base::Sha256 hash;
  while (true) {
    stop_if_asked(stop_requested);
    const ssize_t got = ::read(file.value(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) failed(path, "read");
    if (got == 0) return hash.hex();
    const std::span<const std::byte> bytes(piece.data(), static_cast<std::size_t>(got));
    hash.add(bytes);
    use(bytes);
  }
}

/// What comes back is what the disk has, not what the kernel still holds of the writing.
void forget_cached(const fs::path& path) {
  const base::Descriptor file = open_file(path, O_RDONLY);
  if (::fsync(file.value()) != 0) failed(path, "written");
  static_cast<void>(posix_fadvise(file.value(), 0, 0, POSIX_FADV_DONTNEED));
}

void copy_verified(const fs::path& source, const fs::path& target,
                   const std::function<bool()>& stop_requested) {
  store::PendingFile pending(target);
  std::string wanted;
  {
    const base::Descriptor file = open_file(pending.temporary(), O_WRONLY);
    wanted = for_each_piece(source, stop_requested, [&](std::span<const std::byte> bytes) {
      write_all(file, pending.temporary(), bytes);
    });
  }
  forget_cached(pending.temporary());
  if (for_each_piece(pending.temporary(), stop_requested, [](std::span<const std::byte>) {}) != wanted) {
    throw base::DataError(base::format(
        "the copy of '{}' in {} is not what was written; training would stop at a damaged image; "
        "check that disk, or leave data.stage out",
        source.string(), target.parent_path().string()));
  }
  pending.commit();
}

/// Whether the file at `target` can serve for `source`: all of it is read, for disks and others' programs
/// change files that lie there for months.
bool is_staged(const PackIdentity& source, const fs::path& target,
               const std::function<bool()>& stop_requested, base::Log& log) {
  std::error_code error;
  if (!fs::exists(target, error)) return false;
  try {
    const Pack copy(target);
    if (copy.content_hash() != source.content_hash) return false;
    ProgressCount progress(log, target.string(), "compared", copy.images());
    parallel_for(copy.images(), 0, [&](std::int64_t i) {
      stop_if_asked(stop_requested);
      thread_local std::vector<std::byte> buffer;
      static_cast<void>(copy.read(base::SampleIndex(i), buffer));
      progress.add_one();
    });
    return true;
  } catch (const base::DataError& damage) {
    log.warning(base::format("{}; {} is copied there anew", damage.what(), source.path.string()));
    return false;
  }
}

void check_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return;
  throw base::ConfigError(base::format(
      "data.stage: {} is no folder on this node; packs cannot be copied there; create it on every "
      "node, name another or leave the key out",
      folder.string()));
}

void check_space(const fs::path& source, const fs::path& folder) {
  const std::uintmax_t needed = fs::file_size(source);
  const std::uintmax_t free = fs::space(folder).available;
  if (needed <= free) return;
  throw base::ConfigError(base::format(
      "data.stage: {} has {} MiB free, the copy of '{}' needs {}; free some, name another folder or "
      "leave the key out",
      folder.string(), free >> 20, source.string(), needed >> 20));
}

}  // namespace

std::vector<fs::path> staged_paths(const Pack& pack, const fs::path& folder) {
  constexpr std::size_t kHashShown = 16;
  std::vector<fs::path> paths;
  for (const PackIdentity& file : pack.files()) {
    paths.push_back(folder / base::format("{}-{}.h5", file.path.stem().string(),
                                          file.content_hash.substr(0, kHashShown)));
  }
  return paths;
}

void stage(const Pack& pack, const fs::path& folder, const std::function<bool()>& stop_requested,
           base::Log& log) {
  check_folder(folder);
  const std::vector<PackIdentity> files = pack.files();
  const std::vector<fs::path> targets = staged_paths(pack, folder);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (is_staged(files[i], targets[i], stop_requested, log)) {
      log.info(base::format("{} is there already, and sound", targets[i].string()));
      continue;
    }
    check_space(files[i].path, folder);
    const base::Stopwatch watch;
    copy_verified(files[i].path, targets[i], stop_requested);
    log.info(base::format("{} copied to {} in {}", files[i].path.string(), targets[i].string(),
                          base::duration(watch.seconds())));
  }
}

}  // namespace ltr::data
