// SPDX-License-Identifier: Apache-2.0
// A classifier that stage 2 trains on frozen features.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <torch/torch.h>

#include "config/configuration.hpp"
#include "model/classifier.hpp"
#include "train/loop.hpp"

namespace ltr::learning {

/// What stage 2 needs of a strategy: something to train, and the plain linear classifier that comes of it.
struct Head {
  config::LearningKind learning = config::LearningKind::crt;
  train::Trainee trainee;
  /// Weight [K, D] of the linear classifier the trained module amounts to.
  std::function<torch::Tensor()> weight;
  /// Its bias [K].
  std::function<torch::Tensor()> bias;
};

/// What all heads train alike: stage 2's rate and schedule, stage 1's loss and optimiser.
[[nodiscard]] train::Trainee stage_2_trainee(const config::Configuration& configuration, std::string name,
                                             std::shared_ptr<torch::nn::Module> module, train::Logits logits,
                                             double weight_decay, std::int64_t epochs);

/// A linear classifier trained by itself, `learning` being crt or finetune_classifier. cRT's is a fresh one,
/// whose initial values `seed` fixes; whether finetune_classifier's is, a key says. `stage_1` is not changed.
/// Paper: section 4.2, cRT; table 1, C.
[[nodiscard]] Head make_retrained(const config::Configuration& configuration, config::LearningKind learning,
                                  const model::Classifier& stage_1, std::uint64_t seed);

/// Learnable weight scaling: one factor for each weight vector of stage 1's classifier. Whether it scales the
/// bias too, and decays, are points of fidelity. Paper: section 4.2, LWS.
[[nodiscard]] Head make_lws(const config::Configuration& configuration, const model::Classifier& stage_1);

}  // namespace ltr::learning
