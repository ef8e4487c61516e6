// SPDX-License-Identifier: Apache-2.0
// How far a classifier's confidence is from its accuracy: reliability bins and the expected calibration
// error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ltr::metric {

inline constexpr std::size_t kCalibrationBins = 15;

enum class Answer { wrong, right };

/// What an evaluation counts, in bins of equal width over the confidence 0..1. Integers, so that ranks can
/// add them in any order. Shape: all [bins].
struct CalibrationCounts {
  std::vector<std::int64_t> images = std::vector<std::int64_t>(kCalibrationBins);
  std::vector<std::int64_t> correct = std::vector<std::int64_t>(kCalibrationBins);
  std::vector<std::int64_t> confidence =
      std::vector<std::int64_t>(kCalibrationBins);  ///< sum, in units of 2^-32

  /// Counts one image, whose predicted class has probability `probability`; bin b is [b / bins, (b + 1) /
  /// bins). Throws: DataError if it is no probability (the network has diverged).
  void add(double probability, Answer answer);
};

/// Reliability. Shape: [bins], equal widths of confidence. Units: fractions of 1; 0 in bins without images.
struct Calibration {
  std::vector<std::int64_t> images;
  std::vector<double> mean_confidence;
  std::vector<double> accuracy;
  double expected_calibration_error = 0;  ///< mean over images of |accuracy - confidence| of their bin
};

[[nodiscard]] Calibration calibration(const CalibrationCounts& counts);

}  // namespace ltr::metric
