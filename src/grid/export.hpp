// SPDX-License-Identifier: Apache-2.0
// A finished cell's whole network as one weights file.
#pragma once

#include <filesystem>
#include <string>

#include "config/configuration.hpp"

namespace ltr::grid {

/// Writes backbone and classifier of `cell` as safetensors under torchvision's names; a classifier without
/// bias gets zeros, a scaled one its scaled weight. Returns a line about what was written.
/// Throws: ConfigError if the plan has no such cell (naming the cells), its classifier is not linear (ncm),
/// or it is not trained yet, or if `file` is there and no export has written it; DataError if its weights are
/// damaged or of another backbone.
[[nodiscard]] std::string export_cell(const config::Configuration& configuration, const std::string& cell,
                                      const std::filesystem::path& file);

}  // namespace ltr::grid
