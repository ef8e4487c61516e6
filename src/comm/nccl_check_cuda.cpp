// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/host.hpp"
#include "comm/nccl_check.hpp"

namespace ltr::comm {

std::string nccl_words(ncclResult_t code) {
  const char* const last = ncclGetLastError(nullptr);
  std::string words = ncclGetErrorString(code);
  if (last != nullptr && *last != '\0') words += base::format(": {}", std::string_view(last));
  // It goes into the middle of a sentence.
  while (words.ends_with('\n')) words.pop_back();
  return words;
}

void nccl_failed(ncclResult_t code, const char* call, const std::source_location& place) {
  std::string_view file = place.file_name();
  file.remove_prefix(file.rfind('/') + 1);
  const std::string what = base::format("{} failed with \"{}\" on {}, at {}:{}", call, nccl_words(code),
                                        base::host_name(), file, place.line());
  if (code == ncclInvalidUsage) {
    throw base::ConfigError(base::format(
        "{}; NCCL needs one GPU a rank; use as many ranks a host as it has GPUs, or parallel.exchange = "
        "\"mpi\"; NCCL_DEBUG=WARN tells more",
        what));
  }
  throw base::SystemError(base::format(
      "{}; no gradients can be exchanged; look for a rank or a network that went away (NCCL_DEBUG=WARN tells "
      "more), then start the same command again, or use parallel.exchange = \"mpi\"",
      what));
}

}  // namespace ltr::comm
