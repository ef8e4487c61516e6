// SPDX-License-Identifier: Apache-2.0
#include "model/resnet.hpp"

#include "base/format.hpp"
#include "model/basic_block.hpp"
#include "model/bottleneck.hpp"
#include "model/layers.hpp"

namespace ltr::model {
namespace {

constexpr std::int64_t kStemChannels = 64;
constexpr std::int64_t kBottleneckExpansion = 4;

/// Bottlenecks of stage `stage`, from 0.
torch::nn::Sequential bottleneck_stage(const config::NetworkShape& shape, std::size_t stage,
                                       std::int64_t in_channels, std::int64_t out_channels,
                                       std::int64_t stride) {
  const std::int64_t width = (shape.groups * shape.group_width) << stage;
  return residual_stage(in_channels, out_channels, shape.blocks[stage], stride,
                        [=, groups = shape.groups](std::int64_t block_in, std::int64_t block_stride) {
                          return std::make_shared<Bottleneck>(block_in, width, out_channels, block_stride,
                                                              groups);
                        });
}

}  // namespace

ResNet::ResNet(const config::NetworkShape& shape) {
  conv1_ = register_module("conv1", convolution(3, kStemChannels, 7, 2));
  bn1_ = register_module("bn1", std::make_shared<GhostBatchNorm2d>(kStemChannels));
  const bool basic = shape.block == config::ResidualBlock::basic;
  std::int64_t channels = kStemChannels;
  for (std::size_t stage = 0; stage < layers_.size(); ++stage) {
    const std::int64_t stride = stage == 0 ? 1 : 2;
    const std::int64_t out = (basic ? kStemChannels : kBottleneckExpansion * kStemChannels) << stage;
    layers_[stage] = register_module(base::format("layer{}", stage + 1),
                                     basic ? basic_block_stage(channels, out, shape.blocks[stage], stride)
                                           : bottleneck_stage(shape, stage, channels, out, stride));
    channels = out;
  }
  features_ = channels;
}

torch::Tensor ResNet::features_of(torch::Tensor images) {
  torch::Tensor activations = bn1_->forward(conv1_->forward(images)).relu_();
  activations = torch::max_pool2d(activations, /*kernel_size=*/3, /*stride=*/2, /*padding=*/1);
  for (torch::nn::Sequential& layer : layers_) activations = layer->forward(activations);
  return global_average_pool(activations);
}

}  // namespace ltr::model
