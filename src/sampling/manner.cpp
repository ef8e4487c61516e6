// SPDX-License-Identifier: Apache-2.0
#include "sampling/manner.hpp"

namespace ltr::sampling {

DrawManner draw_manner(const config::Configuration& configuration, config::SamplingKind kind) {
  if (configuration.grid.replacement) return DrawManner::independent;
  const config::SamplingMethod& method = config::method_of(kind);
  const bool as_code = method.as_code != nullptr && configuration.fidelity.*method.as_code;
  return as_code ? method.code : DrawManner::exact;
}

}  // namespace ltr::sampling
