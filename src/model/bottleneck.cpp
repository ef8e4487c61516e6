// SPDX-License-Identifier: Apache-2.0
#include "model/bottleneck.hpp"

#include "model/layers.hpp"

namespace ltr::model {

Bottleneck::Bottleneck(std::int64_t in_channels, std::int64_t width, std::int64_t out_channels,
                       std::int64_t stride, std::int64_t groups) {
  conv1_ = register_module("conv1", convolution(in_channels, width, 1));
  bn1_ = register_module("bn1", std::make_shared<GhostBatchNorm2d>(width));
  conv2_ = register_module("conv2", convolution(width, width, 3, stride, groups));
  bn2_ = register_module("bn2", std::make_shared<GhostBatchNorm2d>(width));
  conv3_ = register_module("conv3", convolution(width, out_channels, 1));
  bn3_ = register_module("bn3", std::make_shared<GhostBatchNorm2d>(out_channels));
  downsample_ = projection(in_channels, out_channels, stride);
  if (!downsample_.is_empty()) register_module("downsample", downsample_);
}

torch::Tensor Bottleneck::forward(const torch::Tensor& input) {
  const torch::Tensor shortcut = downsample_.is_empty() ? input : downsample_->forward(input);
  torch::Tensor output = bn1_->forward(conv1_->forward(input)).relu_();
  output = bn2_->forward(conv2_->forward(output)).relu_();
  output = bn3_->forward(conv3_->forward(output));
  return output.add_(shortcut).relu_();
}

}  // namespace ltr::model
