// SPDX-License-Identifier: Apache-2.0
// The layers that residual blocks of both kinds are made of.
#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace ltr::model {

/// A convolution without bias, padded so that only the stride changes the size.
[[nodiscard]] torch::nn::Conv2d convolution(std::int64_t in_channels, std::int64_t out_channels,
                                            std::int64_t kernel, std::int64_t stride = 1,
                                            std::int64_t groups = 1);

/// The shortcut of a block that changes the shape, torchvision's "downsample": a 1x1 convolution with
/// BatchNorm. Empty where the shape stays.
[[nodiscard]] torch::nn::Sequential projection(std::int64_t in_channels, std::int64_t out_channels,
                                               std::int64_t stride);

/// Mean over height and width.
/// Shape: [B, C, H, W] -> [B, C].
[[nodiscard]] torch::Tensor global_average_pool(const torch::Tensor& input);

/// `blocks` residual blocks named "0", "1", ...; the first one takes `in_channels` and strides.
/// `make_block(in_channels, stride)` gives a block of `out_channels`.
template <class MakeBlock>
[[nodiscard]] torch::nn::Sequential residual_stage(std::int64_t in_channels, std::int64_t out_channels,
                                                   int blocks, std::int64_t stride, MakeBlock make_block) {
  torch::nn::Sequential stage(make_block(in_channels, stride));
  for (int block = 1; block < blocks; ++block) stage->push_back(make_block(out_channels, 1));
  return stage;
}

}  // namespace ltr::model
