// SPDX-License-Identifier: Apache-2.0
// The points in which the authors' code differs from the paper's text, and what a configuration makes of
// each.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/configuration.hpp"

namespace ltr::config {

/// One point that is either as in the authors' code or as in the paper.
struct FidelityPoint {
  std::string_view name;       ///< of its key below [fidelity]
  bool Fidelity::* as_code;    ///< true: as in the authors' code
  bool in_reference;           ///< what mode "reference" makes of it; "corrected" makes all false
  std::string_view code;       ///< what the authors' code does
  std::string_view corrected;  ///< what the paper says, or this suite does in its place
};

/// All points, in the order of the file.
[[nodiscard]] std::span<const FidelityPoint> fidelity_points();

/// Sets every point, and the distance of NCM, to what `mode` says.
void follow(FidelityMode mode, Configuration& configuration);

/// What holds at every point, one line each, for a person: "reference, but for ..." first.
[[nodiscard]] std::string fidelity_text(const Configuration& configuration);

}  // namespace ltr::config
