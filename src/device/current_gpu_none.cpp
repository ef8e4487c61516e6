// SPDX-License-Identifier: Apache-2.0
#include "device/current_gpu.hpp"

namespace ltr::device {

void use_gpu(int /*gpu*/) {}

GpuScope::GpuScope(int /*gpu*/) {}

GpuScope::~GpuScope() = default;

}  // namespace ltr::device
