// SPDX-License-Identifier: Apache-2.0
// The machine this process runs on.
#pragma once

#include <string>

namespace ltr::base {

/// The host's name, for messages and claims; "unknown host" if the system does not tell.
[[nodiscard]] std::string host_name();

}  // namespace ltr::base
