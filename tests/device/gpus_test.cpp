// SPDX-License-Identifier: Apache-2.0
#include "device/gpus.hpp"

#include <set>

#include <gtest/gtest.h>

namespace ltr::device {
namespace {

TEST(Gpus, EveryVisibleGpuHasAName) {
  std::set<std::string> bus_ids;
  for (const Gpu& gpu : visible_gpus()) {
    EXPECT_NE(gpu.description.find("compute capability"), std::string::npos);
    EXPECT_TRUE(bus_ids.insert(gpu.bus_id).second) << gpu.bus_id;
  }
}

TEST(Gpus, WhereThereIsNoneTheReasonIsKnown) {
  if (!visible_gpus().empty()) GTEST_SKIP() << "there is a GPU";
  EXPECT_FALSE(why_no_gpu().empty());
}

TEST(Gpus, BuildWithoutCudaSeesNone) {
  if (cuda_runtime_version() != "none") GTEST_SKIP() << "this build has CUDA";
  EXPECT_TRUE(visible_gpus().empty());
}

}  // namespace
}  // namespace ltr::device
