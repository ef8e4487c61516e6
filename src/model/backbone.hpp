// SPDX-License-Identifier: Apache-2.0
// Backbones: images to features. Parameter and buffer names are torchvision's, without "fc".
#pragma once

#include <cstdint>
#include <memory>

#include <torch/torch.h>

#include "config/enums.hpp"

namespace ltr::model {

/// A convolutional network up to and including its global average pooling.
class Backbone : public torch::nn::Module {
 public:
  /// Shape: images [B, 3, H, W] (contiguous or channels-last) -> [B, D] float32.
  torch::Tensor forward(const torch::Tensor& images);
  /// In which precision forward computes from now on, float32 until then: bfloat16 is that of the
  /// convolutions and of what goes between layers; parameters, BatchNorm's statistics and the pooling stay
  /// float32.
  void compute_in(config::Precision precision) { precision_ = precision; }
  /// The feature width D.
  [[nodiscard]] virtual std::int64_t features() const = 0;
  /// Pixels a side that the last convolutions see, and BatchNorm behind them, of images of `side`: the fewest
  /// in the network.
  [[nodiscard]] virtual std::int64_t last_side(std::int64_t side) const = 0;
  /// The residual block that the features come out of.
  [[nodiscard]] virtual torch::nn::Module& last_block() const = 0;

 private:
  /// What forward does, in whatever precision it is called in. Shape: as forward.
  virtual torch::Tensor features_of(torch::Tensor images) = 0;

  config::Precision precision_ = config::Precision::float32;
};

/// A backbone with every BatchNorm a GhostBatchNorm2d. Its values are libtorch's own; `initialise` gives it
/// the suite's.
[[nodiscard]] std::shared_ptr<Backbone> make_backbone(config::BackboneKind kind);

/// Freezes everything but the last block: its parameters require no gradient, and its BatchNorms normalise by
/// their running buffers for good.
void freeze_all_but_last_block(const Backbone& backbone);

}  // namespace ltr::model
