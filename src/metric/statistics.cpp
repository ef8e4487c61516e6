// SPDX-License-Identifier: Apache-2.0
#include "metric/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.hpp"

namespace ltr::metric {
namespace {
/// The continued fraction of the incomplete beta function, by Lentz's method; fast for x < (a + 1) / (a + b +
/// 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  const auto nonzero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / nonzero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= 1000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double change = 1;
    for (const double term : {even, odd}) {
      d = 1 / nonzero(1 + term * d);
      c = nonzero(1 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (std::abs(change - 1) < 1e-16) break;
  }
  return fraction;
}

/// Regularised incomplete beta function I_x(a, b).
double incomplete_beta(double a, double b, double x) {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}
}  // namespace

double student_probability(double t, double degrees) {
  LTR_EXPECT(degrees > 0);
  const double tail = 0.5 * incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
  return t > 0 ? 1 - tail : tail;
}

double student_quantile(double probability, double degrees) {
  LTR_EXPECT(probability > 0 && probability < 1);
  if (probability < 0.5) return -student_quantile(1 - probability, degrees);
  double low = 0;
  double high = 1;
  while (student_probability(high, degrees) < probability) high *= 2;
  while (high - low > 1e-10 * high) {
    const double middle = low + (high - low) / 2;
    (student_probability(middle, degrees) < probability ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

Summary summarise(std::span<const double> values) {
  Summary summary;
  summary.n = values.size();
  if (values.empty()) return summary;
  const auto n = static_cast<double>(values.size());
  summary.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() < 2) return summary;
  double squares = 0;
  for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
  summary.deviation = std::sqrt(squares / (n - 1));
  return summary;
}

std::optional<double> half_width_95(const Summary& summary) {
  if (!summary.deviation) return std::nullopt;
  const auto n = static_cast<double>(summary.n);
  return student_quantile(0.975, n - 1) * *summary.deviation / std::sqrt(n);
}

std::optional<double> two_sided_probability(const Summary& summary) {
  if (!summary.deviation) return std::nullopt;
  if (*summary.deviation == 0) return summary.mean == 0 ? 1 : 0;
  const auto n = static_cast<double>(summary.n);
  const double t = std::abs(summary.mean) / (*summary.deviation / std::sqrt(n));
  return 2 * student_probability(-t, n - 1);
}

std::vector<double> holm_corrected(std::span<const double> probabilities) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return probabilities[i]; });
  std::vector<double> corrected(probabilities.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double times = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, times * probabilities[order[rank]]));
    corrected[order[rank]] = largest;
  }
  return corrected;
}

}  // namespace ltr::metric
