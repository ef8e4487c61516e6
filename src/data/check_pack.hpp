// SPDX-License-Identifier: Apache-2.0
// Whether every image of a pack is what was packed.
#pragma once

#include <string>
#include <vector>

#include "base/log.hpp"
#include "data/pack.hpp"

namespace ltr::data {

/// Reads, compares with its CRC-32 and decodes every image (threads 0: one a processor).
/// One line an image that is damaged, in the pack's order; empty if the pack is sound.
[[nodiscard]] std::vector<std::string> check_pack(const Pack& pack, int threads, base::Log& log);

}  // namespace ltr::data
