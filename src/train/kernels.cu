// SPDX-License-Identifier: Apache-2.0
#include "device/for_each.cuh"
#include "train/kernels.hpp"

namespace ltr::train {

void for_each_index(std::int64_t count, const SgdUpdate& functor, const device::Stream& stream) {
  device::for_each_index(count, functor, stream);
}
void for_each_index(std::int64_t count, const AddToClassSum& functor, const device::Stream& stream) {
  device::for_each_index(count, functor, stream);
}
void for_each_index(std::int64_t count, const LumaOfRow& functor, const device::Stream& stream) {
  device::for_each_index(count, functor, stream);
}
void for_each_index(std::int64_t count, const NormalizePixel& functor, const device::Stream& stream) {
  device::for_each_index(count, functor, stream);
}

}  // namespace ltr::train
