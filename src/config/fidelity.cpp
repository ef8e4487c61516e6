// SPDX-License-Identifier: Apache-2.0
#include "config/fidelity.hpp"

#include <algorithm>
#include <vector>

#include "base/format.hpp"

namespace ltr::config {
namespace {

constexpr NcmDistance ncm_distance_of(FidelityMode mode) {
  return mode == FidelityMode::reference ? NcmDistance::centred : NcmDistance::cosine;
}

bool value_in(FidelityMode mode, const FidelityPoint& point) {
  return mode == FidelityMode::reference && point.in_reference;
}

}  // namespace

void follow(FidelityMode mode, Configuration& configuration) {
  configuration.fidelity.mode = mode;
  for (const FidelityPoint& point : kFidelityPoints)
    configuration.fidelity.*point.as_code = value_in(mode, point);
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
  for (const FidelityPoint& point : kFidelityPoints) {
    const bool as_code = configuration.fidelity.*point.as_code;
    add(point.key, as_code ? "true" : "false", as_code ? point.code : point.corrected,
        as_code == value_in(mode, point));
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
