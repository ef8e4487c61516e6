// SPDX-License-Identifier: Apache-2.0
// The ResNets for images of about 224 x 224: a 7x7 stem and four stages.
#pragma once

#include <array>

#include "model/backbone.hpp"
#include "model/basic_block.hpp"

namespace ltr::model {

/// torchvision's ResNet of BasicBlocks, by the number of blocks in each stage; 512 features.
/// ResNet-10 is {1, 1, 1, 1}, ResNet-18 {2, 2, 2, 2}.
class ResNet : public Backbone {
 public:
  explicit ResNet(const std::array<int, 4>& blocks);

  torch::Tensor forward(torch::Tensor images) override;
  [[nodiscard]] std::int64_t features() const override { return 512; }

 private:
  torch::nn::Conv2d conv1_{nullptr};
  std::shared_ptr<GhostBatchNorm2d> bn1_;
  torch::nn::Sequential layer1_{nullptr};
  torch::nn::Sequential layer2_{nullptr};
  torch::nn::Sequential layer3_{nullptr};
  torch::nn::Sequential layer4_{nullptr};
};

}  // namespace ltr::model
