// SPDX-License-Identifier: Apache-2.0
#include "train/micro_batch.hpp"

#include <algorithm>
#include <cstdint>

namespace ltr::train {

MicroBatch to_tensors(const data::Batch& batch, int image_size) {
  const auto images = static_cast<std::int64_t>(batch.labels.size());
  MicroBatch result{torch::empty({images, 3, image_size, image_size}), torch::empty({images}, torch::kInt64)};
  std::ranges::copy(batch.pixels, result.inputs.data_ptr<float>());
  std::ranges::copy(batch.labels, result.labels.data_ptr<std::int64_t>());
  return result;
}

}  // namespace ltr::train
