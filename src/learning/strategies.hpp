// SPDX-License-Identifier: Apache-2.0
// The learning strategies by name, behind one interface. Each stands in a file of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <torch/torch.h>

#include "config/methods.hpp"
#include "model/classifier.hpp"
#include "model/state.hpp"
#include "record/record.hpp"
#include "train/evaluation_set.hpp"
#include "train/step.hpp"
#include "train/training_spec.hpp"

namespace ltr::learning {

/// What a strategy is made of. The network is stage 1's, in evaluation mode; a strategy changes no more of it
/// than its row says it trains.
struct StrategyInputs {
  const config::Configuration& configuration;
  config::LearningKind learning{};
  std::uint64_t seed = 0;  ///< of what it starts anew
  std::shared_ptr<model::Network> network{};
  std::span<const std::int64_t> class_counts{};             ///< training images of each class, [K]
  std::function<train::EvaluationSet()> training_images{};  ///< without augmentation
};

/// Features of the validation and test images under the backbone that the strategy ends with.
struct Features {
  train::EvaluationSet validation;
  train::EvaluationSet test;
};

/// The classifier that a strategy comes to.
struct Outcome {
  train::Logits logits;        ///< of features [b, D] -> [b, K]
  torch::Tensor weight{};      ///< [K, D] of a linear classifier; undefined of another
  model::NamedTensors kept{};  ///< weights that make up the cell; empty: they are stage 1's
  record::TauSweep sweep{};    ///< of a strategy that chooses a value on validation
};

/// How a stage 1 becomes a classifier.
class Strategy {
 public:
  virtual ~Strategy() = default;
  /// What is trained after stage 1; nothing unless the strategy's row has epochs.
  [[nodiscard]] virtual std::optional<train::TrainingSpec> training() { return std::nullopt; }
  /// Once that has been trained, to its best weights. Collective: all ranks of the sets' group.
  [[nodiscard]] virtual Outcome outcome(Features& features) = 0;
};

[[nodiscard]] std::unique_ptr<Strategy> make_strategy(const StrategyInputs& inputs);

/// Stage 1's classifier as it is.
[[nodiscard]] std::unique_ptr<Strategy> make_joint(const StrategyInputs& inputs);
/// Nearest class mean (learning/ncm.hpp). Paper: section 4.2.
[[nodiscard]] std::unique_ptr<Strategy> make_ncm(const StrategyInputs& inputs);
/// A linear classifier trained by itself on the frozen backbone, from new values or stage 1's, as its row
/// says. Paper: section 4.2, cRT; table 1, C.
[[nodiscard]] std::unique_ptr<Strategy> make_crt(const StrategyInputs& inputs);
/// Weight vectors divided by a power of their length (learning/tau_normalized.hpp). Paper: section 4.2.
[[nodiscard]] std::unique_ptr<Strategy> make_tau_normalized(const StrategyInputs& inputs);
/// Learnable weight scaling: one factor for each weight vector of stage 1's classifier. Whether it scales the
/// bias too, and decays, are points of fidelity. Paper: section 4.2, LWS.
[[nodiscard]] std::unique_ptr<Strategy> make_lws(const StrategyInputs& inputs);
/// The network, or the part of it that its row names, trained on with stage 2's sampling. Paper: table 1,
/// which leaves open whether the classifier begins anew: a key says so.
[[nodiscard]] std::unique_ptr<Strategy> make_finetune(const StrategyInputs& inputs);

/// Stage 1's logits less tau log(n_j / N), tau chosen on validation. Menon et al., Long-Tail Learning via
/// Logit Adjustment, ICLR 2021, section 4.2, post-hoc.
[[nodiscard]] std::unique_ptr<Strategy> make_logit_adjusted(const StrategyInputs& inputs);

/// What all strategies that train have alike: stage 2's loss, rate and schedule, stage 1's optimiser, the
/// epochs of their row.
[[nodiscard]] train::TrainingSpec stage_2_training(const StrategyInputs& inputs,
                                                   std::shared_ptr<torch::nn::Module> module,
                                                   train::Logits logits);

}  // namespace ltr::learning
