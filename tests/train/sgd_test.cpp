// SPDX-License-Identifier: Apache-2.0
#include "train/sgd.hpp"

#include <gtest/gtest.h>

namespace ltr::train {
namespace {

/// Twenty steps of torch's optimiser and of ours from the same gradients.
void expect_same_bits(const SgdOptions& options) {
  torch::manual_seed(3);
  const torch::Tensor start = torch::randn({1003});
  torch::Tensor theirs = start.clone().requires_grad_(true);
  const torch::Tensor ours = start.clone();
  torch::optim::SGD reference(
      {theirs}, torch::optim::SGDOptions(0.1).momentum(options.momentum).weight_decay(options.weight_decay));
  Sgd sgd(options, start.numel());
  for (int step = 0; step < 20; ++step) {
    const double learning_rate = 0.1 / (1 + step);
    const torch::Tensor gradient = torch::randn({1003});
    theirs.mutable_grad() = gradient.clone();
    static_cast<torch::optim::SGDOptions&>(reference.param_groups()[0].options()).lr(learning_rate);
    reference.step();
    sgd.step(ours, gradient.clone(), learning_rate);
  }
  EXPECT_TRUE(torch::equal(theirs.detach(), ours));
  EXPECT_FALSE(torch::equal(start, ours));
}

TEST(Sgd, IsTorchsOptimiserBitForBit) {
  expect_same_bits({.momentum = 0.9, .weight_decay = 5e-4});
  expect_same_bits({.momentum = 0.9, .weight_decay = 0});
  expect_same_bits({.momentum = 0, .weight_decay = 1e-2});
}

TEST(Sgd, FollowsItsClosedFormUnderAConstantGradient) {
  Sgd sgd({.momentum = 0.5, .weight_decay = 0}, 1);
  const torch::Tensor value = torch::zeros({1});
  for (int step = 0; step < 3; ++step) sgd.step(value, torch::ones({1}), 0.25);
  // Momentum 1, 1.5, 1.75.
  EXPECT_FLOAT_EQ(value.item<float>(), -0.25F * (1 + 1.5F + 1.75F));
  EXPECT_FLOAT_EQ(sgd.momentum().item<float>(), 1.75F);
}

}  // namespace
}  // namespace ltr::train
