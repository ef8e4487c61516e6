// SPDX-License-Identifier: Apache-2.0
// What a test that runs on several ranks may ask of its main program.
#pragma once

#include "comm/session.hpp"

namespace ltr::test {

/// The session of this test program.
[[nodiscard]] const comm::Session& session();

/// All its ranks.
[[nodiscard]] const comm::Group& world();

}  // namespace ltr::test
