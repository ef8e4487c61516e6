// SPDX-License-Identifier: Apache-2.0
#include "model/backbone.hpp"

#include <ATen/autocast_mode.h>

#include "config/methods.hpp"
#include "model/cifar_resnet.hpp"
#include "model/resnet.hpp"

namespace ltr::model {
namespace {

/// Has torch cast what goes into convolutions to bfloat16, in this thread. Every weight is used once a pass,
/// so that keeping the cast ones would only take memory.
class Bfloat16Convolutions {
 public:
  explicit Bfloat16Convolutions(torch::DeviceType device) : device_(device) {
    at::autocast::set_autocast_enabled(device_, true);
    at::autocast::set_autocast_dtype(device_, torch::kBFloat16);
    at::autocast::set_autocast_cache_enabled(false);
  }
  Bfloat16Convolutions(const Bfloat16Convolutions&) = delete;
  Bfloat16Convolutions& operator=(const Bfloat16Convolutions&) = delete;
  ~Bfloat16Convolutions() { at::autocast::set_autocast_enabled(device_, false); }

 private:
  torch::DeviceType device_;
};

}  // namespace

torch::Tensor Backbone::forward(const torch::Tensor& images) {
  if (precision_ != config::Precision::bfloat16) return features_of(images);
  const Bfloat16Convolutions guard(images.device().type());
  return features_of(images);
}

std::shared_ptr<Backbone> make_backbone(config::BackboneKind kind) {
  const config::NetworkShape& shape = config::method_of(kind).shape;
  if (shape.stem == config::Stem::cifar) return std::make_shared<CifarResNet>(shape.blocks.front());
  return std::make_shared<ResNet>(shape);
}

void freeze_all_but_last_block(const Backbone& backbone) {
  for (torch::Tensor& parameter : backbone.parameters()) parameter.set_requires_grad(false);
  for (torch::Tensor& parameter : backbone.last_block().parameters()) parameter.set_requires_grad(true);
}

}  // namespace ltr::model
