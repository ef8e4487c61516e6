// SPDX-License-Identifier: Apache-2.0
#include "model/initialise.hpp"

#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "model/classifier.hpp"
#include "model/state.hpp"

namespace ltr::model {
namespace {

using config::BackboneKind;

std::map<std::string, torch::Tensor> initial_state(std::uint64_t seed,
                                                   BackboneKind kind = BackboneKind::resnet20) {
  Network network(kind, 10);
  initialise(network, seed);
  const NamedTensors tensors = snapshot(state(network));
  return {tensors.begin(), tensors.end()};
}

TEST(Initialise, ConvolutionsAreNormalWithTheAuthorsDeviation) {
  for (const auto& [name, tensor] : initial_state(1, BackboneKind::resnet10)) {
    if (tensor.dim() != 4) continue;
    const auto n = static_cast<double>(tensor.numel());
    const double expected =
        std::sqrt(2.0 / static_cast<double>(tensor.size(0) * tensor.size(2) * tensor.size(3)));
    const torch::Tensor z = tensor.to(torch::kFloat64) / expected;
    // Five standard errors of a normal sample's first four moments.
    EXPECT_NEAR(z.mean().item<double>(), 0, 5 / std::sqrt(n)) << name;
    EXPECT_NEAR(z.pow(2).mean().item<double>(), 1, 5 * std::sqrt(2 / n)) << name;
    EXPECT_NEAR(z.pow(3).mean().item<double>(), 0, 5 * std::sqrt(15 / n)) << name;
    EXPECT_NEAR(z.pow(4).mean().item<double>(), 3, 5 * std::sqrt(96 / n)) << name;
  }
}

TEST(Initialise, LinearLayersAreUniformWithinTheRootOfTheirWidth) {
  Classifier classifier(256, 400);
  initialise(classifier, 3);
  const double bound = 1.0 / 16;
  for (const torch::Tensor& parameter : {classifier.fc->weight, classifier.fc->bias}) {
    const auto n = static_cast<double>(parameter.numel());
    const torch::Tensor u = parameter.detach().to(torch::kFloat64) / bound;
    EXPECT_LE(u.abs().max().item<double>(), 1);
    EXPECT_GE(u.abs().max().item<double>(), 1 - 20 / n);
    EXPECT_NEAR(u.mean().item<double>(), 0, 5 / std::sqrt(3 * n));
    EXPECT_NEAR(u.pow(2).mean().item<double>(), 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
  }
}

TEST(Initialise, MakesEveryBatchNormTheIdentityWithFreshBuffers) {
  Network network(BackboneKind::resnet20, 10);
  {
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : state(network)) tensor.fill_(5);
  }
  initialise(network, 1);
  for (const auto& [name, tensor] : state(network)) {
    if (name.starts_with("fc.") || tensor.dim() == 4) continue;
    const bool one = name.ends_with("weight") || name.ends_with("running_var");
    EXPECT_TRUE((tensor == (one ? 1 : 0)).all().item<bool>()) << name;
  }
}

TEST(Initialise, SameSeedGivesTheSameBitsWhateverTorchsGeneratorDid) {
  torch::manual_seed(1);
  const auto first = initial_state(7);
  torch::manual_seed(2);
  for (const auto& [name, tensor] : initial_state(7))
    EXPECT_TRUE(torch::equal(tensor, first.at(name))) << name;
}

TEST(Initialise, SeedAndNameBothMatter) {
  const auto first = initial_state(7);
  const auto other = initial_state(8);
  EXPECT_FALSE(torch::equal(first.at("conv1.weight"), other.at("conv1.weight")));
  EXPECT_FALSE(torch::equal(first.at("layer1.0.conv1.weight"), first.at("layer1.0.conv2.weight")));
}

TEST(Initialise, AClassifierStartsTheSameAloneAsInANetwork) {
  const auto network = initial_state(7);
  Classifier classifier(64, 10);
  initialise(classifier, 7);
  EXPECT_TRUE(torch::equal(classifier.fc->weight.detach(), network.at("fc.weight")));
  EXPECT_TRUE(torch::equal(classifier.fc->bias.detach(), network.at("fc.bias")));
}

TEST(Initialise, FillsByLogicalIndexInAnyMemoryLayout) {
  const auto first = initial_state(7);
  Network network(BackboneKind::resnet20, 10);
  for (torch::Tensor& parameter : network.parameters()) {
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  initialise(network, 7);
  for (const auto& [name, tensor] : state(network)) EXPECT_TRUE(torch::equal(tensor, first.at(name))) << name;
}

}  // namespace
}  // namespace ltr::model
