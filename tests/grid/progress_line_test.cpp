// SPDX-License-Identifier: Apache-2.0
#include "grid/progress_line.hpp"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ltr::grid {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

config::PlanNode node_named(const std::string& id) {
  config::PlanNode node;
  node.id = id;
  return node;
}

TEST(ProgressLine, NamesNodeEpochStepLossSpeedAndWaiting) {
  ProgressLine line(100);
  line.begin_node(node_named("seed_0.square_root.stage_1"), 4, 12, 50);
  EXPECT_THAT(line.line({.epoch = 1,
                         .epochs = 8,
                         .step = 7,
                         .steps = 28,
                         .loss = 1.25,
                         .images_per_s = 640,
                         .wait_fraction = 0.031}),
              StartsWith("node 4 of 12 seed_0.square_root.stage_1  epoch 2/8  step 7/28  loss 1.250  "
                         "640 images/s  waiting 3 %  "));
}

TEST(ProgressLine, NamesTheImagesOfAPass) {
  ProgressLine line(100);
  line.begin_node(node_named("seed_0.square_root.features"), 5, 12, 50);
  EXPECT_EQ(line.line(learning::PassProgress{.images = "test", .done = 3, .batches = 40}),
            "node 5 of 12 seed_0.square_root.features  test images, batch 3/40");
}

TEST(ProgressLine, DoesNotTakeAnEarlierRunsStepsForItsOwn) {
  // Continued at step 900 of 1000: one step of this run in 50 ms leaves 100 steps, 5 s, not 50 ms / 9.
  ProgressLine line(1000);
  line.begin_node(node_named("n"), 1, 1, 1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const std::string text = line.line({.epochs = 1, .step = 901, .steps = 1000, .images_per_s = 1});
  EXPECT_THAT(text, EndsWith("s left"));
  EXPECT_GE(std::stod(text.substr(text.find("%  ") + 3)), 4.9) << text;
}

}  // namespace
}  // namespace ltr::grid
