// SPDX-License-Identifier: Apache-2.0
#include "model/basic_block.hpp"

#include "model/layers.hpp"

namespace ltr::model {

BasicBlock::BasicBlock(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride) {
  conv1_ = register_module("conv1", convolution(in_channels, out_channels, 3, stride));
  bn1_ = register_module("bn1", std::make_shared<GhostBatchNorm2d>(out_channels));
  conv2_ = register_module("conv2", convolution(out_channels, out_channels, 3));
  bn2_ = register_module("bn2", std::make_shared<GhostBatchNorm2d>(out_channels));
  downsample_ = projection(in_channels, out_channels, stride);
  if (!downsample_.is_empty()) register_module("downsample", downsample_);
}

torch::Tensor BasicBlock::forward(const torch::Tensor& input) {
  const torch::Tensor shortcut = downsample_.is_empty() ? input : downsample_->forward(input);
  torch::Tensor output = bn1_->forward(conv1_->forward(input)).relu_();
  output = bn2_->forward(conv2_->forward(output));
  return output.add_(shortcut).relu_();
}

torch::nn::Sequential basic_block_stage(std::int64_t in_channels, std::int64_t out_channels, int blocks,
                                        std::int64_t stride) {
  return residual_stage(in_channels, out_channels, blocks, stride,
                        [=](std::int64_t block_in, std::int64_t block_stride) {
                          return std::make_shared<BasicBlock>(block_in, out_channels, block_stride);
                        });
}

}  // namespace ltr::model
