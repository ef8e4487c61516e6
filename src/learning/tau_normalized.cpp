// SPDX-License-Identifier: Apache-2.0
#include "learning/tau_normalized.hpp"

#include <limits>
#include <optional>
#include <utility>

#include "metric/accuracy.hpp"
#include "train/evaluate.hpp"

namespace ltr::learning {

torch::Tensor tau_normalized_weight(const torch::Tensor& weight, double tau) {
  return weight / weight.norm(2, {1}, /*keepdim=*/true).pow(tau);
}

train::Logits linear_logits(torch::Tensor weight) {
  return
      [weight = std::move(weight)](const torch::Tensor& features) { return torch::mm(features, weight.t()); };
}

record::TauSweep sweep_tau(const torch::Tensor& weight, std::span<const double> values,
                           std::span<const metric::Shot> shots, train::EvaluationSet& validation,
                           train::EvaluationSet& test) {
  constexpr double kNoImages = std::numeric_limits<double>::quiet_NaN();
  record::TauSweep sweep;
  std::int64_t best_correct = -1;
  for (const double tau : values) {
    const train::Logits logits = linear_logits(tau_normalized_weight(weight, tau));
    const std::int64_t correct = train::count_correct(validation, logits);
    if (correct > best_correct) {
      best_correct = correct;
      sweep.chosen = tau;
    }
    const metric::GroupAccuracy on_test = metric::group_accuracy(train::evaluate(test, logits).counts, shots);
    sweep.tau.push_back(tau);
    sweep.validation_percent.push_back(100.0 * static_cast<double>(correct) /
                                       static_cast<double>(validation.images()));
    sweep.test_many_percent.push_back(on_test.many.value_or(kNoImages));
    sweep.test_medium_percent.push_back(on_test.medium.value_or(kNoImages));
    sweep.test_few_percent.push_back(on_test.few.value_or(kNoImages));
    sweep.test_all_percent.push_back(on_test.all.value_or(kNoImages));
  }
  return sweep;
}

}  // namespace ltr::learning
