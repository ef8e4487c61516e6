// SPDX-License-Identifier: Apache-2.0
// torch's errors in the suite's words.
#pragma once

#include <functional>
#include <string_view>

namespace ltr::train {

/// Runs `work`. Throws: SystemError for an error of torch's, without its stack; memory that ran out is named
/// as such, with the remedy: `smaller` says how `work` would need less. CommunicationError where a GPU has
/// failed for good. Other errors pass.
void translating_torch_errors(const std::function<void()>& work,
                              std::string_view smaller = "use more and smaller micro-batches");

}  // namespace ltr::train
