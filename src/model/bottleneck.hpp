// SPDX-License-Identifier: Apache-2.0
// The residual block of a narrow 3x3 convolution between two 1x1 ones, of the deeper ResNets and the
// ResNeXts.
#pragma once

#include <cstdint>
#include <memory>

#include <torch/torch.h>

#include "model/ghost_batch_norm.hpp"

namespace ltr::model {

/// torchvision's Bottleneck: relu(bn3(conv3(relu(bn2(conv2(relu(bn1(conv1(x)))))))) + shortcut(x)), the 3x3
/// convolution grouped and striding, the shortcut a 1x1 convolution with BatchNorm ("downsample") where the
/// shape changes.
class Bottleneck : public torch::nn::Module {
 public:
  /// `width` channels go into and out of the 3x3 convolution.
  Bottleneck(std::int64_t in_channels, std::int64_t width, std::int64_t out_channels, std::int64_t stride,
             std::int64_t groups);

  /// Shape: [B, C_in, H, W] -> [B, C_out, H / stride, W / stride].
  torch::Tensor forward(const torch::Tensor& input);

 private:
  torch::nn::Conv2d conv1_{nullptr};
  std::shared_ptr<GhostBatchNorm2d> bn1_;
  torch::nn::Conv2d conv2_{nullptr};
  std::shared_ptr<GhostBatchNorm2d> bn2_;
  torch::nn::Conv2d conv3_{nullptr};
  std::shared_ptr<GhostBatchNorm2d> bn3_;
  torch::nn::Sequential downsample_{nullptr};
};

}  // namespace ltr::model
