// SPDX-License-Identifier: Apache-2.0
// Sums of V leaves by the binary tree that halves them: the same bits however the leaves are spread over
// ranks.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ltr::comm {

/// out[i] = a[i] + b[i]; the left subtree comes first.
void add_pairwise(std::span<const float> a, std::span<const float> b, std::span<float> out);

/// The tree sum of `leaves` (a power of two of them, equally long), the plain serial truth.
[[nodiscard]] std::vector<float> tree_sum(std::span<const std::vector<float>> leaves);

}  // namespace ltr::comm
