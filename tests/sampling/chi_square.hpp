// SPDX-License-Identifier: Apache-2.0
// Pearson's test for counts that should be equally likely or have known expectations.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace ltr::sampling {

/// Each check below fails by chance with this probability on either side; keys are fixed, so a pass stays a
/// pass.
constexpr double kFalseAlarm = 1e-6;

/// P(X > value) for X chi-square distributed: the regularised upper incomplete gamma function Q(dof/2,
/// value/2), by its series below the mean and its continued fraction (Lentz) above.
inline double chi_square_tail(double value, double dof) {
  const double a = dof / 2;
  const double x = value / 2;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (double n = a + 1; term > sum * 1e-15; ++n) sum += term *= x / n;
    return 1 - front * sum;
  }
  double b = x + 1 - a;
  double c = 1e300;
  double d = 1 / b;
  double fraction = d;
  for (double n = 1;; ++n) {
    const double numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-14) return front * fraction;
  }
}

/// Sum of (count - expected)^2 / expected.
inline double pearson(std::span<const std::int64_t> counts, double expected) {
  double sum = 0;
  for (const std::int64_t count : counts) {
    const double difference = static_cast<double>(count) - expected;
    sum += difference * difference / expected;
  }
  return sum;
}

/// Neither too far from the expectation nor suspiciously near it.
inline bool is_plausible(double statistic, double dof) {
  const double tail = chi_square_tail(statistic, dof);
  return tail > kFalseAlarm && tail < 1 - kFalseAlarm;
}

}  // namespace ltr::sampling
