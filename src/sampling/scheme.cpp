// SPDX-License-Identifier: Apache-2.0
#include "sampling/scheme.hpp"

namespace ltr::sampling {

std::string_view name_of(SamplingScheme scheme) {
  switch (scheme) {
    case SamplingScheme::exact:
      return "exact quotas";
    case SamplingScheme::independent:
      return "with replacement";
    case SamplingScheme::independent_class:
      return "independent classes";
    case SamplingScheme::class_cycling:
      return "runs of a class";
  }
  return "?";
}

SamplingScheme sampling_scheme(const config::Configuration& configuration, config::SamplingKind kind) {
  if (configuration.grid.replacement) return SamplingScheme::independent;
  const config::Fidelity& fidelity = configuration.fidelity;
  const auto unless_exact = [](bool as_code, SamplingScheme scheme) {
    return as_code ? scheme : SamplingScheme::exact;
  };
  switch (kind) {
    case config::SamplingKind::instance_balanced:
      break;
    case config::SamplingKind::class_balanced:
      return unless_exact(fidelity.class_balanced_runs, SamplingScheme::class_cycling);
    case config::SamplingKind::square_root:
      return unless_exact(fidelity.square_root_independent, SamplingScheme::independent);
    case config::SamplingKind::progressively_balanced:
      return unless_exact(fidelity.progressive_independent, SamplingScheme::independent_class);
  }
  return SamplingScheme::exact;
}

}  // namespace ltr::sampling
