// SPDX-License-Identifier: Apache-2.0
// What every strategy does alike: name its cell, measure its classifier, keep its weights.
#pragma once

#include <filesystem>
#include <string>

#include "learning/node.hpp"
#include "learning/strategies.hpp"
#include "model/state.hpp"
#include "train/evaluation_set.hpp"
#include "train/step.hpp"

namespace ltr::learning {

/// Ids and axes of the cell that `learning` makes of this node's stage 1.
[[nodiscard]] record::CellRecord make_cell(const config::PlanNode& node, config::LearningKind learning);

/// Id of the stage 1 that a node is, or stands on.
[[nodiscard]] std::string stage_1_id(const config::PlanNode& node);

/// "<folder>/<id>.safetensors", the weights of a stage 1 or of a cell's classifier.
[[nodiscard]] std::filesystem::path weights_file(const std::filesystem::path& folder, const std::string& id);

/// [input] and [loader] for the rooms below.
[[nodiscard]] data::LoaderOptions loader_options(const config::Configuration& configuration);

/// L2 norm of each class's weight vector. Shape: weight [K, D] -> [K].
[[nodiscard]] std::vector<double> row_norms(const torch::Tensor& weight);

/// Notes the digest and, on rank 0, writes the weights file of `id`, which tells it; one verdict for all
/// ranks. Collective: all ranks.
[[nodiscard]] std::string keep_weights(const Context& context, const std::string& id,
                                       const model::NamedTensors& weights);

/// What `learning` is made of at this node; `network` is stage 1's.
[[nodiscard]] StrategyInputs strategy_inputs(const Context& context, const config::PlanNode& node,
                                             config::LearningKind learning,
                                             std::shared_ptr<model::Network> network);

/// `cell` with what the strategy comes to: counts on validation and test, calibration where scores are
/// log-odds, weight norms, the sweep; its weights are kept, together with `more`. Collective: all ranks.
[[nodiscard]] record::CellRecord finished_cell(const Context& context, record::CellRecord cell,
                                               Strategy& strategy, Features& features,
                                               const model::NamedTensors& more = {});

/// The digest that keep_weights noted of the weights of `id` in `folder`.
/// Throws: DataError if they are missing or damaged; SystemError if they cannot be read.
[[nodiscard]] std::string kept_digest(const std::filesystem::path& folder, const std::string& id);

}  // namespace ltr::learning
