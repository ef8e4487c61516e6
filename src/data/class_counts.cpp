// SPDX-License-Identifier: Apache-2.0
#include "data/class_counts.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "base/error.hpp"
#include "base/format.hpp"
#include "data/lines.hpp"
#include "store/atomic_file.hpp"

namespace ltr::data {

std::vector<std::int64_t> exponential_counts(std::int32_t classes, std::int64_t largest, double imbalance) {
  if (classes < 1 || largest < 1) {
    throw base::ConfigError(
        base::format("{} classes with at most {} images; there would be nothing to learn; give 1 "
                     "or more of each",
                     classes, largest));
  }
  if (!(imbalance >= 1 && imbalance <= static_cast<double>(largest))) {
    throw base::ConfigError(
        base::format("imbalance {} with {} images in the largest class; the smallest class, {} / "
                     "imbalance, must have at least 1 and at most {}; choose 1..{}",
                     imbalance, largest, largest, largest, largest));
  }
  std::vector<std::int64_t> counts;
  for (std::int32_t j = 0; j < classes; ++j) {
    const double share = classes > 1 ? static_cast<double>(j) / (classes - 1) : 0;
    // The added hair keeps largest / imbalance where rounding would take one image off.
    const double count = static_cast<double>(largest) * std::pow(imbalance, -share) + 1e-6;
    counts.push_back(std::max<std::int64_t>(1, static_cast<std::int64_t>(count)));
  }
  return counts;
}

std::vector<std::int64_t> read_class_counts(const std::filesystem::path& path) {
  const std::string text = store::read_text_file(path);
  std::vector<std::int64_t> counts;
  for (const Line& line : lines_of(text)) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(line.text.data(), line.text.data() + line.text.size(), count);
    if (error != std::errc{} || end != line.text.data() + line.text.size() || count < 1) {
      throw base::DataError(
          base::format("{}:{}: '{}' is no number of images from 1 on; line j + 1 counts class j; "
                       "write one integer a line",
                       path.string(), line.number, line.text.substr(0, 40)));
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
