// SPDX-License-Identifier: Apache-2.0
// The residual block of two 3x3 convolutions, shared by the ImageNet and the CIFAR ResNets.
#pragma once

#include <cstdint>
#include <memory>

#include <torch/torch.h>

#include "model/ghost_batch_norm.hpp"

namespace ltr::model {

/// torchvision's BasicBlock: relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)), the shortcut a 1x1
/// convolution with BatchNorm ("downsample") where the shape changes.
class BasicBlock : public torch::nn::Module {
 public:
  BasicBlock(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride);

  /// Shape: [B, C_in, H, W] -> [B, C_out, H / stride, W / stride].
  torch::Tensor forward(const torch::Tensor& input);

 private:
  torch::nn::Conv2d conv1_{nullptr};
  std::shared_ptr<GhostBatchNorm2d> bn1_;
  torch::nn::Conv2d conv2_{nullptr};
  std::shared_ptr<GhostBatchNorm2d> bn2_;
  torch::nn::Sequential downsample_{nullptr};
};

/// `blocks` BasicBlocks named "0", "1", ...; the first one strides.
[[nodiscard]] torch::nn::Sequential basic_block_stage(std::int64_t in_channels, std::int64_t out_channels,
                                                      int blocks, std::int64_t stride);

}  // namespace ltr::model
