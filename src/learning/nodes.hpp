// SPDX-License-Identifier: Apache-2.0
// The three kinds of work in the plan.
#pragma once

#include "learning/strategy.hpp"

namespace ltr::learning {

/// Trains backbone and classifier; finishes the joint cell.
/// Paper: section 4.1, representation learning.
[[nodiscard]] record::NodeRecord run_stage_1(const Context& context, const config::PlanNode& node);

/// Passes of the frozen backbone without training; finishes the ncm and tau_normalized cells.
/// Paper: section 4.2, NCM and tau-normalised classifiers.
[[nodiscard]] record::NodeRecord run_features(const Context& context, const config::PlanNode& node);

/// Trains all classifiers that share draws in one pass over the frozen backbone; finishes the crt, lws and
/// finetune_classifier cells. Paper: section 4.2, classifier re-training and learnable weight scaling.
[[nodiscard]] record::NodeRecord run_stage_2(const Context& context, const config::PlanNode& node);

/// Trains a copy of the network on, all of it or its last block and classifier, with stage 2's sampling and
/// rate; finishes the cell of the node's only strategy. Paper: table 1, which leaves open whether the
/// classifier begins anew: a key says so.
[[nodiscard]] record::NodeRecord run_finetune(const Context& context, const config::PlanNode& node);

}  // namespace ltr::learning
