// SPDX-License-Identifier: Apache-2.0
// What a call says when it fails, as text that a test can look at.
#pragma once

#include <string>

#include "base/error.hpp"

namespace ltr::test {

/// The message of the `Error` that `call` throws, or "accepted" if it throws nothing. What else it throws
/// goes on, and fails the test.
template <class Error = base::Error>
std::string message_of(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace ltr::test
