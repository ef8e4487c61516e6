// SPDX-License-Identifier: Apache-2.0
#include "model/basic_block.hpp"

namespace ltr::model {

BasicBlock::BasicBlock(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride) {
  conv1_ = register_module("conv1", convolution(in_channels, out_channels, 3, stride));
  bn1_ = register_module("bn1", std::make_shared<GhostBatchNorm2d>(out_channels));
  conv2_ = register_module("conv2", convolution(out_channels, out_channels, 3));
  bn2_ = register_module("bn2", std::make_shared<GhostBatchNorm2d>(out_channels));
  if (stride != 1 || in_channels != out_channels) {
    downsample_ = register_module("downsample",
                                  torch::nn::Sequential(convolution(in_channels, out_channels, 1, stride),
                                                        std::make_shared<GhostBatchNorm2d>(out_channels)));
  }
}

torch::Tensor BasicBlock::forward(const torch::Tensor& input) {
  const torch::Tensor shortcut = downsample_.is_empty() ? input : downsample_->forward(input);
  torch::Tensor output = bn1_->forward(conv1_->forward(input)).relu_();
  output = bn2_->forward(conv2_->forward(output));
  return output.add_(shortcut).relu_();
}

torch::nn::Conv2d convolution(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
                              std::int64_t stride) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in_channels, out_channels, kernel)
                               .stride(stride)
                               .padding(kernel / 2)
                               .bias(false));
}

torch::nn::Sequential basic_block_stage(std::int64_t in_channels, std::int64_t out_channels, int blocks,
                                        std::int64_t stride) {
  torch::nn::Sequential stage(std::make_shared<BasicBlock>(in_channels, out_channels, stride));
  for (int block = 1; block < blocks; ++block) {
    stage->push_back(std::make_shared<BasicBlock>(out_channels, out_channels, 1));
  }
  return stage;
}

torch::Tensor global_average_pool(const torch::Tensor& input) {
  return torch::adaptive_avg_pool2d(input, {1, 1}).flatten(1);
}

}  // namespace ltr::model
