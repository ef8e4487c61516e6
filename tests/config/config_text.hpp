// SPDX-License-Identifier: Apache-2.0
// Small configurations for the tests, and the message that a bad one is refused with.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/toml.hpp"
#include "message_of.hpp"

namespace ltr::config {

/// Five lines that are a whole configuration; what a test adds starts at line 6.
inline const std::string kLeastText =
    "format = 1\n"
    "run.output = \"results/run.h5\"\n"
    "[data]\n"
    "train = \"train.h5\"\n"
    "test = \"test.h5\"\n";

inline Configuration parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return parse_configuration(text, "grid.toml", overrides);
}

inline Configuration least_with(const std::string& more, const std::vector<std::string>& overrides = {}) {
  return parse(kLeastText + more, overrides);
}

/// What parsing says, or "accepted".
inline std::string refusal(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return test::message_of<base::ConfigError>([&] { return parse(text, overrides); });
}

inline std::string refusal_of(const std::string& more, const std::vector<std::string>& overrides = {}) {
  return refusal(kLeastText + more, overrides);
}

}  // namespace ltr::config
