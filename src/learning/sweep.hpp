// SPDX-License-Identifier: Apache-2.0
// A value chosen on validation: what a strategy without training turns.
#pragma once

#include <functional>
#include <span>

#include "learning/strategies.hpp"
#include "metric/shots.hpp"

namespace ltr::learning {

/// Accuracy of every value on features; the chosen one is the best on validation, the first of equals.
/// Shape: shots [K]. Collective: all ranks of the sets' group.
[[nodiscard]] record::TauSweep sweep(std::span<const double> values,
                                     const std::function<train::Logits(double)>& logits_of,
                                     std::span<const metric::Shot> shots, Features& features);

/// The same of the grid that the strategy's row names, for its training set's shots.
[[nodiscard]] record::TauSweep sweep(const StrategyInputs& inputs,
                                     const std::function<train::Logits(double)>& logits_of,
                                     Features& features);

}  // namespace ltr::learning
