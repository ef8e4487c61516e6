// SPDX-License-Identifier: Apache-2.0
// The kinds of work in the plan: each makes what its strategies need, and asks them for their classifiers.
#pragma once

#include "learning/node.hpp"

namespace ltr::learning {

/// Trains backbone and classifier; finishes the cells of strategies that are done with that.
/// Paper: section 4.1, representation learning.
[[nodiscard]] record::NodeRecord run_stage_1(const Context& context, const config::PlanNode& node);

/// A pass of the frozen backbone without training.
/// Paper: section 4.2, NCM and tau-normalised classifiers.
[[nodiscard]] record::NodeRecord run_features(const Context& context, const config::PlanNode& node);

/// Trains after stage 1: all classifiers that share draws in one pass over the frozen backbone (stage_2), or
/// one strategy's own copy of the network (finetune).
/// Paper: section 4.2, classifier re-training and learnable weight scaling; table 1.
[[nodiscard]] record::NodeRecord run_stage_2(const Context& context, const config::PlanNode& node);

}  // namespace ltr::learning
