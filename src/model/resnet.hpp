// SPDX-License-Identifier: Apache-2.0
// The ResNets and ResNeXts for images of about 224 x 224: a 7x7 stem and four stages.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "model/backbone.hpp"
#include "model/ghost_batch_norm.hpp"

namespace ltr::model {

enum class BlockKind { basic, bottleneck };

/// What tells one of the family from another.
struct ResNetShape {
  BlockKind block = BlockKind::basic;
  std::array<int, 4> blocks{};    ///< in each stage
  std::int64_t groups = 1;        ///< of a bottleneck's 3x3 convolution; more than one: a ResNeXt
  std::int64_t group_width = 64;  ///< channels of a group in the first stage; doubles with every stage
};

/// torchvision's ResNet; 512 features of basic blocks, 2048 of bottlenecks.
/// ResNet-10 has one basic block a stage; ResNeXt-50 32x4d bottlenecks {3, 4, 6, 3} of 32 groups of width 4.
class ResNet : public Backbone {
 public:
  explicit ResNet(const ResNetShape& shape);

  [[nodiscard]] std::int64_t features() const override { return features_; }
  [[nodiscard]] std::int64_t last_side(std::int64_t side) const override { return (side + 31) / 32; }
  [[nodiscard]] torch::nn::Module& last_block() const override { return *layers_.back()->children().back(); }

 private:
  torch::Tensor features_of(torch::Tensor images) override;

  torch::nn::Conv2d conv1_{nullptr};
  std::shared_ptr<GhostBatchNorm2d> bn1_;
  std::array<torch::nn::Sequential, 4> layers_{nullptr, nullptr, nullptr, nullptr};
  std::int64_t features_ = 0;
};

}  // namespace ltr::model
