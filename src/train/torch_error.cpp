// SPDX-License-Identifier: Apache-2.0
#include "train/torch_error.hpp"

#include <string_view>

#include <torch/torch.h>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::train {

void translating_torch_errors(const std::function<void()>& work) {
  try {
    work();
  } catch (const c10::Error& error) {
    const std::string_view text = error.what_without_backtrace();
    if (text.find("can't allocate memory") != text.npos || text.find("not enough memory") != text.npos) {
      throw base::SystemError(base::format(
          "out of memory ({}); use fewer ranks a host, more and smaller micro-batches, or a host "
          "with more memory",
          text.substr(text.rfind("] ") == text.npos ? 0 : text.rfind("] ") + 2)));
    }
    if (text.find("CUDA out of memory") != text.npos) {
      throw base::SystemError(
          base::format("the GPU has not enough memory ({}); use more and smaller micro-batches, one rank a "
                       "GPU, or a GPU with "
                       "more memory",
                       text));
    }
    throw base::SystemError(base::format("internal error in torch: {}", text));
  }
}

}  // namespace ltr::train
