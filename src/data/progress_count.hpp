// SPDX-License-Identifier: Apache-2.0
// "1,024 of 12,406 images checked", for work of many threads that takes a person's time.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/log.hpp"
#include "base/stopwatch.hpp"

namespace ltr::data {

/// Counts finished images and says so now and then; silent in the first seconds.
/// Thread: safe.
class ProgressCount {
 public:
  /// `what` comes before the numbers, `verb` after them.
  ProgressCount(base::Log& log, std::string what, std::string verb, std::int64_t total);

  void add_one();

 private:
  base::Log& log_;
  std::string what_;
  std::string verb_;
  std::int64_t total_;
  std::atomic<std::int64_t> finished_{0};
  base::Stopwatch watch_;
};

}  // namespace ltr::data
