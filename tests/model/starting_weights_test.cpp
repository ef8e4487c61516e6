// SPDX-License-Identifier: Apache-2.0
#include "model/starting_weights.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "model/ghost_batch_norm.hpp"
#include "model/initialise.hpp"
#include "model/safetensors.hpp"
#include "model/state.hpp"
#include "own_folder.hpp"
#include "parity/formula.hpp"

namespace ltr::model {
namespace {

class StartingWeights : public test::OwnFolder {
 protected:
  void SetUp() override {
    OwnFolder::SetUp();
    parity::fill(source_);
    initialise(target_, 1);
  }

  ClassifierWeights load(const NamedTensors& tensors) {
    write_safetensors(folder() / "weights.safetensors", tensors);
    return load_starting_weights(target_, folder() / "weights.safetensors");
  }
  std::string complaint(const NamedTensors& tensors) {
    try {
      static_cast<void>(load(tensors));
    } catch (const base::DataError& error) {
      return error.what();
    }
    return "";
  }
  static NamedTensors without(NamedTensors tensors, const std::string& part) {
    std::erase_if(tensors, [&](const auto& item) { return item.first.find(part) != std::string::npos; });
    return tensors;
  }

  Network source_{config::BackboneKind::resnet20, 10};
  Network target_{config::BackboneKind::resnet20, 10};
};

TEST_F(StartingWeights, OfTheSameClassesAreTakenWhole) {
  EXPECT_EQ(load(state(source_)), ClassifierWeights::fitting);
  EXPECT_EQ(weights_digest(state(target_)), weights_digest(state(source_)));
}

TEST_F(StartingWeights, OfOtherClassesLeaveTheClassifierAlone) {
  Network hundred(config::BackboneKind::resnet20, 100);
  parity::fill(hundred);
  const std::string classifier = weights_digest(state(*target_.classifier));
  EXPECT_EQ(load(state(hundred)), ClassifierWeights::of_another_size);
  EXPECT_EQ(weights_digest(state(*target_.classifier)), classifier);
  EXPECT_EQ(weights_digest(state(*target_.backbone)), weights_digest(state(*hundred.backbone)));
}

TEST_F(StartingWeights, WithoutAClassifierLeaveItAlone) {
  const std::string classifier = weights_digest(state(*target_.classifier));
  EXPECT_EQ(load(state(*source_.backbone)), ClassifierWeights::absent);
  EXPECT_EQ(weights_digest(state(*target_.classifier)), classifier);
  EXPECT_EQ(weights_digest(state(*target_.backbone)), weights_digest(state(*source_.backbone)));
}

TEST_F(StartingWeights, OfAnOlderFileLackCounters) {
  EXPECT_EQ(load(without(state(source_), "num_batches_tracked")), ClassifierWeights::fitting);
  EXPECT_EQ(target_.named_buffers()["backbone.bn1.num_batches_tracked"].item<std::int64_t>(), 0);
}

TEST_F(StartingWeights, ThatDoNotFitAreNamedAndChangeNothing) {
  const std::string before = weights_digest(state(target_));
  EXPECT_THAT(complaint(without(state(source_), "layer2.0.conv1")),
              testing::HasSubstr("missing: layer2.0.conv1.weight;"));
  EXPECT_THAT(complaint(without(state(source_), "fc.bias")), testing::HasSubstr("missing: fc.bias;"));
  NamedTensors more = state(source_);
  more.emplace_back("layer4.0.conv1.weight", torch::zeros({1}));
  EXPECT_THAT(complaint(more), testing::HasSubstr("no place for: layer4.0.conv1.weight;"));
  EXPECT_EQ(weights_digest(state(target_)), before);
}

TEST(FrozenBackbone, TrainsItsLastBlockAloneAndLeavesTheOthersBatchNormsInEvaluationMode) {
  Network network(config::BackboneKind::resnet20, 10);
  freeze_all_but_last_block(*network.backbone);
  network.train();
  for (const auto& item : network.named_parameters()) {
    const bool trained =
        item.key().starts_with("backbone.layer3.2.") || item.key().starts_with("classifier.");
    EXPECT_EQ(item.value().requires_grad(), trained) << item.key();
  }
  for (const auto& item : network.named_modules(/*name_prefix=*/"", /*include_self=*/false)) {
    const auto* norm = item.value()->as<GhostBatchNorm2d>();
    if (norm == nullptr) continue;
    EXPECT_EQ(norm->is_training(), item.key().starts_with("backbone.layer3.2.")) << item.key();
  }
  network.eval();
  for (const auto& norm : ghost_batch_norms(network)) EXPECT_FALSE(norm->is_training());
}

}  // namespace
}  // namespace ltr::model
