// SPDX-License-Identifier: Apache-2.0
#include "model/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"
#include "model/classifier.hpp"
#include "parity/formula.hpp"

namespace ltr::model {
namespace {

using config::BackboneKind;
using testing::AllOf;
using testing::HasSubstr;

std::string complaint(torch::nn::Module& module, const NamedTensors& tensors,
                      ExtraTensors extra = ExtraTensors::refuse) {
  return test::message_of<base::DataError>(
      [&] { load_state(module, tensors, "weights.safetensors", extra); });
}

TEST(State, LoadedIntoAnotherNetworkGivesTheSameDigest) {
  Network source(BackboneKind::resnet20, 10);
  Network target(BackboneKind::resnet20, 10);
  parity::fill(source);
  ASSERT_NE(weights_digest(state(target)), weights_digest(state(source)));
  load_state(target, state(source), "source");
  EXPECT_EQ(weights_digest(state(target)), weights_digest(state(source)));
}

TEST(State, OfABackboneLoadsFromThatOfItsNetworkIfExtrasAreIgnored) {
  Network source(BackboneKind::resnet20, 10);
  parity::fill(source);
  const auto backbone = make_backbone(BackboneKind::resnet20);
  EXPECT_EQ(complaint(*backbone, state(source), ExtraTensors::ignore), "accepted");
  EXPECT_EQ(weights_digest(state(*backbone)), weights_digest(state(*source.backbone)));
}

TEST(State, SharesTheModulesMemoryAndASnapshotDoesNot) {
  Classifier classifier(4, 3);
  const NamedTensors shared = state(classifier);
  const NamedTensors kept = snapshot(shared);
  const torch::NoGradGuard no_grad;
  classifier.fc->weight.fill_(9);
  EXPECT_TRUE((shared[0].second == 9).all().item<bool>());
  EXPECT_FALSE((kept[0].second == 9).any().item<bool>());
}

TEST(LoadState, NamesMissingTensors) {
  Network network(BackboneKind::resnet20, 10);
  NamedTensors tensors = state(network);
  std::erase_if(tensors, [](const auto& item) { return item.first == "layer2.0.downsample.0.weight"; });
  EXPECT_THAT(complaint(network, tensors),
              AllOf(HasSubstr("weights.safetensors"), HasSubstr("missing: layer2.0.downsample.0.weight;")));
}

TEST(LoadState, NamesExtraTensors) {
  Network network(BackboneKind::resnet20, 10);
  EXPECT_THAT(complaint(*network.backbone, state(network)), HasSubstr("no place for: fc.weight, fc.bias;"));
}

TEST(LoadState, SaysHowManyTensorsAreMissingOfMany) {
  Network network(BackboneKind::resnet20, 10);
  EXPECT_THAT(complaint(network, {}), HasSubstr("conv1.weight, bn1.weight, bn1.bias, ... (" +
                                                std::to_string(state(network).size()) + " in all)"));
}

TEST(LoadState, NamesShapesThatDifferAndLeavesTheModuleAlone) {
  Network hundred(BackboneKind::resnet20, 100);
  Network ten(BackboneKind::resnet20, 10);
  parity::fill(hundred);
  const std::string before = weights_digest(state(ten));
  EXPECT_THAT(complaint(ten, state(hundred)),
              AllOf(HasSubstr("fc.weight is Float [100, 64]"), HasSubstr("the model's is Float [10, 64]")));
  EXPECT_EQ(weights_digest(state(ten)), before);
}

TEST(LoadState, NamesTypesThatDiffer) {
  Classifier classifier(4, 3);
  const NamedTensors tensors{{"fc.weight", torch::zeros({3, 4}, torch::kInt64)},
                             {"fc.bias", torch::zeros({3})}};
  EXPECT_THAT(complaint(classifier, tensors), HasSubstr("fc.weight is Long [3, 4]"));
}

TEST(WeightsDigest, DependsOnValuesNamesShapesAndOrderAlone) {
  const torch::Tensor values = parity::values("values", {6, 4}, 0, 1);
  const NamedTensors tensors{{"a", values}, {"b", values}};
  const std::string digest = weights_digest(tensors);
  EXPECT_EQ(weights_digest({{"a", values.t().contiguous().t()}, {"b", values.clone()}}), digest);

  torch::Tensor changed = values.clone();
  changed[5][3] += 1e-6F;
  EXPECT_NE(weights_digest({{"a", values}, {"b", changed}}), digest);
  EXPECT_NE(weights_digest({{"a", values}, {"c", values}}), digest);
  EXPECT_NE(weights_digest({{"a", values}, {"b", values.view({4, 6})}}), digest);
  EXPECT_NE(weights_digest({{"b", values}, {"a", values}}), digest);
}

}  // namespace
}  // namespace ltr::model
