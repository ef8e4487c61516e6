// SPDX-License-Identifier: Apache-2.0
#include "data/class_counts.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text_file.hpp"
#include "data/limits.hpp"
#include "data/lines.hpp"
#include "data/list.hpp"

namespace ltr::data {

namespace {

void check(std::int32_t classes, std::int64_t largest, const Tail& tail) {
  if (classes < 1 || largest < 1) {
    throw base::ConfigError(
        base::format("{} classes with at most {} images; there would be nothing to learn; give 1 "
                     "or more of each",
                     classes, largest));
  }
  if (classes > kMostClasses || largest > kMostImages) {
    throw base::ConfigError(base::format(
        "{} classes with up to {} images; a set has at most {} classes and {} images; choose fewer",
        base::with_thousands(classes), base::with_thousands(largest), base::with_thousands(kMostClasses),
        base::with_thousands(kMostImages)));
  }
  if (!(tail.imbalance >= 1 && tail.imbalance <= static_cast<double>(largest))) {
    throw base::ConfigError(
        base::format("imbalance {} with {} images in the largest class; the smallest class, {} / "
                     "imbalance, must have at least 1 and at most {}; choose 1..{}",
                     tail.imbalance, largest, largest, largest, largest));
  }
  if (tail.shape == TailShape::pareto && !(tail.alpha >= 0.1 && tail.alpha <= 1000)) {
    throw base::ConfigError(
        base::format("alpha {}; the power law would be no more than one class or an exponential; choose 0.1 "
                     "to 1000",
                     tail.alpha));
  }
}

/// Classes of the step's upper size.
std::int32_t upper_classes(std::int32_t classes, double few_share) {
  const double few = few_share * classes + 0.5;
  const auto upper = few_share >= 0 && few_share <= 1 ? classes - static_cast<std::int32_t>(few) : 0;
  if (upper < 1 || upper == classes) {
    throw base::ConfigError(
        base::format("few-share {} of {} classes; a step needs a class of each of its two sizes; choose a "
                     "share between 0 and 1 that leaves both some class",
                     few_share, classes));
  }
  return upper;
}

}  // namespace

std::vector<std::int64_t> tail_counts(std::int32_t classes, std::int64_t largest, const Tail& tail) {
  check(classes, largest, tail);
  const std::int32_t upper = tail.shape == TailShape::step ? upper_classes(classes, tail.few_share) : 0;
  const double root = tail.shape == TailShape::pareto ? std::pow(tail.imbalance, 1 / tail.alpha) : 0;
  std::vector<std::int64_t> counts;
  for (std::int32_t j = 0; j < classes; ++j) {
    const double s = classes > 1 ? static_cast<double>(j) / (classes - 1) : 0;
    double share = 1;
    switch (tail.shape) {
      case TailShape::exponential:
        share = std::pow(tail.imbalance, -s);
        break;
      case TailShape::pareto:
        share = std::pow(1 + s * (root - 1), -tail.alpha);
        break;
      case TailShape::step:
        share = j < upper ? 1 : 1 / tail.imbalance;
        break;
    }
    // The added hair keeps largest / imbalance where rounding would take one image off.
    const double count = static_cast<double>(largest) * share + 1e-6;
    counts.push_back(std::max<std::int64_t>(1, static_cast<std::int64_t>(count)));
  }
  return counts;
}

std::vector<std::int64_t> exponential_counts(std::int32_t classes, std::int64_t largest, double imbalance) {
  return tail_counts(classes, largest, {.imbalance = imbalance});
}

std::vector<std::int64_t> read_class_counts(const std::filesystem::path& path) {
  const std::string text = base::read_text_file(path);
  std::vector<std::int64_t> counts;
  std::int64_t images = 0;
  Lines lines(text);
  for (Line line; lines.next(line);) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(line.text.data(), line.text.data() + line.text.size(), count);
    if (error != std::errc{} || end != line.text.data() + line.text.size() || count < 1) {
      throw base::DataError(
          base::format("{}:{}: '{}' is no number of images from 1 on; line j + 1 counts class j; "
                       "write one integer a line",
                       path.string(), line.number, shown(line.text)));
    }
    // The sum cannot overflow, for it is compared at every line.
    if (count > kMostImages || (images += count) > kMostImages || line.number > kMostClasses) {
      throw base::DataError(base::format(
          "{}:{}: class {} with {} images; a set has at most {} classes and {} images in all; count fewer",
          path.string(), line.number, line.number - 1, base::with_thousands(count),
          base::with_thousands(kMostClasses), base::with_thousands(kMostImages)));
    }
    counts.push_back(count);
  }
  if (counts.empty()) {
    throw base::DataError(
        base::format("{}: no counts; line j + 1 counts class j; write one integer a line", path.string()));
  }
  return counts;
}

}  // namespace ltr::data
