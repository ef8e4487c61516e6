// SPDX-License-Identifier: Apache-2.0
// The ResNets for images of about 32 x 32: a 3x3 stem and three narrow stages.
#pragma once

#include "model/backbone.hpp"
#include "model/basic_block.hpp"

namespace ltr::model {

/// The CIFAR ResNet of 6n + 2 layers, n = `blocks` BasicBlocks in each of its stages of 16, 32 and 64
/// channels; 64 features. Shortcuts that change shape are 1x1 convolutions with BatchNorm, as in the ImageNet
/// ResNets.
class CifarResNet : public Backbone {
 public:
  explicit CifarResNet(int blocks);

  [[nodiscard]] std::int64_t features() const override { return 64; }
  [[nodiscard]] std::int64_t last_side(std::int64_t side) const override { return (side + 3) / 4; }
  [[nodiscard]] torch::nn::Module& last_block() const override { return *layer3_->children().back(); }

 private:
  torch::Tensor features_of(torch::Tensor images) override;

  torch::nn::Conv2d conv1_{nullptr};
  std::shared_ptr<GhostBatchNorm2d> bn1_;
  torch::nn::Sequential layer1_{nullptr};
  torch::nn::Sequential layer2_{nullptr};
  torch::nn::Sequential layer3_{nullptr};
};

}  // namespace ltr::model
