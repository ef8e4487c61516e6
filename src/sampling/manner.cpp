// SPDX-License-Identifier: Apache-2.0
#include "sampling/manner.hpp"

namespace ltr::sampling {

std::string_view name_of(DrawManner manner) {
  switch (manner) {
    case DrawManner::exact:
      return "exact quotas";
    case DrawManner::independent:
      return "with replacement";
    case DrawManner::independent_class:
      return "independent classes";
    case DrawManner::runs:
      return "runs of a class";
  }
  return "?";
}

DrawManner draw_manner(const config::Configuration& configuration, config::SamplingKind kind) {
  if (configuration.grid.replacement) return DrawManner::independent;
  const config::Fidelity& fidelity = configuration.fidelity;
  const auto unless_exact = [](bool as_code, DrawManner manner) {
    return as_code ? manner : DrawManner::exact;
  };
  switch (kind) {
    case config::SamplingKind::instance_balanced:
      break;
    case config::SamplingKind::class_balanced:
      return unless_exact(fidelity.class_balanced_runs, DrawManner::runs);
    case config::SamplingKind::square_root:
      return unless_exact(fidelity.square_root_independent, DrawManner::independent);
    case config::SamplingKind::progressively_balanced:
      return unless_exact(fidelity.progressive_independent, DrawManner::independent_class);
  }
  return DrawManner::exact;
}

}  // namespace ltr::sampling
