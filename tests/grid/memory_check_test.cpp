// SPDX-License-Identifier: Apache-2.0
#include "grid/memory_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "message_of.hpp"

namespace ltr::grid {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

/// 1 GiB, and a quarter for each of 64 images.
const std::vector<NodeMemory> kStage1{{"stage 1", {kGiB, kGiB / 4, 64}}};

std::string refusal(const GpuRoom& room) {
  config::Configuration configuration;
  configuration.stage_1.global_batch = 512;
  configuration.stage_1.micro_batches = 8;
  return test::message_of<base::ConfigError>([&] { require_gpu_memory(kStage1, configuration, room); });
}

TEST(MemoryCheck, LetsPassWhatFits) { EXPECT_EQ(refusal({"a GPU", 24 * kGiB, 1}), "accepted"); }

TEST(MemoryCheck, NamesTheMicroBatchesThatWouldFit) {
  EXPECT_THAT(refusal({"a GPU", 12 * kGiB, 1}),
              AllOf(HasSubstr("stage 1 needs about 17.0 GiB"), HasSubstr("a GPU leaves 10.5 GiB beside"),
                    HasSubstr("use stage_1.micro_batches = 16")));
  EXPECT_THAT(refusal({"a GPU", 24 * kGiB, 4}), AllOf(HasSubstr("leaves 4.5 GiB to each of 4 ranks"),
                                                      HasSubstr("use stage_1.micro_batches = 64")));
}

TEST(MemoryCheck, SaysSoWhereNotEvenOneImageFits) {
  EXPECT_THAT(refusal({"a GPU", 2 * kGiB, 1}), HasSubstr("use a smaller backbone"));
}

TEST(MemoryCheck, MeasuresEveryKindOfTrainingOnce) {
  config::Configuration configuration;
  configuration.model.backbone = config::BackboneKind::resnet20;
  configuration.input.size = 32;
  configuration.grid.learning = {config::LearningKind::joint, config::LearningKind::ncm,
                                 config::LearningKind::crt, config::LearningKind::lws,
                                 config::LearningKind::finetune_last_block};
  const config::Plan plan = config::make_plan(configuration);
  const std::vector<NodeMemory> memories = memory_of(plan, configuration, 10, 1);
  ASSERT_EQ(memories.size(), 3U);
  EXPECT_EQ(memories[0].nodes, "stage 1");
  const learning::MemoryUse& whole = memories[0].use;
  // Every convolution's input and output stay for the backward pass: 19 layers of 16 x 32 x 32 floats, fewer
  // at the deeper ones, twice.
  const double floats = static_cast<double>(whole.per_image) / sizeof(float);
  EXPECT_GT(floats, 19 * 16 * 32 * 32 * 0.6);
  EXPECT_LT(floats, 19 * 16 * 32 * 32 * 4);
  EXPECT_EQ(whole.images, 64);
  for (std::size_t i = 1; i < memories.size(); ++i) {
    EXPECT_LT(memories[i].use.per_image, whole.per_image) << memories[i].nodes;
    EXPECT_GT(memories[i].use.per_image, 0) << memories[i].nodes;
  }
  EXPECT_THAT(memory_text(memories), HasSubstr("for each of the 64 images of a micro-batch"));
}

TEST(MemoryCheck, FindsThatBfloat16HalvesWhatStaysForTheBackwardPass) {
  config::Configuration configuration;
  configuration.model.backbone = config::BackboneKind::resnet20;
  configuration.input.size = 32;
  configuration.grid.learning = {config::LearningKind::joint};
  const config::Plan plan = config::make_plan(configuration);
  const auto exact = static_cast<double>(memory_of(plan, configuration, 10, 1)[0].use.per_image);
  configuration.parallel.precision = config::Precision::bfloat16;
  const auto rounded = static_cast<double>(memory_of(plan, configuration, 10, 1)[0].use.per_image);
  EXPECT_GT(rounded / exact, 0.4);
  EXPECT_LT(rounded / exact, 0.75);
}

}  // namespace
}  // namespace ltr::grid
