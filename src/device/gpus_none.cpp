// SPDX-License-Identifier: Apache-2.0
#include "device/gpus.hpp"

namespace ltr::device {

std::vector<Gpu> visible_gpus() { return {}; }

std::string why_no_gpu() { return "this program was built without CUDA (preset cuda builds it with)"; }

std::string cuda_runtime_version() { return "none"; }

}  // namespace ltr::device
