// SPDX-License-Identifier: Apache-2.0
#include "sampling/scheme.hpp"

namespace ltr::sampling {

SamplingScheme sampling_scheme(const config::Configuration& configuration, config::SamplingKind kind) {
  if (configuration.grid.replacement) return SamplingScheme::independent;
  const config::SamplingMethod& method = config::method_of(kind);
  const bool as_code = method.as_code != nullptr && configuration.fidelity.*method.as_code;
  return as_code ? method.code : SamplingScheme::exact;
}

}  // namespace ltr::sampling
