// SPDX-License-Identifier: Apache-2.0
#include "model/cifar_resnet.hpp"

#include "model/layers.hpp"

namespace ltr::model {

CifarResNet::CifarResNet(int blocks) {
  conv1_ = register_module("conv1", convolution(3, 16, 3));
  bn1_ = register_module("bn1", std::make_shared<GhostBatchNorm2d>(16));
  layer1_ = register_module("layer1", basic_block_stage(16, 16, blocks, 1));
  layer2_ = register_module("layer2", basic_block_stage(16, 32, blocks, 2));
  layer3_ = register_module("layer3", basic_block_stage(32, 64, blocks, 2));
}

torch::Tensor CifarResNet::features_of(torch::Tensor images) {
  torch::Tensor activations = bn1_->forward(conv1_->forward(images)).relu_();
  activations = layer3_->forward(layer2_->forward(layer1_->forward(activations)));
  return global_average_pool(activations);
}

}  // namespace ltr::model
