// SPDX-License-Identifier: Apache-2.0
#include "learning/tau_normalized.hpp"

#include <utility>

#include "learning/strategies.hpp"
#include "learning/sweep.hpp"

namespace ltr::learning {
namespace {

class TauNormalized : public Strategy {
 public:
  explicit TauNormalized(const StrategyInputs& inputs) : inputs_(inputs) {}

  Outcome outcome(Features& features) override {
    const torch::Tensor weight = inputs_.network->classifier->fc->weight.detach();
    record::TauSweep swept = sweep(
        inputs_, [&weight](double tau) { return linear_logits(tau_normalized_weight(weight, tau)); },
        features);
    const torch::Tensor chosen = tau_normalized_weight(weight, swept.chosen);
    return {.logits = linear_logits(chosen),
            .weight = chosen,
            .kept = {{"fc.weight", chosen}},
            .sweep = std::move(swept)};
  }

 private:
  StrategyInputs inputs_;
};

}  // namespace

torch::Tensor tau_normalized_weight(const torch::Tensor& weight, double tau) {
  return weight / weight.norm(2, {1}, /*keepdim=*/true).pow(tau);
}

train::Logits linear_logits(torch::Tensor weight) {
  return
      [weight = std::move(weight)](const torch::Tensor& features) { return torch::mm(features, weight.t()); };
}

std::unique_ptr<Strategy> make_tau_normalized(const StrategyInputs& inputs) {
  return std::make_unique<TauNormalized>(inputs);
}

}  // namespace ltr::learning
