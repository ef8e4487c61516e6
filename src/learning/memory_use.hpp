// SPDX-License-Identifier: Apache-2.0
// What a rank needs of memory where it computes, known before it starts.
#pragma once

#include <cstdint>

#include "config/configuration.hpp"
#include "config/plan.hpp"

namespace ltr::learning {

/// Memory for tensors; libraries, and a GPU's driver, take some of their own. Units: bytes.
struct MemoryUse {
  std::int64_t fixed = 0;      ///< weights, gradients and their sums, momentum, best weights
  std::int64_t per_image = 0;  ///< of a micro-batch: what the backward pass needs of the forward pass
  std::int64_t images = 0;     ///< of a micro-batch
  [[nodiscard]] std::int64_t total() const { return fixed + per_image * images; }
};

/// Of one rank in a node that trains, as one of `ranks`: measured on the host, by two steps of few images, in
/// the precision configured. A node without training needs less than its stage 1.
/// Cost: six images forward and backward on the host, or twelve forward.
[[nodiscard]] MemoryUse memory_use(const config::Configuration& configuration, const config::PlanNode& node,
                                   std::int64_t classes, int ranks);

}  // namespace ltr::learning
