// SPDX-License-Identifier: Apache-2.0
#include "metric/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/check.hpp"

namespace ltr::metric {
namespace {
/// Binomial numbers by searching the table of their sums, which holds all that double can tell from 0.
class Binomial {
 public:
  Binomial(std::int64_t images, double probability) {
    const double odds = probability / (1 - probability);
    const auto mode = static_cast<std::int64_t>(static_cast<double>(images + 1) * probability);
    const std::int64_t middle = std::clamp<std::int64_t>(mode, 0, images);
    std::vector<double> below;
    double likely = 1;
    for (std::int64_t k = middle; k > 0 && likely > kNothing; --k) {
      likely *= static_cast<double>(k) / (static_cast<double>(images - k + 1) * odds);
      below.push_back(likely);
    }
    first_ = middle - std::ssize(below);
    sums_.assign(below.rbegin(), below.rend());
    likely = 1;
    for (std::int64_t k = middle; k <= images && likely > kNothing; ++k) {
      sums_.push_back(likely);
      likely *= static_cast<double>(images - k) * odds / static_cast<double>(k + 1);
    }
    for (std::size_t i = 1; i < sums_.size(); ++i) sums_[i] += sums_[i - 1];
  }

  [[nodiscard]] std::int64_t draw(base::CounterRandom& random) const {
    const auto at = std::ranges::upper_bound(sums_, random.uniform() * sums_.back());
    return first_ + std::min(at - sums_.begin(), std::ssize(sums_) - 1);
  }

 private:
  static constexpr double kNothing = 1e-18;
  std::int64_t first_ = 0;
  std::vector<double> sums_;
};
}  // namespace

std::vector<double> bootstrap_sums(std::span<const BootstrapClass> classes, std::size_t resamples,
                                   base::CounterRandom random) {
  std::map<std::pair<double, double>, std::int64_t> images;
  double certain = 0;
  for (const BootstrapClass& one : classes) {
    LTR_EXPECT(one.images >= 0 && one.accuracy >= 0 && one.accuracy <= 1);
    if (one.accuracy >= 1) certain += one.weight * static_cast<double>(one.images);
    if (one.accuracy > 0 && one.accuracy < 1) images[{one.accuracy, one.weight}] += one.images;
  }
  std::vector<double> sums(resamples, certain);
  for (const auto& [key, count] : images) {
    const Binomial right(count, key.first);
    for (double& sum : sums) sum += key.second * static_cast<double>(right.draw(random));
  }
  return sums;
}

Interval middle_95(std::vector<double> values) {
  LTR_EXPECT(values.size() >= 2);
  std::ranges::sort(values);
  const auto quantile = [&values](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), values.size() - 2);
    return std::lerp(values[below], values[below + 1], place - static_cast<double>(below));
  };
  return {quantile(0.025), quantile(0.975)};
}

}  // namespace ltr::metric
