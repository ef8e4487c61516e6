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

/// Classifier re-training: a fresh linear classifier.
/// `stage_1` is not changed; `seed` fixes the initial values.
/// Paper: section 4.2, cRT.
[[nodiscard]] Head make_crt(const config::Configuration& configuration, model::Classifier& stage_1,
                            std::uint64_t seed);

/// Learnable weight scaling: one factor for each weight vector of stage 1's classifier, whose bias stays as
/// it is. Paper: section 4.2, LWS; differs from the authors' code, which scales the bias too and decays the
/// factors.
[[nodiscard]] Head make_lws(const config::Configuration& configuration, model::Classifier& stage_1);

}  // namespace ltr::learning
