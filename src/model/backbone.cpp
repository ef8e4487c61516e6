// SPDX-License-Identifier: Apache-2.0
#include "model/backbone.hpp"

#include <array>
#include <stdexcept>

#include "model/cifar_resnet.hpp"
#include "model/resnet.hpp"

namespace ltr::model {

std::shared_ptr<Backbone> make_backbone(config::BackboneKind kind) {
  using config::BackboneKind;
  switch (kind) {
    case BackboneKind::resnet10:
      return std::make_shared<ResNet>(std::array{1, 1, 1, 1});
    case BackboneKind::resnet18:
      return std::make_shared<ResNet>(std::array{2, 2, 2, 2});
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

}  // namespace ltr::model
