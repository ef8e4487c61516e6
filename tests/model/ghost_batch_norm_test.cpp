// SPDX-License-Identifier: Apache-2.0
#include "model/ghost_batch_norm.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "model/backbone.hpp"
#include "parity/formula.hpp"

namespace ltr::model {
namespace {

constexpr std::int64_t kChannels = 24;

/// Largest difference relative to the largest expected value.
double relative_difference(const torch::Tensor& value, const torch::Tensor& expected) {
  const torch::Tensor difference = (value.detach() - expected.detach()).abs().max();
  return (difference / expected.detach().abs().max()).item<double>();
}

/// Channels of different mean and spread.
torch::Tensor activations(const std::string& name) {
  const torch::Tensor spread = parity::values(name + ".spread", {1, kChannels, 1, 1}, 2, 3);
  const torch::Tensor centre = parity::values(name + ".centre", {1, kChannels, 1, 1}, 0, 8);
  return parity::values(name, {16, kChannels, 9, 7}, 0, 2) * spread + centre;
}

/// What slots hold before a pass.
constexpr float kLeftOver = 7;

/// A ghost BatchNorm with slots of its own, and torch's with the same weights.
struct Pair {
  Pair() {
    const torch::NoGradGuard no_grad;
    for (torch::Tensor* weight : {&ghost.weight, &torchs->weight}) {
      weight->copy_(parity::values("weight", {kChannels}, 1, 1));
    }
    for (torch::Tensor* bias : {&ghost.bias, &torchs->bias})
      bias->copy_(parity::values("bias", {kChannels}, 0, 1));
    ghost.bind_statistics(mean, variance);
  }

  GhostBatchNorm2d ghost{kChannels};
  torch::nn::BatchNorm2d torchs{kChannels};
  torch::Tensor mean = torch::full({kChannels}, kLeftOver);
  torch::Tensor variance = mean.clone();
};

class GhostBatchNorm : public testing::TestWithParam<torch::MemoryFormat> {};

TEST_P(GhostBatchNorm, WithOneMicroBatchAStepTrainsAsTorchs) {
  Pair pair;
  RunningBuffers buffers;
  buffers.add(pair.ghost, pair.mean, pair.variance);
  for (const std::string step : {"step 0", "step 1", "step 2"}) {
    torch::Tensor input = activations(step).contiguous(GetParam()).requires_grad_();
    torch::Tensor twin = input.detach().clone().requires_grad_();
    const torch::Tensor slope = activations("slope");
    const torch::Tensor output = pair.ghost.forward(input);
    const torch::Tensor expected = pair.torchs->forward(twin);
    pair.ghost.zero_grad();
    pair.torchs->zero_grad();
    (output * slope).sum().backward();
    (expected * slope).sum().backward();
    buffers.move();

    EXPECT_LE(relative_difference(output, expected), 1e-6);
    EXPECT_LE(relative_difference(input.grad(), twin.grad()), 1e-6);
    EXPECT_LE(relative_difference(pair.ghost.weight.grad(), pair.torchs->weight.grad()), 1e-6);
    EXPECT_LE(relative_difference(pair.ghost.bias.grad(), pair.torchs->bias.grad()), 1e-6);
    EXPECT_LE(relative_difference(pair.ghost.running_mean, pair.torchs->running_mean), 1e-6);
    EXPECT_LE(relative_difference(pair.ghost.running_var, pair.torchs->running_var), 1e-6);
  }
  EXPECT_EQ(pair.ghost.num_batches_tracked.item<std::int64_t>(), 3);
}

TEST_P(GhostBatchNorm, EvaluatesAsTorchs) {
  Pair pair;
  for (torch::Tensor* mean : {&pair.ghost.running_mean, &pair.torchs->running_mean}) {
    mean->copy_(parity::values("mean", {kChannels}, 0, 1));
  }
  for (torch::Tensor* variance : {&pair.ghost.running_var, &pair.torchs->running_var}) {
    variance->copy_(parity::values("variance", {kChannels}, 1, 1));
  }
  pair.ghost.eval();
  pair.torchs->eval();
  const torch::Tensor input = activations("input").contiguous(GetParam());
  EXPECT_LE(relative_difference(pair.ghost.forward(input), pair.torchs->forward(input)), 1e-6);
  EXPECT_TRUE((pair.mean == kLeftOver).all().item<bool>()) << "an evaluation wrote statistics";
}

TEST_P(GhostBatchNorm, WritesMeanAndUnbiasedVariance) {
  Pair pair;
  const torch::Tensor input = activations("input").contiguous(GetParam());
  pair.ghost.forward(input);
  const torch::Tensor exact = input.to(torch::kFloat64);
  EXPECT_LE(relative_difference(pair.mean, exact.mean({0, 2, 3})), 1e-6);
  EXPECT_LE(relative_difference(pair.variance, exact.var({0, 2, 3}, /*unbiased=*/true)), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Layouts, GhostBatchNorm,
                         testing::Values(torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast),
                         [](const auto& test) {
                           return test.param == torch::MemoryFormat::Contiguous ? "contiguous"
                                                                                : "channels_last";
                         });

TEST(GhostBatchNorm2d, LeavesTheRunningBuffersToTheTrainer) {
  Pair pair;
  pair.ghost.forward(activations("input"));
  EXPECT_TRUE(torch::equal(pair.ghost.running_mean, torch::zeros({kChannels})));
  EXPECT_TRUE(torch::equal(pair.ghost.running_var, torch::ones({kChannels})));
}

TEST(GhostBatchNorm2d, WritesIntoViewsOfABufferThatAlsoTakesTheGradients) {
  GhostBatchNorm2d ghost(kChannels);
  torch::Tensor flat = torch::zeros({4 * kChannels});
  const auto part = [&](std::int64_t index) { return flat.narrow(0, index * kChannels, kChannels); };
  ghost.weight.mutable_grad() = part(0);
  ghost.bias.mutable_grad() = part(1);
  ghost.bind_statistics(part(2), part(3));
  const torch::Tensor input = activations("input");
  const torch::Tensor output = ghost.forward(input);
  flat.narrow(0, 0, kChannels).add_(1);  // Gradients of later layers arrive before this one's backward pass.
  output.sum().backward();
  EXPECT_LE(relative_difference(part(1), torch::full({kChannels}, 16.0F * 9 * 7)), 1e-6);
  EXPECT_LE(relative_difference(part(2), input.mean({0, 2, 3})), 1e-6);
  EXPECT_LE(relative_difference(part(3), input.var({0, 2, 3})), 1e-6);
}

TEST(GhostBatchNorm2d, OfABackboneAreListedInOrderOfTheForwardPass) {
  const auto backbone = make_backbone(config::BackboneKind::resnet20);
  const auto norms = ghost_batch_norms(*backbone);
  std::vector<std::int64_t> channels;
  for (const auto& norm : norms) channels.push_back(norm->channels());
  std::vector<std::int64_t> expected(7, 16);
  expected.insert(expected.end(), 7, 32);
  expected.insert(expected.end(), 7, 64);
  EXPECT_EQ(channels, expected);
}

}  // namespace
}  // namespace ltr::model
