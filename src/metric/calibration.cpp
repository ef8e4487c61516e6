// SPDX-License-Identifier: Apache-2.0
#include "metric/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::metric {
namespace {
constexpr double kUnit = 4294967296.0;  // 2^32

double ratio(double sum, std::int64_t count) { return count == 0 ? 0.0 : sum / static_cast<double>(count); }
}  // namespace

void CalibrationCounts::add(double probability, Answer answer) {
  // Sums of exponentials may exceed 1 by rounding.
  if (!(probability >= 0 && probability <= 1 + 1e-3)) {
    throw base::DataError(base::format(
        "a class has probability {}, so the network's output is not finite; lower the learning rate",
        probability));
  }
  const std::int64_t fixed = std::llround(std::min(probability, 1.0) * kUnit);
  const auto bins = static_cast<std::int64_t>(images.size());
  // From the fixed-point value, so that the bin and the sum agree.
  const auto bin = static_cast<std::size_t>(std::min((fixed * bins) >> 32, bins - 1));
  ++images[bin];
  correct[bin] += answer == Answer::right ? 1 : 0;
  confidence[bin] += fixed;
}

Calibration calibration(const CalibrationCounts& counts) {
  LTR_EXPECT(counts.correct.size() == counts.images.size() &&
             counts.confidence.size() == counts.images.size());
  Calibration result;
  result.images = counts.images;
  double gaps = 0;
  for (std::size_t bin = 0; bin < counts.images.size(); ++bin) {
    const double confidence = static_cast<double>(counts.confidence[bin]) / kUnit;
    const auto correct = static_cast<double>(counts.correct[bin]);
    result.mean_confidence.push_back(ratio(confidence, counts.images[bin]));
    result.accuracy.push_back(ratio(correct, counts.images[bin]));
    gaps += std::abs(correct - confidence);
  }
  result.expected_calibration_error =
      ratio(gaps, std::accumulate(counts.images.begin(), counts.images.end(), std::int64_t{0}));
  return result;
}

}  // namespace ltr::metric
