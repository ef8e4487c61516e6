// SPDX-License-Identifier: Apache-2.0
#include "learning/disk_space.hpp"

#include <gtest/gtest.h>

#include "model/classifier.hpp"
#include "model/state.hpp"

namespace ltr::learning {
namespace {

std::vector<const config::PlanNode*> pointers(const config::Plan& plan) {
  std::vector<const config::PlanNode*> nodes;
  for (const config::PlanNode& node : plan.nodes) nodes.push_back(&node);
  return nodes;
}

/// ResNet-20 over 10 classes, as torch counts it.
std::int64_t network_bytes() {
  const model::Network network(config::BackboneKind::resnet20, 10);
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : model::state(network)) {
    bytes += static_cast<std::int64_t>(tensor.nbytes());
  }
  return bytes;
}

config::Configuration configuration_of(std::vector<config::LearningKind> learning) {
  config::Configuration configuration;
  configuration.model.backbone = config::BackboneKind::resnet20;
  configuration.run.seeds = {0, 1};
  configuration.grid.sampling = {config::SamplingKind::instance_balanced,
                                 config::SamplingKind::class_balanced};
  configuration.grid.learning = std::move(learning);
  return configuration;
}

TEST(DiskSpace, OfJointTrainingIsAFileASeedAndSamplingAndThreeCheckpointsAGroup) {
  const config::Configuration configuration = configuration_of({config::LearningKind::joint});
  const config::Plan plan = config::make_plan(configuration);
  EXPECT_EQ(disk_space(configuration, pointers(plan), {.classes = 10, .evaluation_images = 1000}),
            (4 + 9) * network_bytes());
  EXPECT_EQ(
      disk_space(configuration, pointers(plan), {.classes = 10, .evaluation_images = 1000}, /*groups=*/2),
      (4 + 18) * network_bytes());
}

TEST(DiskSpace, CountsFeaturesOnceAStage1HoweverManyCellsShareThem) {
  const config::Configuration configuration = configuration_of({config::LearningKind::tau_normalized});
  const config::Plan plan = config::make_plan(configuration);
  const auto with = [&](std::int64_t images) {
    return disk_space(configuration, pointers(plan), {.classes = 10, .evaluation_images = images});
  };
  // ResNet-20 has 64 features; there are four stage 1s.
  EXPECT_EQ(with(2'000) - with(1'000), 4 * 1'000 * 64 * 4);
  EXPECT_EQ(with(1'000), 4 * 1'000 * 64 * 4 + (4 + 9) * network_bytes() + 4 * 11 * 64 * 4);
}

TEST(DiskSpace, OfNothingIsNothing) {
  EXPECT_EQ(disk_space(configuration_of({config::LearningKind::joint}), {}, {.classes = 10}), 0);
}

}  // namespace
}  // namespace ltr::learning
