// SPDX-License-Identifier: Apache-2.0
#include "model/classifier.hpp"

namespace ltr::model {

Classifier::Classifier(std::int64_t features, std::int64_t classes)
    : fc(register_module("fc", torch::nn::Linear(features, classes))) {}

torch::Tensor Classifier::forward(const torch::Tensor& features) { return fc->forward(features); }

Network::Network(config::BackboneKind kind, std::int64_t classes)
    : backbone(register_module("backbone", make_backbone(kind))),
      classifier(register_module("classifier", std::make_shared<Classifier>(backbone->features(), classes))) {
}

torch::Tensor Network::forward(const torch::Tensor& images) {
  return classifier->forward(backbone->forward(images));
}

}  // namespace ltr::model
