// SPDX-License-Identifier: Apache-2.0
// torch's errors in the suite's words.
#pragma once

#include <functional>

namespace ltr::train {

/// Runs `work`. Throws: SystemError for an error of torch's, without its stack; memory that ran out is named
/// as such, with the remedy. Other errors pass.
void translating_torch_errors(const std::function<void()>& work);

}  // namespace ltr::train
