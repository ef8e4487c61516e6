// SPDX-License-Identifier: Apache-2.0
#include "train/sgd.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace ltr::train {
namespace {

/// One weight and one vector, as a network has them.
struct TwoParameters : torch::nn::Module {
  TwoParameters() {
    torch::manual_seed(3);
    weight = register_parameter("weight", torch::randn({17, 59}));
    bias = register_parameter("bias", torch::randn({37}));
  }
  torch::Tensor weight;
  torch::Tensor bias;
};

/// torch's optimiser with the same constants; its parameters that do not decay are a group of their own.
torch::optim::SGD torchs_optimiser(const SgdOptions& options, const TwoParameters& module) {
  const auto decaying = torch::optim::SGDOptions(0.1)
                            .momentum(options.momentum)
                            .weight_decay(options.weight_decay)
                            .nesterov(options.nesterov);
  const auto bias =
      torch::optim::SGDOptions(decaying).weight_decay(options.decay_norm_and_bias ? options.weight_decay : 0);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(std::vector<torch::Tensor>{module.weight},
                      std::make_unique<torch::optim::SGDOptions>(decaying));
  groups.emplace_back(std::vector<torch::Tensor>{module.bias},
                      std::make_unique<torch::optim::SGDOptions>(bias));
  return torch::optim::SGD(groups, decaying);
}

struct Outcome {
  TwoParameters theirs;
  TwoParameters ours;
};

/// Twenty steps of torch's optimiser and of ours from the same gradients.
Outcome twenty_steps(const SgdOptions& options) {
  Outcome outcome;
  TwoParameters& theirs = outcome.theirs;
  torch::optim::SGD reference = torchs_optimiser(options, theirs);
  FlatParameters parameters(outcome.ours);
  const torch::Tensor gradients = torch::zeros({parameters.size()});
  parameters.bind_gradients(gradients);
  Sgd sgd(options, parameters);
  for (int step = 0; step < 20; ++step) {
    const double learning_rate = 0.1 / (1 + step);
    for (const auto& named : theirs.named_parameters()) {
      named.value().mutable_grad() = torch::randn_like(named.value());
      const torch::NoGradGuard no_grad;
      outcome.ours.named_parameters()[named.key()].grad().copy_(named.value().grad());
    }
    if (options.clip_norm != 0) torch::nn::utils::clip_grad_norm_(theirs.parameters(), options.clip_norm);
    for (auto& group : reference.param_groups()) {
      const bool is_scaled = options.scaled_names == "bias" && group.params().front().dim() == 1;
      static_cast<torch::optim::SGDOptions&>(group.options())
          .lr(is_scaled ? learning_rate * options.scaled_rate : learning_rate);
    }
    reference.step();
    sgd.step(parameters.values(), parameters.gradients(), learning_rate);
  }
  return outcome;
}

void expect_same_bits(const SgdOptions& options) {
  const Outcome outcome = twenty_steps(options);
  EXPECT_TRUE(torch::equal(outcome.theirs.weight, outcome.ours.weight));
  EXPECT_TRUE(torch::equal(outcome.theirs.bias, outcome.ours.bias));
  EXPECT_FALSE(torch::equal(TwoParameters().weight, outcome.ours.weight));
}

TEST(Sgd, IsTorchsOptimiserBitForBit) {
  expect_same_bits({.momentum = 0.9, .weight_decay = 5e-4});
  expect_same_bits({.momentum = 0.9, .weight_decay = 0});
  expect_same_bits({.momentum = 0, .weight_decay = 1e-2});
  expect_same_bits({.momentum = 0.9, .weight_decay = 1e-2, .nesterov = true});
  expect_same_bits({.momentum = 0.9, .weight_decay = 1e-2, .decay_norm_and_bias = false});
}

TEST(Sgd, ScaledParametersLearnAtTheirOwnRate) {
  expect_same_bits({.scaled_names = "bias", .scaled_rate = 0.1});
  expect_same_bits({.nesterov = true, .scaled_names = "bias", .scaled_rate = 0.1});
}

TEST(Sgd, ClipsAsTorchDoes) {
  const SgdOptions clipping{.momentum = 0.9, .weight_decay = 5e-4, .clip_norm = 3};
  const Outcome clipped = twenty_steps(clipping);
  // torch's length is float32, ours float64.
  EXPECT_TRUE(torch::allclose(clipped.theirs.weight, clipped.ours.weight, 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(clipped.theirs.bias, clipped.ours.bias, 1e-5, 1e-6));
  EXPECT_FALSE(torch::allclose(twenty_steps({}).ours.weight, clipped.ours.weight, 1e-3, 1e-3));
}

TEST(Sgd, LeavesShorterGradientsAlone) {
  // 1040 standard normal values are about 32 long.
  EXPECT_TRUE(torch::equal(twenty_steps({.clip_norm = 100}).ours.weight, twenty_steps({}).ours.weight));
}

TEST(Sgd, EveryOptionChangesWhatIsComputed) {
  const Outcome plain = twenty_steps({});
  EXPECT_FALSE(torch::equal(twenty_steps({.nesterov = true}).ours.weight, plain.ours.weight));
  const Outcome exempt = twenty_steps({.decay_norm_and_bias = false});
  EXPECT_TRUE(torch::equal(exempt.ours.weight, plain.ours.weight));
  EXPECT_FALSE(torch::equal(exempt.ours.bias, plain.ours.bias));
  const Outcome scaled = twenty_steps({.scaled_names = "bias", .scaled_rate = 0.1});
  EXPECT_TRUE(torch::equal(scaled.ours.weight, plain.ours.weight));
  EXPECT_FALSE(torch::equal(scaled.ours.bias, plain.ours.bias));
}

TEST(Norm, IsTheLengthOfTheVector) {
  EXPECT_DOUBLE_EQ(norm_of(torch::tensor({3.0F, 4.0F})), 5);
  EXPECT_DOUBLE_EQ(norm_of(torch::ones({100})), 10);
  const torch::Tensor vector = torch::randn({100003});
  EXPECT_NEAR(norm_of(vector), vector.to(torch::kFloat64).norm().item<double>(), 1e-9);
}

TEST(Sgd, FollowsItsClosedFormUnderAConstantGradient) {
  torch::nn::Linear single(torch::nn::LinearOptions(1, 1).bias(false));
  const FlatParameters parameters(*single);
  const torch::Tensor values = torch::zeros({parameters.size()});
  Sgd sgd({.momentum = 0.5, .weight_decay = 0}, parameters);
  for (int step = 0; step < 3; ++step) sgd.step(values, torch::ones({parameters.size()}), 0.25);
  // Momentum 1, 1.5, 1.75.
  EXPECT_FLOAT_EQ(values[0].item<float>(), -0.25F * (1 + 1.5F + 1.75F));
  EXPECT_FLOAT_EQ(sgd.momentum()[0].item<float>(), 1.75F);
}

}  // namespace
}  // namespace ltr::train
