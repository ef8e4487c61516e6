// SPDX-License-Identifier: Apache-2.0
// What a configuration must satisfy beyond types: ranges and combinations that need no file to be judged.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "config/configuration.hpp"

namespace ltr::config {

/// Tells where the value of the first key stands, or of the second if the first has its default.
using PlaceOf = std::function<std::string(std::string_view key, std::string_view other)>;

/// Checks every rule.
/// Throws: ConfigError "<place>: <key> = <value>: <why not>; <what to do>" for the first rule broken.
void check(const Configuration& configuration, const PlaceOf& place_of);

}  // namespace ltr::config
