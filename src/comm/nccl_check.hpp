// SPDX-License-Identifier: Apache-2.0
// Every NCCL call goes through LTR_NCCL, so that no failure passes unseen. For sources that include NCCL
// only.
#pragma once

#include <source_location>
#include <string>

#include <nccl.h>

namespace ltr::comm {

/// Throws: ConfigError where ranks share a GPU, otherwise SystemError; with the call, NCCL's message, the
/// host and the place.
[[noreturn]] void nccl_failed(ncclResult_t code, const char* call, const std::source_location& place);

inline void check_nccl(ncclResult_t code, const char* call,
                       const std::source_location& place = std::source_location::current()) {
  if (code != ncclSuccess) nccl_failed(code, call, place);
}

/// NCCL's words for what happened last on this thread, e.g. "unhandled system error: ...".
[[nodiscard]] std::string nccl_words(ncclResult_t code);

}  // namespace ltr::comm

#define LTR_NCCL(call) ::ltr::comm::check_nccl((call), #call)
