// SPDX-License-Identifier: Apache-2.0
// The paper's batch and learning rate, and how a configuration stands to them.
#pragma once

#include <string>
#include <vector>

#include "config/configuration.hpp"

namespace ltr::config {

/// The learning rate that a stage trains with: `learning_rate` is its key, which scale_learning_rate makes
/// the rate for 512 images. Paper: section 5.1 has batch 512.
[[nodiscard]] double effective_learning_rate(const Configuration& configuration, double learning_rate);

/// What a person should know, one sentence each: keys given under earlier names; and what is allowed but
/// probably not meant: at the recipe's image size, rates of either
/// stage that are not in proportion to the batch as the recipe's are.
[[nodiscard]] std::vector<std::string> warnings(const Configuration& configuration);

}  // namespace ltr::config
