// SPDX-License-Identifier: Apache-2.0
// Few values, honestly summarised: mean, sample standard deviation, interval of the mean.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace ltr::metric {

/// What some seeds say about a number.
struct Summary {
  std::size_t n = 0;
  double mean = 0;
  std::optional<double> deviation;  ///< sample standard deviation (n - 1); empty for n < 2
};

/// n = 0 gives mean 0 and nothing else.
[[nodiscard]] Summary summarise(std::span<const double> values);

/// The mean's 95 % interval is mean +- this, by Student's t; empty for n < 2.
[[nodiscard]] std::optional<double> half_width_95(const Summary& summary);

/// How probable a mean at least this far from 0 is by chance alone, by Student's t; empty for n < 2. Values
/// that are all equal give 0, or 1 if they are all 0.
[[nodiscard]] std::optional<double> two_sided_probability(const Summary& summary);

/// Holm's step-down correction of several such probabilities, each comparable with one level: in the order
/// given, at most 1, never below the uncorrected.
[[nodiscard]] std::vector<double> holm_corrected(std::span<const double> probabilities);

/// P(T <= t) for Student's t with `degrees` > 0 degrees of freedom.
[[nodiscard]] double student_probability(double t, double degrees);

/// The t with P(T <= t) = probability, 0 < probability < 1, within 1e-9 relative.
[[nodiscard]] double student_quantile(double probability, double degrees);

}  // namespace ltr::metric
