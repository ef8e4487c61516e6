// SPDX-License-Identifier: Apache-2.0
#include "data/progress_count.hpp"

#include <utility>

#include "base/format.hpp"

namespace ltr::data {

ProgressCount::ProgressCount(base::Log& log, std::string what, std::string verb, std::int64_t total)
    : log_(log), what_(std::move(what)), verb_(std::move(verb)), total_(total) {}

void ProgressCount::add_one() {
  constexpr std::int64_t kEvery = 256;
  constexpr double kSilentSeconds = 3;
  const std::int64_t finished = ++finished_;
  if (finished % kEvery != 0 || watch_.seconds() < kSilentSeconds) return;
  log_.progress(base::format("{}: {} of {} images {}", what_, base::with_thousands(finished),
                             base::with_thousands(total_), verb_));
}

}  // namespace ltr::data
