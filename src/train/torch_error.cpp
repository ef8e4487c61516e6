// SPDX-License-Identifier: Apache-2.0
#include "train/torch_error.hpp"

#include <string_view>

#include <torch/torch.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/group.hpp"

namespace ltr::train {

void translating_torch_errors(const std::function<void()>& work, std::string_view smaller) {
  try {
    work();
  } catch (const c10::Error& error) {
    const std::string_view text = error.what_without_backtrace();
    if (text.find("can't allocate memory") != text.npos || text.find("not enough memory") != text.npos) {
      throw base::SystemError(
          base::format("out of memory ({}); {}, fewer ranks a host, or a host with more memory",
                       text.substr(text.rfind("] ") == text.npos ? 0 : text.rfind("] ") + 2), smaller));
    }
    if (text.find("CUDA out of memory") != text.npos) {
      throw base::SystemError(
          base::format("the GPU has not enough memory ({}); {}, one rank a GPU, or a GPU with more memory",
                       text.substr(0, text.find('\n')), smaller));
    }
    if (text.find("CUDA error") != text.npos) {
      // No kernel of this process runs any more, so that no node can go on, and the others learn of no error.
      throw comm::CommunicationError(base::format(
          "the GPU has failed ({}); finished nodes and checkpoints are kept; look at nvidia-smi and the "
          "kernel's log on that host, then run the same command again",
          text.substr(0, text.find('\n'))));
    }
    throw base::SystemError(base::format("internal error in torch: {}", text));
  }
}

}  // namespace ltr::train
