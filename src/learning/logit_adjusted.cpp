// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "learning/losses.hpp"
#include "learning/strategies.hpp"
#include "learning/sweep.hpp"

namespace ltr::learning {
namespace {

/// It comes to stage 1's classifier with another bias.
class LogitAdjusted : public Strategy {
 public:
  explicit LogitAdjusted(const StrategyInputs& inputs)
      : inputs_(inputs),
        weight_(inputs.network->classifier->fc->weight.detach()),
        log_prior_(log_prior(inputs.class_counts).to(weight_.device())) {}

  Outcome outcome(Features& features) override {
    record::TauSweep swept = sweep(inputs_, [this](double tau) { return logits(bias(tau)); }, features);
    const torch::Tensor chosen = bias(swept.chosen);
    return {.logits = logits(chosen),
            .weight = weight_,
            .kept = {{"fc.weight", weight_}, {"fc.bias", chosen}},
            .sweep = std::move(swept)};
  }

 private:
  torch::Tensor bias(double tau) const {
    return inputs_.network->classifier->fc->bias.detach() - tau * log_prior_;
  }
  train::Logits logits(const torch::Tensor& bias) const {
    return [weight = weight_, bias](const torch::Tensor& features) {
      return torch::addmm(bias, features, weight.t());
    };
  }

  StrategyInputs inputs_;
  torch::Tensor weight_;     ///< [K, D]
  torch::Tensor log_prior_;  ///< [K]
};

}  // namespace

std::unique_ptr<Strategy> make_logit_adjusted(const StrategyInputs& inputs) {
  return std::make_unique<LogitAdjusted>(inputs);
}

}  // namespace ltr::learning
