// SPDX-License-Identifier: Apache-2.0
#include "train/micro_batch.hpp"

#include <algorithm>
#include <cstdint>

namespace ltr::train {

MicroBatch to_tensors(const data::Batch& batch, int image_size) {
  const auto images = static_cast<std::int64_t>(batch.labels.size());
  // from_blob wants memory it may write to, and writes nothing here.
  const torch::Tensor pixels =
      torch::from_blob(const_cast<float*>(batch.pixels.data()), {images, image_size, image_size, 3})
          .permute({0, 3, 1, 2});
  MicroBatch result{torch::empty({images, 3, image_size, image_size},
                                 torch::TensorOptions().memory_format(torch::MemoryFormat::ChannelsLast)),
                    torch::empty({images}, torch::kInt64)};
  result.inputs.copy_(pixels);
  std::ranges::copy(batch.labels, result.labels.data_ptr<std::int64_t>());
  return result;
}

}  // namespace ltr::train
