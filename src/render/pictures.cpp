// SPDX-License-Identifier: Apache-2.0
#include "render/pictures.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "store/atomic_file.hpp"

namespace ltr::render {
namespace {
namespace fs = std::filesystem;
using report::Figure;

/// A file without a name, which goes away when closed.
class Scratch {
 public:
  Scratch() : file_(std::tmpfile(), &std::fclose) {
    if (file_ == nullptr) fail();
  }
  [[nodiscard]] int descriptor() const { return fileno(file_.get()); }
  void write(const std::string& text) {
    const std::size_t written = std::fwrite(text.data(), 1, text.size(), file_.get());
    if (written != text.size() || std::fflush(file_.get()) != 0) fail();
    std::rewind(file_.get());
  }
  [[nodiscard]] std::string read() {
    std::rewind(file_.get());
    std::string text;
    std::array<char, 65536> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), file_.get())) {
      text.append(part.data(), size);
    }
    return text;
  }

 private:
  [[noreturn]] static void fail() {
    throw base::SystemError(
        base::format("no temporary file for gnuplot: {}; figures need one; make room in {}",
                     std::strerror(errno), P_tmpdir));
  }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

struct Outcome {
  bool started = false;
  int status = 0;
  std::string output;
  std::string messages;
};

/// Runs gnuplot without anybody's start-up files.
Outcome run_gnuplot(const std::string& input, const char* argument) {
  Scratch in;
  Scratch out;
  Scratch messages;
  in.write(input);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, messages.descriptor(), STDERR_FILENO);
  std::string program = "gnuplot";
  std::string own = argument;
  const std::array<char*, 3> arguments{program.data(), own.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  Outcome outcome;
  if (error != 0) return outcome;
  outcome.started = true;
  while (waitpid(child, &outcome.status, 0) < 0 && errno == EINTR) {
  }
  outcome.output = out.read();
  outcome.messages = messages.read();
  return outcome;
}

/// gnuplot's message without the echo of the line and the caret below it.
std::string gist(const std::string& messages) {
  std::string last;
  for (std::size_t start = 0; start < messages.size();) {
    const std::size_t end = std::min(messages.find('\n', start), messages.size());
    const std::string line = messages.substr(start, end - start);
    if (line.find_first_not_of(" \t^") != std::string::npos) last = line;
    start = end + 1;
  }
  return last.empty() ? "no message" : last.substr(last.find_first_not_of(" \t"));
}

/// Whether a picture has its end: on a full disk it has not, and gnuplot does not say so.
bool is_whole(std::string_view picture, PictureFormat format) {
  const std::string_view end = format == PictureFormat::svg ? "</svg>" : "IEND\xAE\x42\x60\x82";
  while (format == PictureFormat::svg && picture.ends_with('\n')) picture.remove_suffix(1);
  return picture.ends_with(end);
}

std::string extension_of(PictureFormat format) { return format == PictureFormat::svg ? ".svg" : ".png"; }

[[noreturn]] void cannot_hold(const fs::path& folder, std::string_view reason) {
  throw base::SystemError(base::format("{} cannot be made: {}; the figures go there; name another folder",
                                       folder.string(), reason));
}
}  // namespace

bool gnuplot_installed() {
  const Outcome outcome = run_gnuplot("", "--version");
  return outcome.started && outcome.status == 0;
}

std::string draw(const Figure& figure, PictureFormat format) {
  Outcome outcome = run_gnuplot(gnuplot_script(figure, format), "-d");
  if (!outcome.started) throw base::SystemError(kGnuplotMissing);
  if (outcome.status != 0 || !is_whole(outcome.output, format)) {
    throw base::SystemError(
        base::format("gnuplot could not draw {}{}: {}; the figure is not written; check that gnuplot is 5.2 "
                     "or later and has the terminals svg and pngcairo (gnuplot -e 'set terminal')",
                     figure.name, extension_of(format), gist(outcome.messages)));
  }
  return std::move(outcome.output);
}

std::vector<Picture> pictures_of(const std::vector<Figure>& figures) {
  std::vector<Picture> pictures;
  for (const Figure& figure : figures) pictures.push_back({figure, draw(figure, PictureFormat::svg)});
  return pictures;
}

void check_folder(const std::vector<Figure>& figures, const fs::path& folder) {
  if (figures.empty()) return;
  std::error_code error;
  std::size_t longest = 0;
  for (const Figure& figure : figures) longest = std::max(longest, figure.name.size() + 4);
  fs::path there = fs::absolute(folder);
  for (; !fs::exists(there, error); there = there.parent_path()) {
    if (error) cannot_hold(folder, error.message());
    longest = std::max(longest, there.filename().native().size());
  }
  if (!fs::is_directory(there)) cannot_hold(folder, there.string() + " is no folder");
  if (::access(there.c_str(), W_OK | X_OK) != 0) cannot_hold(folder, std::strerror(errno));
  const long limit = ::pathconf(there.c_str(), _PC_NAME_MAX);
  if (limit > 0 && longest > static_cast<std::size_t>(limit))
    cannot_hold(folder, std::strerror(ENAMETOOLONG));
}

void write_figures(const std::vector<Figure>& figures, const fs::path& folder) {
  if (figures.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) cannot_hold(folder, error.message());
  for (const Figure& figure : figures) {
    for (const PictureFormat format : {PictureFormat::svg, PictureFormat::png}) {
      const std::string picture = draw(figure, format);
      store::write_atomically(folder / (figure.name + extension_of(format)),
                              std::as_bytes(std::span(picture)));
    }
  }
}

}  // namespace ltr::render
