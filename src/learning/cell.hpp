// SPDX-License-Identifier: Apache-2.0
// What every strategy does alike: name its cell, measure its classifier, keep its weights.
#pragma once

#include <filesystem>
#include <string>

#include "learning/strategy.hpp"
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

enum class Calibrated { yes, no };

/// Fills in counts on validation and test, and, where logits are log-odds, the calibration.
/// Collective: all ranks.
void measure(record::CellRecord& cell, train::EvaluationSet& validation, train::EvaluationSet& test,
             const train::Logits& logits, Calibrated calibrated = Calibrated::yes);

/// L2 norm of each class's weight vector. Shape: weight [K, D] -> [K].
[[nodiscard]] std::vector<double> row_norms(const torch::Tensor& weight);

/// Notes the digest and, on rank 0, writes the weights file of `id`, which tells it; one verdict for all
/// ranks. Collective: all ranks.
[[nodiscard]] std::string keep_weights(const Context& context, const std::string& id,
                                       const model::NamedTensors& weights);

/// The digest that keep_weights noted of the weights of `id` in `folder`.
/// Throws: DataError if they are missing or damaged; SystemError if they cannot be read.
[[nodiscard]] std::string kept_digest(const std::filesystem::path& folder, const std::string& id);

}  // namespace ltr::learning
