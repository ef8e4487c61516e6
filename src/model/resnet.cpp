// SPDX-License-Identifier: Apache-2.0
#include "model/resnet.hpp"

namespace ltr::model {

ResNet::ResNet(const std::array<int, 4>& blocks) {
  conv1_ = register_module("conv1", convolution(3, 64, 7, 2));
  bn1_ = register_module("bn1", std::make_shared<GhostBatchNorm2d>(64));
  layer1_ = register_module("layer1", basic_block_stage(64, 64, blocks[0], 1));
  layer2_ = register_module("layer2", basic_block_stage(64, 128, blocks[1], 2));
  layer3_ = register_module("layer3", basic_block_stage(128, 256, blocks[2], 2));
  layer4_ = register_module("layer4", basic_block_stage(256, 512, blocks[3], 2));
}

torch::Tensor ResNet::forward(torch::Tensor images) {
  torch::Tensor activations = bn1_->forward(conv1_->forward(images)).relu_();
  activations = torch::max_pool2d(activations, /*kernel_size=*/3, /*stride=*/2, /*padding=*/1);
  activations = layer2_->forward(layer1_->forward(activations));
  activations = layer4_->forward(layer3_->forward(activations));
  return global_average_pool(activations);
}

}  // namespace ltr::model
