// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <cstdio>
#include <mutex>
#include <string>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/printable.hpp"
#include "base/stopwatch.hpp"

namespace ltr::base {

struct Log::State {
  explicit State(Voice voice)
      : sink(std::make_shared<spdlog::sinks::stderr_color_sink_st>()), logger("ltr", sink) {
    logger.set_level(voice == Voice::speaking ? spdlog::level::info : spdlog::level::off);
    logger.set_pattern("%H:%M:%S %^%v%$");
    speaking = voice == Voice::speaking;
    terminal = isatty(STDERR_FILENO) == 1;
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
    std::fprintf(stderr, "\r\033[K%s", printable(line).c_str());
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
