// SPDX-License-Identifier: Apache-2.0
// What the draws of an epoch came to, counted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ltr::sampling {

/// Over all ranks.
struct DrawStatistics {
  std::vector<std::int64_t> drawn;    ///< [K] of each class
  std::vector<double> probabilities;  ///< [K] of drawing each class
  std::string digest;                 ///< draws_digest
};

/// SHA-256 over the images' positions in the pack in order of draws, each as 8 little-endian bytes. Equal on
/// any machine, and for any number of ranks.
[[nodiscard]] std::string draws_digest(std::span<const std::int64_t> positions);

}  // namespace ltr::sampling
