// SPDX-License-Identifier: Apache-2.0
#include "learning/sweep.hpp"

#include <limits>

#include "config/toml.hpp"
#include "metric/accuracy.hpp"
#include "train/evaluate.hpp"

namespace ltr::learning {

record::TauSweep sweep(std::span<const double> values, const std::function<train::Logits(double)>& logits_of,
                       std::span<const metric::Shot> shots, Features& features) {
  constexpr double kNoImages = std::numeric_limits<double>::quiet_NaN();
  record::TauSweep sweep;
  std::int64_t best_correct = -1;
  for (const double value : values) {
    const train::Logits logits = logits_of(value);
    const std::int64_t correct = train::count_correct(features.validation, logits);
    if (correct > best_correct) {
      best_correct = correct;
      sweep.chosen = value;
    }
    const metric::GroupAccuracy on_test =
        metric::group_accuracy(train::evaluate(features.test, logits).counts, shots);
    sweep.tau.push_back(value);
    sweep.validation_percent.push_back(100.0 * static_cast<double>(correct) /
                                       static_cast<double>(features.validation.images()));
    sweep.test_many_percent.push_back(on_test.many.value_or(kNoImages));
    sweep.test_medium_percent.push_back(on_test.medium.value_or(kNoImages));
    sweep.test_few_percent.push_back(on_test.few.value_or(kNoImages));
    sweep.test_all_percent.push_back(on_test.all.value_or(kNoImages));
  }
  return sweep;
}

record::TauSweep sweep(const StrategyInputs& inputs, const std::function<train::Logits(double)>& logits_of,
                       Features& features) {
  const config::Data::Shots& limits = inputs.configuration.data.shots;
  const std::vector<metric::Shot> shots =
      metric::shots_of(inputs.class_counts, {.many_above = limits.many_above, .few_below = limits.few_below});
  const config::ValueGrid& grid = config::method_of(inputs.learning).sweep(inputs.configuration.stage_2);
  return sweep(config::values_of(grid), logits_of, shots, features);
}

}  // namespace ltr::learning
