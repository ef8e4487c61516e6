// SPDX-License-Identifier: Apache-2.0
#include "model/backbone.hpp"

#include <stdexcept>

#include <ATen/autocast_mode.h>

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
  using config::BackboneKind;
  constexpr std::int64_t kGroups = 32;
  constexpr std::int64_t kGroupWidth = 4;
  switch (kind) {
    case BackboneKind::resnet10:
      return std::make_shared<ResNet>(ResNetShape{BlockKind::basic, {1, 1, 1, 1}});
    case BackboneKind::resnet18:
      return std::make_shared<ResNet>(ResNetShape{BlockKind::basic, {2, 2, 2, 2}});
    case BackboneKind::resnet34:
      return std::make_shared<ResNet>(ResNetShape{BlockKind::basic, {3, 4, 6, 3}});
    case BackboneKind::resnet50:
      return std::make_shared<ResNet>(ResNetShape{BlockKind::bottleneck, {3, 4, 6, 3}});
    case BackboneKind::resnet101:
      return std::make_shared<ResNet>(ResNetShape{BlockKind::bottleneck, {3, 4, 23, 3}});
    case BackboneKind::resnet152:
      return std::make_shared<ResNet>(ResNetShape{BlockKind::bottleneck, {3, 8, 36, 3}});
    case BackboneKind::resnext50_32x4d:
      return std::make_shared<ResNet>(ResNetShape{BlockKind::bottleneck, {3, 4, 6, 3}, kGroups, kGroupWidth});
    case BackboneKind::resnext101_32x4d:
      return std::make_shared<ResNet>(
          ResNetShape{BlockKind::bottleneck, {3, 4, 23, 3}, kGroups, kGroupWidth});
    case BackboneKind::resnext152_32x4d:
      return std::make_shared<ResNet>(
          ResNetShape{BlockKind::bottleneck, {3, 8, 36, 3}, kGroups, kGroupWidth});
    case BackboneKind::resnet20:
      return std::make_shared<CifarResNet>(3);
    case BackboneKind::resnet32:
      return std::make_shared<CifarResNet>(5);
    case BackboneKind::resnet44:
      return std::make_shared<CifarResNet>(7);
    case BackboneKind::resnet56:
      return std::make_shared<CifarResNet>(9);
  }
  throw std::logic_error("make_backbone: no such backbone");
}

void freeze_all_but_last_block(const Backbone& backbone) {
  for (torch::Tensor& parameter : backbone.parameters()) parameter.set_requires_grad(false);
  for (torch::Tensor& parameter : backbone.last_block().parameters()) parameter.set_requires_grad(true);
}

}  // namespace ltr::model
