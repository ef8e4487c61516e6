// SPDX-License-Identifier: Apache-2.0
// The ResNets and ResNeXts for images of about 224 x 224: a 7x7 stem and four stages.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "config/methods.hpp"
#include "model/backbone.hpp"
#include "model/ghost_batch_norm.hpp"

namespace ltr::model {

/// torchvision's ResNet; 512 features of basic blocks, 2048 of bottlenecks.
/// ResNet-10 has one basic block a stage; ResNeXt-50 32x4d bottlenecks {3, 4, 6, 3} of 32 groups of width 4.
class ResNet : public Backbone {
 public:
  explicit ResNet(const config::NetworkShape& shape);

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
