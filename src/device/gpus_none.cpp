// SPDX-License-Identifier: Apache-2.0
#include "device/gpus.hpp"

namespace ltr::device {

std::vector<std::string> visible_gpus() { return {}; }

std::string cuda_runtime_version() { return "none"; }

}  // namespace ltr::device
