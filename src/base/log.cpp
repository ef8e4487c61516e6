// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/printable.hpp"
#include "base/stopwatch.hpp"
#include "base/utf8.hpp"

namespace ltr::base {
namespace {
/// Whether standard error is a terminal that takes codes, and nobody asked for none.
bool is_terminal() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value != nullptr ? value : "");
  };
  const std::string_view kind = variable("TERM");
  return isatty(STDERR_FILENO) == 1 && !kind.empty() && kind != "dumb" && variable("NO_COLOR").empty();
}

/// What of a line fits into one of the terminal, whose last column stays free: some wrap as soon as it is
/// written. A terminal that does not know its width is taken for one of 80.
std::string_view fitted(std::string_view line) {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return head_of_columns(line, (known ? size.ws_col : kUsual) - 1);
}
}  // namespace

struct Log::State {
  explicit State(Voice voice)
      : sink(std::make_shared<spdlog::sinks::stderr_color_sink_st>()), logger("ltr", sink) {
    logger.set_level(voice == Voice::speaking ? spdlog::level::info : spdlog::level::off);
    logger.set_pattern("%H:%M:%S %^%v%$");
    speaking = voice == Voice::speaking;
    terminal = is_terminal();
    if (!terminal) sink->set_color_mode(spdlog::color_mode::never);
  }

  void line(spdlog::level::level_enum level, std::string_view text) {
    const std::scoped_lock lock(mutex);
    if (live && speaking) std::fputs("\r\033[K", stderr);
    live = false;
    logger.log(level, "{}", printable_lines(text));
    logger.flush();
  }

  std::mutex mutex;
  std::shared_ptr<spdlog::sinks::stderr_color_sink_st> sink;
  spdlog::logger logger;
  Stopwatch since_progress;
  bool printed_progress = false;
  bool speaking = false;
  bool terminal = false;
  bool live = false;
};

Log::Log(Voice voice) : state_(std::make_unique<State>(voice)) {}
Log::~Log() {
  if (state_->live && state_->speaking) std::fputs("\r\033[K", stderr);
}

void Log::info(std::string_view line) { state_->line(spdlog::level::info, line); }
void Log::warning(std::string_view line) {
  state_->line(spdlog::level::warn, "warning: " + std::string(line));
}
void Log::error(std::string_view line) { state_->line(spdlog::level::err, "error: " + std::string(line)); }

void Log::progress(std::string_view line) {
  if (!state_->speaking) return;
  if (state_->terminal) {
    const std::scoped_lock lock(state_->mutex);
    const std::string text = printable(line);
    const std::string_view shown = fitted(text);
    std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(shown.size()), shown.data());
    std::fflush(stderr);
    state_->live = true;
    return;
  }
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->printed_progress && state_->since_progress.seconds() < 10) return;
    state_->printed_progress = true;
    state_->since_progress = Stopwatch();
  }
  info(line);
}

}  // namespace ltr::base
