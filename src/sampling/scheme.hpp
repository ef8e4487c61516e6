// SPDX-License-Identifier: Apache-2.0
// The schemes by which draws are made of class weights.
#pragma once

#include <cstdint>
#include <string_view>

#include "config/configuration.hpp"

namespace ltr::sampling {

/// Images "in turn": all of a class once, in a random order, before any comes again.
enum class SamplingScheme {
  exact,              ///< every class meets its quota; its images in turn
  independent,        ///< class and image of a draw are independent of all other draws
  independent_class,  ///< only the class is; its images in turn
  class_cycling,      ///< classes in turn, whatever their weights, kRunLength draws each; images in turn
};

inline constexpr std::int64_t kRunLength = 4;

[[nodiscard]] std::string_view name_of(SamplingScheme scheme);

/// What a configuration makes of a sampling: exact, unless grid.replacement or a point of fidelity says
/// otherwise.
[[nodiscard]] SamplingScheme sampling_scheme(const config::Configuration& configuration,
                                             config::SamplingKind kind);

}  // namespace ltr::sampling
