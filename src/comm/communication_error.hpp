// SPDX-License-Identifier: Apache-2.0
// A GPU that fails in the middle of an exchange. For this room's sources only.
#pragma once

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/group.hpp"

namespace ltr::comm {

/// What `work` returns. Throws: CommunicationError where it throws an Error, since the other ranks wait for
/// gradients that will not come, and learn of no error.
template <class Work>
auto as_communication_error(const Work& work) {
  try {
    return work();
  } catch (const base::Error& error) {
    throw CommunicationError(base::format("the exchange of gradients broke off: {}", error.what()));
  }
}

}  // namespace ltr::comm
