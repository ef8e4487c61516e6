// SPDX-License-Identifier: Apache-2.0
#include "base/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"

namespace ltr::base {
namespace {

constexpr std::string_view kCheckPath = "check the path and its permissions";
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view why, std::string_view remedy) {
  throw DataError(format("{} cannot be read: {}; {}", printable(path.string()), why, remedy));
}

/// Its size, a regular file being the only kind that never makes a reader wait.
std::uint64_t text_bytes(const Descriptor& file, const std::filesystem::path& path,
                         std::uint64_t most_bytes) {
  struct stat status{};
  if (!file.valid() || fstat(file.value(), &status) != 0) refuse(path, std::strerror(errno), kCheckPath);
  if (S_ISDIR(status.st_mode)) refuse(path, "it is a folder, not a file", "check the path");
  if (!S_ISREG(status.st_mode)) {
    refuse(path, "it is no regular file (a pipe or a device), and reading it might never end",
           "write the text to a file and name that");
  }
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  if (bytes > most_bytes) {
    refuse(path, format("it has {}, and texts of up to {} are read", byte_size(bytes), byte_size(most_bytes)),
           "check that it is the file you mean");
  }
  return bytes;
}

/// Throws: DataError for what no text in UTF-8 has.
void check_block(std::string_view block, bool first, const std::filesystem::path& path) {
  if (first && (block.starts_with("\xFF\xFE") || block.starts_with("\xFE\xFF"))) {
    refuse(path, "it is in UTF-16, as PowerShell and Excel write text",
           "save it as UTF-8 (iconv -f UTF-16 -t UTF-8; in PowerShell: Out-File -Encoding utf8)");
  }
  if (block.find('\0') != std::string_view::npos) {
    refuse(path, "it is no text (it has a zero byte)", "check that it is the file you mean, and whole");
  }
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path, std::uint64_t most_bytes) {
  constexpr std::size_t kBlockBytes = 1 << 20;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  const std::uint64_t expected = text_bytes(file, path, most_bytes);
  std::string text;
  std::string block(std::min<std::uint64_t>(kBlockBytes, expected + 1), '\0');
  for (;;) {
    const ssize_t got = ::read(file.value(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw SystemError(format("{} cannot be read: {}; check its file system", printable(path.string()),
                               std::strerror(errno)));
    }
    if (got == 0) break;
    const std::string_view read(block.data(), static_cast<std::size_t>(got));
    check_block(read, text.empty(), path);
    if (text.empty()) text.reserve(expected);
    text += read;
  }
  if (text.starts_with(kUtf8Mark)) text.erase(0, kUtf8Mark.size());
  return text;
}

}  // namespace ltr::base
