// SPDX-License-Identifier: Apache-2.0
// The linear classifier on top of a backbone, and the two as one network.
#pragma once

#include <cstdint>
#include <memory>

#include <torch/torch.h>

#include "config/enums.hpp"
#include "model/backbone.hpp"

namespace ltr::model {

/// Features to logits by one linear layer, named as torchvision names it: fc.weight [K, D], fc.bias [K].
class Classifier : public torch::nn::Module {
 public:
  Classifier(std::int64_t features, std::int64_t classes);

  /// Shape: [B, D] -> [B, K].
  torch::Tensor forward(const torch::Tensor& features);

  torch::nn::Linear fc{nullptr};
};

/// Backbone and classifier, as stage 1 trains them; `state` gives it torchvision's names.
class Network : public torch::nn::Module {
 public:
  Network(config::BackboneKind kind, std::int64_t classes);

  /// Shape: [B, 3, H, W] -> logits [B, K].
  torch::Tensor forward(const torch::Tensor& images);

  std::shared_ptr<Backbone> backbone;
  std::shared_ptr<Classifier> classifier;
};

}  // namespace ltr::model
