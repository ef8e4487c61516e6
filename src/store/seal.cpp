// SPDX-License-Identifier: Apache-2.0
#include "store/seal.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "store/atomic_file.hpp"

namespace ltr::store {
namespace {

// The file ends in "<table><mark><12 digits: bytes of the table> <64 digits: SHA-256>\n"; the table has a
// line "<offset> <size> <CRC-32> <data set>" for each piece, with "open" in place of the CRC-32 of one that
// is left out.
constexpr std::string_view kMark = "ltr_grid seal ";
constexpr std::size_t kCountDigits = 12;
constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kLastLine = kMark.size() + kCountDigits + 1 + kHashDigits + 1;
static_assert(kLastLine == kSealBytes);
constexpr std::string_view kOpen = "open";

struct Piece {
  Extent extent;
  std::string checksum;
};

/// A file that is read at places.
class Bytes {
 public:
  explicit Bytes(const std::filesystem::path& path)
      : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    // What is not there, or not for this user, is told by who opens it next.
    const bool usual = errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == EPERM ||
                       errno == ELOOP || errno == ENAMETOOLONG;
    if (!file_.valid() && !usual) throw_unreadable(0, std::strerror(errno));
    struct stat status{};
    if (file_.valid() && ::fstat(file_.value(), &status) == 0 && S_ISREG(status.st_mode)) {
      size_ = static_cast<std::uint64_t>(status.st_size);
    }
  }
  /// 0 where there is no file to read.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  [[nodiscard]] std::vector<std::byte> read(std::uint64_t offset, std::uint64_t size) const {
    std::vector<std::byte> bytes(size);
    for (std::size_t filled = 0; filled < size;) {
      const ssize_t got =
          ::pread(file_.value(), bytes.data() + filled, size - filled, static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        throw_unreadable(offset + filled, got < 0 ? std::strerror(errno) : "it has become shorter");
      }
      filled += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  void add(base::Sha256& hash, std::uint64_t begin, std::uint64_t end) const {
    constexpr std::uint64_t kStep = std::uint64_t{1} << 20;
    for (; begin < end; begin += std::min(kStep, end - begin)) {
      hash.add(read(begin, std::min(kStep, end - begin)));
    }
  }

 private:
  [[noreturn]] void throw_unreadable(std::uint64_t at, std::string_view reason) const {
    throw base::SystemError(base::format(
        "{} cannot be read at byte {}: {}; this says nothing about what it holds; check the disk or the "
        "connection to it, and try again",
        path_.string(), at, reason));
  }

  const std::filesystem::path& path_;
  base::Descriptor file_;
  std::uint64_t size_ = 0;
};

/// Over the first `content` bytes but open pieces, and the table.
std::string hash_of(const Bytes& bytes, std::uint64_t content, std::vector<Piece> pieces,
                    std::string_view table) {
  std::erase_if(pieces, [](const Piece& piece) { return piece.checksum != kOpen; });
  std::ranges::sort(pieces, {}, [](const Piece& piece) { return piece.extent.offset; });
  base::Sha256 hash;
  std::uint64_t begin = 0;
  for (const Piece& piece : pieces) {
    bytes.add(hash, begin, piece.extent.offset);
    begin = piece.extent.offset + piece.extent.size;
  }
  bytes.add(hash, begin, content);
  hash.add(table);
  return hash.hex();
}

std::string checksum_of(const Bytes& bytes, const Extent& piece) {
  return base::format("{:08x}", base::crc32(bytes.read(piece.offset, piece.size)));
}

bool lies_within(const Extent& piece, std::uint64_t content) {
  return piece.offset <= content && piece.size <= content - piece.offset;
}

/// The lines that can be read; a damaged table has others.
std::vector<Piece> pieces_of(const std::string& table, std::uint64_t content) {
  std::vector<Piece> pieces;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    Piece piece;
    fields >> piece.extent.offset >> piece.extent.size >> piece.checksum;
    if (fields.get() == ' ' && std::getline(fields, piece.extent.data_set) &&
        lies_within(piece.extent, content)) {
      pieces.push_back(std::move(piece));
    }
  }
  return pieces;
}

/// The bytes of the table, or nothing if `last_line` is none.
std::optional<std::uint64_t> table_size(std::string_view last_line) {
  if (!last_line.starts_with(kMark) || last_line.back() != '\n') return std::nullopt;
  const std::string_view digits = last_line.substr(kMark.size(), kCountDigits);
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return size;
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[noreturn]] void throw_damaged(const std::filesystem::path& path, const std::string& part) {
  throw base::DataError(
      base::format("{} is damaged: {} is not as it was written; nothing in it can be believed; copy the file "
                   "again, or write it again",
                   path.string(), part));
}

void append(const std::filesystem::path& path, std::string_view text) {
  const base::Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  while (file.valid() && !text.empty()) {
    const ssize_t written = ::write(file.value(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (text.empty()) return;
  throw base::SystemError(base::format("{} cannot be written: {}; check the disk and its free space",
                                       path.string(), std::strerror(errno)));
}

}  // namespace

void seal(const std::filesystem::path& path, std::span<const Extent> pieces, std::string_view open) {
  const Bytes bytes(path);
  std::string table;
  std::vector<Piece> lines;
  for (const Extent& piece : pieces) {
    lines.push_back({piece, piece.data_set == open ? std::string(kOpen) : checksum_of(bytes, piece)});
    table += base::format("{} {} {} {}\n", piece.offset, piece.size, lines.back().checksum, piece.data_set);
  }
  const std::string hash = hash_of(bytes, bytes.size(), lines, table);
  append(path, table + base::format("{}{:012} {}\n", kMark, table.size(), hash));
}

void write_sealed(const std::filesystem::path& path, std::span<const std::byte> bytes,
                  std::span<const Extent> pieces) {
  PendingFile pending(path);
  pending.write(bytes);
  seal(pending.temporary(), pieces);
  pending.commit();
}

bool check_seal(const std::filesystem::path& path) {
  const Bytes bytes(path);
  if (bytes.size() < kLastLine) return false;
  const std::uint64_t table_end = bytes.size() - kLastLine;
  const std::string last_line = text_of(bytes.read(table_end, kLastLine));
  const std::optional<std::uint64_t> size = table_size(last_line);
  if (!size) return false;
  if (*size > table_end) throw_damaged(path, "the seal at its end");
  const std::uint64_t content = table_end - *size;
  const std::string table = text_of(bytes.read(content, *size));
  const std::vector<Piece> pieces = pieces_of(table, content);
  if (hash_of(bytes, content, pieces, table) == last_line.substr(kLastLine - 1 - kHashDigits, kHashDigits)) {
    return true;
  }
  for (const Piece& piece : pieces) {
    if (piece.checksum != kOpen && piece.checksum != checksum_of(bytes, piece.extent)) {
      throw_damaged(path, piece.extent.data_set);
    }
  }
  throw_damaged(path, "its structure, a text in it or the seal at its end");
}

std::string read_sealed(const std::filesystem::path& path) {
  if (!check_seal(path)) throw_unsealed(path);
  std::string text = read_text_file(path);
  const std::size_t table = *table_size(std::string_view(text).substr(text.size() - kLastLine));
  text.resize(text.size() - kLastLine - table);
  return text;
}

void throw_unsealed(const std::filesystem::path& path) {
  throw base::DataError(base::format(
      "{} has no seal at its end: it was cut off, changed by another program, or written by an "
      "older version of the suite; nothing in it can be believed; copy the file again, or write it again",
      path.string()));
}

}  // namespace ltr::store
