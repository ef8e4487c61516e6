// SPDX-License-Identifier: Apache-2.0
// What the training loops of both stages take from the configuration alike.
#pragma once

#include <memory>
#include <utility>

#include "learning/node.hpp"
#include "learning/strategies.hpp"
#include "model/classifier.hpp"
#include "train/loop.hpp"

namespace ltr::learning {

/// Batches, loader, checkpoint and watching as configured; nothing is frozen yet.
[[nodiscard]] train::LoopOptions loop_options(const Context& context, const config::PlanNode& node,
                                              std::uint64_t seed, config::SamplingKind sampling);

/// Stage 2's draws, augmentation and initial values are its own, not those of stage 1 over again.
[[nodiscard]] std::uint64_t stage_2_seed(std::uint64_t seed);

/// Freezes all but the last block; what BatchNorm of the frozen layers does is a point of fidelity.
void freeze_all_but_last_block(const config::Configuration& configuration, const model::Backbone& backbone);

/// The optimiser of both stages.
[[nodiscard]] train::SgdOptions sgd_options(const config::Stage1& stage_1, double weight_decay);

/// What the module makes of its inputs; it lives as long as this.
template <class Module>
[[nodiscard]] train::Logits logits_of(std::shared_ptr<Module> module) {
  return [module = std::move(module)](const torch::Tensor& inputs) { return module->forward(inputs); };
}

/// A network of the configuration's backbone for the training pack's classes, where the process computes.
[[nodiscard]] std::shared_ptr<model::Network> new_network(const Context& context);

/// Has the backbone of a whole network learn at a rate of its own.
void scale_backbone_rate(train::SgdOptions& options, const config::Stage1& stage_1);

/// The network that the node's stage 1 has left in the folder, in evaluation mode.
/// Throws: DataError if its weights are missing, do not fit, or differ between ranks.
/// Collective: all ranks.
[[nodiscard]] std::shared_ptr<model::Network> trained_network(const Context& context,
                                                              const config::PlanNode& node);

/// Throws: DataError, on every rank, if the weights that `file` gave differ between ranks.
/// Collective: all ranks.
void require_same_weights(const Context& context, const model::Network& network,
                          const std::filesystem::path& file);

/// The context's training, validation or test images without augmentation, for a pass that shows its progress
/// and ends with Stopped where a stop is asked for.
[[nodiscard]] train::EvaluationSet watched_images(const Context& context, const data::Pack& pack);
/// The validation images, for a training loop: a stop while they are evaluated waits for the next step, which
/// leaves a checkpoint.
[[nodiscard]] train::EvaluationSet validation_images(const Context& context);

enum class KeepFeatures { yes, no };

/// Features of validation and test under one backbone. Kept ones are computed by a stage 1 and left on disk
/// for the nodes that stand on it; by one of those where they are gone. Collective: all ranks.
[[nodiscard]] Features evaluation_features(const Context& context, const config::PlanNode& node,
                                           model::Backbone& backbone, KeepFeatures keep = KeepFeatures::yes);

}  // namespace ltr::learning
