// SPDX-License-Identifier: Apache-2.0
#include "config/fidelity.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/format.hpp"

namespace ltr::config {
namespace {

constexpr std::array<FidelityPoint, 8> kPoints{{
    {"frozen_statistics_move", &Fidelity::frozen_statistics_move, true,
     "BatchNorm of frozen layers keeps training: batch statistics, moving running ones",
     "BatchNorm of frozen layers stays as it is"},
    {"first_part_statistics", &Fidelity::first_part_statistics, true,
     "running statistics follow the first micro-batch of a step",
     "running statistics follow the mean over a step's micro-batches"},
    {"class_balanced_runs", &Fidelity::class_balanced_runs, true,
     "class-balanced: classes in turn, four draws each, images of a class in turn",
     "class-balanced: single draws by exact quotas, no replacement"},
    {"square_root_independent", &Fidelity::square_root_independent, true,
     "square-root: independent draws, with replacement", "square-root: exact quotas, no replacement"},
    {"progressive_independent", &Fidelity::progressive_independent, true,
     "progressively-balanced: classes drawn independently, images of a class in turn",
     "progressively-balanced: exact quotas, no replacement"},
    {"lws_scales_bias", &Fidelity::lws_scales_bias, true, "lws: the scale multiplies the bias too",
     "lws: the scale multiplies the weights only"},
    {"lws_decays_scales", &Fidelity::lws_decays_scales, true, "lws: weight decay applies to the scales",
     "lws: scales do not decay"},
    {"schedule_ahead", &Fidelity::schedule_ahead, false,
     "the learning rate runs one epoch ahead, and the last epoch trains at the schedule's end",
     "epoch e trains at the schedule's value for e"},
}};

constexpr NcmDistance ncm_distance_of(FidelityMode mode) {
  return mode == FidelityMode::reference ? NcmDistance::centred : NcmDistance::cosine;
}

bool value_in(FidelityMode mode, const FidelityPoint& point) {
  return mode == FidelityMode::reference && point.in_reference;
}

}  // namespace

std::span<const FidelityPoint> fidelity_points() { return kPoints; }

void follow(FidelityMode mode, Configuration& configuration) {
  configuration.fidelity.mode = mode;
  for (const FidelityPoint& point : kPoints) configuration.fidelity.*point.as_code = value_in(mode, point);
  configuration.stage_2.ncm.distance = ncm_distance_of(mode);
}

std::string fidelity_text(const Configuration& configuration) {
  const FidelityMode mode = configuration.fidelity.mode;
  std::vector<std::string> others;
  std::string lines;
  const auto add = [&](std::string_view key, std::string_view value, std::string_view what, bool as_mode) {
    const std::string assignment = base::format("{} = {}", key, value);
    if (!as_mode) others.push_back(assignment);
    lines += base::format("  {:<42}  {}\n", assignment, what);
  };
  for (const FidelityPoint& point : kPoints) {
    const bool as_code = configuration.fidelity.*point.as_code;
    add(base::format("fidelity.{}", point.name), as_code ? "true" : "false",
        as_code ? point.code : point.corrected, as_code == value_in(mode, point));
  }
  const NcmDistance distance = configuration.stage_2.ncm.distance;
  const auto entries = enum_entries<NcmDistance>();
  const auto entry = std::ranges::find(entries, distance, &EnumEntry<NcmDistance>::value);
  add("stage_2.ncm.distance", base::format("\"{}\"", entry->name), base::format("ncm: {}", entry->help),
      distance == ncm_distance_of(mode));
  return base::format("fidelity: {}{}\n{}", name_of(mode),
                      others.empty() ? "" : ", but for " + base::join(others, ", "), lines);
}

}  // namespace ltr::config
