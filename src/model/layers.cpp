// SPDX-License-Identifier: Apache-2.0
#include "model/layers.hpp"

#include <memory>

#include "model/ghost_batch_norm.hpp"

namespace ltr::model {

torch::nn::Conv2d convolution(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
                              std::int64_t stride, std::int64_t groups) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in_channels, out_channels, kernel)
                               .stride(stride)
                               .padding(kernel / 2)
                               .groups(groups)
                               .bias(false));
}

torch::nn::Sequential projection(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride) {
  if (stride == 1 && in_channels == out_channels) return nullptr;
  return torch::nn::Sequential(convolution(in_channels, out_channels, 1, stride),
                               std::make_shared<GhostBatchNorm2d>(out_channels));
}

torch::Tensor global_average_pool(const torch::Tensor& input) {
  return torch::adaptive_avg_pool2d(input.to(torch::kFloat32), {1, 1}).flatten(1);
}

}  // namespace ltr::model
