// SPDX-License-Identifier: Apache-2.0
// The points in which the authors' code differs from the paper's text, and what a configuration makes of
// each.
#pragma once

#include <string>
#include <string_view>

#include "config/configuration.hpp"

namespace ltr::config {

/// One point that is either as in the authors' code or as in the paper.
struct FidelityPoint {
  std::string_view key;        ///< its path
  bool Fidelity::* as_code;    ///< true: as in the authors' code
  bool in_reference;           ///< what mode "reference" makes of it; "corrected" makes all false
  std::string_view code;       ///< what the authors' code does
  std::string_view corrected;  ///< what the paper says, or this suite does in its place
  std::string_view help;       ///< of the key
};

/// All points, in the order of the file.
inline constexpr FidelityPoint kFidelityPoints[] = {
    {"fidelity.frozen_statistics_move", &Fidelity::frozen_statistics_move, true,
     "BatchNorm of frozen layers keeps training: batch statistics, moving running ones",
     "BatchNorm of frozen layers stays as it is",
     "true: BatchNorm of frozen layers trains: batch statistics, moving running ones (stage 2, and a stage 1 "
     "of the last block); false: it stays as it is"},
    {"fidelity.first_part_statistics", &Fidelity::first_part_statistics, true,
     "running statistics follow the first micro-batch of a step",
     "running statistics follow the mean over a step's micro-batches",
     "true: running statistics follow the first micro-batch of a step, as DataParallel's first GPU; false: "
     "the mean over micro-batches"},
    {"fidelity.class_balanced_runs", &Fidelity::class_balanced_runs, true,
     "class-balanced: classes in turn, four draws each, images of a class in turn",
     "class-balanced: single draws by exact quotas, no replacement",
     "true: classes in turn, four draws each, images of a class in turn; false: exact quotas"},
    {"fidelity.square_root_independent", &Fidelity::square_root_independent, true,
     "square-root: independent draws, with replacement", "square-root: exact quotas, no replacement",
     "true: independent draws, with replacement; false: exact quotas"},
    {"fidelity.progressive_independent", &Fidelity::progressive_independent, true,
     "progressively-balanced: classes drawn independently, images of a class in turn",
     "progressively-balanced: exact quotas, no replacement",
     "true: independent classes, images of a class in turn; false: exact quotas"},
    {"fidelity.lws_scales_bias", &Fidelity::lws_scales_bias, true, "lws: the scale multiplies the bias too",
     "lws: the scale multiplies the weights only",
     "true: the scale multiplies the bias too; false: the weights only"},
    {"fidelity.lws_decays_scales", &Fidelity::lws_decays_scales, true,
     "lws: weight decay applies to the scales", "lws: scales do not decay",
     "true: weight decay applies to the scales; false: it does not"},
    {"fidelity.schedule_ahead", &Fidelity::schedule_ahead, false,
     "the learning rate runs one epoch ahead, and the last epoch trains at the schedule's end",
     "epoch e trains at the schedule's value for e",
     "true: the learning rate runs an epoch ahead, the last epoch at 0 (false in both modes: which PyTorch "
     "the authors ran is not recorded); false: epoch e has its own rate"},
};

/// Sets every point, and the distance of NCM, to what `mode` says.
void follow(FidelityMode mode, Configuration& configuration);

/// What holds at every point, one line each, for a person: "reference, but for ..." first.
[[nodiscard]] std::string fidelity_text(const Configuration& configuration);

}  // namespace ltr::config
