// SPDX-License-Identifier: Apache-2.0
#include "grid/gpu_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace ltr::grid {
namespace {

using config::DeviceKind;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

config::Parallel asking_for(DeviceKind device, bool share = false) {
  config::Parallel parallel;
  parallel.device = device;
  parallel.share_gpus = share;
  return parallel;
}

std::string refusal(const config::Parallel& parallel, const std::vector<GpuView>& views,
                    const std::string& why_none = "no driver") {
  try {
    static_cast<void>(choose_gpus(parallel, views, why_none));
  } catch (const base::ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

const std::vector<GpuView> kTwoHostsOfTwo{
    {"a", 0, {"1", "2"}}, {"a", 1, {"1", "2"}}, {"b", 0, {"1", "2"}}, {"b", 1, {"1", "2"}}};
const std::vector<GpuView> kBlind{{"a", 0, {}}, {"a", 1, {}}};

TEST(GpuChoice, IsThatOfTheLocalRank) {
  for (const DeviceKind device : {DeviceKind::automatic, DeviceKind::cuda}) {
    EXPECT_THAT(choose_gpus(asking_for(device), kTwoHostsOfTwo, ""), ElementsAre(0, 1, 0, 1));
    // Each rank is shown another one.
    EXPECT_THAT(choose_gpus(asking_for(device), {{"a", 0, {"1"}}, {"a", 1, {"2"}}}, ""), ElementsAre(0, 0));
  }
}

TEST(GpuChoice, IsTheProcessorWhereThatIsAskedForOrThereAreNoGpus) {
  EXPECT_THAT(choose_gpus(asking_for(DeviceKind::cpu), kTwoHostsOfTwo, ""), Each(std::nullopt));
  EXPECT_THAT(choose_gpus(asking_for(DeviceKind::automatic), kBlind, "no driver"), Each(std::nullopt));
}

TEST(GpuChoice, RefusesWhenGpusAreAskedForAndThereAreNone) {
  EXPECT_THAT(
      refusal(asking_for(DeviceKind::cuda), kBlind, "driver too old for CUDA 13.0"),
      AllOf(
          HasSubstr("parallel.device = \"cuda\", but rank 0 on a sees no GPU: driver too old for CUDA 13.0"),
          HasSubstr("--gpus-per-task=1")));
}

TEST(GpuChoice, RefusesWhenSomeRanksSeeGpusAndOthersNone) {
  EXPECT_THAT(refusal(asking_for(DeviceKind::automatic), {{"a", 0, {"1"}}, {"b", 0, {}}}),
              HasSubstr("rank 1 on b sees no GPU, while others do: no driver"));
}

TEST(GpuChoice, RefusesRanksThatWouldShareAGpuUnasked) {
  const std::vector<GpuView> fewer{{"a", 0, {"1"}}, {"a", 1, {"1"}}};
  EXPECT_THAT(refusal(asking_for(DeviceKind::automatic), fewer),
              AllOf(HasSubstr("ranks 0 and 1 on a would both compute on the GPU at 1 (1 visible to each)"),
                    HasSubstr("parallel.share_gpus = true")));
  EXPECT_THAT(choose_gpus(asking_for(DeviceKind::automatic, /*share=*/true), fewer, ""), ElementsAre(0, 0));
  const std::vector<GpuView> three{{"a", 0, {"1", "2"}}, {"a", 1, {"1", "2"}}, {"a", 2, {"1", "2"}}};
  EXPECT_THAT(refusal(asking_for(DeviceKind::cuda), three), HasSubstr("ranks 0 and 2 on a"));
  EXPECT_THAT(choose_gpus(asking_for(DeviceKind::cuda, /*share=*/true), three, ""), ElementsAre(0, 1, 0));
}

}  // namespace
}  // namespace ltr::grid
