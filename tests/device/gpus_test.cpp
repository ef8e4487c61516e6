// SPDX-License-Identifier: Apache-2.0
#include "device/gpus.hpp"

#include <gtest/gtest.h>

namespace ltr::device {
namespace {

TEST(Gpus, EveryVisibleGpuHasAName) {
  for (const std::string& line : visible_gpus())
    EXPECT_NE(line.find("compute capability"), std::string::npos);
}

TEST(Gpus, BuildWithoutCudaSeesNone) {
  if (cuda_runtime_version() != "none") GTEST_SKIP() << "this build has CUDA";
  EXPECT_TRUE(visible_gpus().empty());
}

}  // namespace
}  // namespace ltr::device
