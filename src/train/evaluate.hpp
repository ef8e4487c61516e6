// SPDX-License-Identifier: Apache-2.0
// Counting what a classifier gets right: integers and fixed point, so that ranks may add in any order.
#pragma once

#include <cstdint>

#include "metric/accuracy.hpp"
#include "metric/calibration.hpp"
#include "train/evaluation_set.hpp"
#include "train/step.hpp"

namespace ltr::train {

/// Above this many classes no confusion matrix is kept.
inline constexpr std::int32_t kConfusionClasses = 1000;

/// Result of one pass over a set.
struct Evaluation {
  metric::Counts counts;
  metric::Calibration calibration;
};

/// Counts per class, and the calibration of the softmax. Among equal logits the lower class wins.
/// The caller has put its modules into evaluation mode.
/// Throws: SystemError if a logit is not finite.
/// Collective: all ranks of the set's group; the same result on all.
[[nodiscard]] Evaluation evaluate(EvaluationSet& set, const Logits& logits);

/// Images of the whole set whose largest logit is their class: what model selection compares.
/// Collective: as evaluate.
[[nodiscard]] std::int64_t count_correct(EvaluationSet& set, const Logits& logits);

}  // namespace ltr::train
