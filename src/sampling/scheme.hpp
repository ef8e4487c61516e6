// SPDX-License-Identifier: Apache-2.0
// The schemes by which draws are made of class weights.
#pragma once

#include <cstdint>

#include "config/configuration.hpp"
#include "config/methods.hpp"

namespace ltr::sampling {

using SamplingScheme = config::DrawScheme;

inline constexpr std::int64_t kRunLength = 4;

/// What a configuration makes of a sampling: exact, unless grid.replacement or a point of fidelity says
/// otherwise.
[[nodiscard]] SamplingScheme sampling_scheme(const config::Configuration& configuration,
                                             config::SamplingKind kind);

}  // namespace ltr::sampling
