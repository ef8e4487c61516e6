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
  /// Shape: images [B, 3, H, W] float32 (contiguous or channels-last) -> [B, D].
  virtual torch::Tensor forward(torch::Tensor images) = 0;
  /// The feature width D.
  [[nodiscard]] virtual std::int64_t features() const = 0;
  /// The residual block that the features come out of.
  [[nodiscard]] virtual torch::nn::Module& last_block() const = 0;
};

/// A backbone with every BatchNorm a GhostBatchNorm2d. Its values are libtorch's own; `initialise` gives it
/// the suite's.
[[nodiscard]] std::shared_ptr<Backbone> make_backbone(config::BackboneKind kind);

/// Freezes everything but the last block: its parameters require no gradient, and its BatchNorms normalise by
/// their running buffers for good.
void freeze_all_but_last_block(const Backbone& backbone);

}  // namespace ltr::model
