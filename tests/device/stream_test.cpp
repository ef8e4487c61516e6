// SPDX-License-Identifier: Apache-2.0
#include "device/stream.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "device/current_gpu.hpp"
#include "device/gpu_memory.hpp"
#include "device/gpus.hpp"
#include "message_of.hpp"

namespace ltr::device {
namespace {

std::vector<std::byte> pattern(std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 31 % 251);
  return bytes;
}

TEST(HostStream, CopiesBeforeItReturns) {
  const std::vector<std::byte> from = pattern(100003);
  std::vector<std::byte> to(from.size());
  const Stream stream = Stream::host();
  EXPECT_TRUE(stream.on_host());
  EXPECT_EQ(stream.handle(), nullptr);
  stream.copy(to.data(), from.data(), from.size());
  EXPECT_EQ(to, from);
  stream.copy(nullptr, nullptr, 0);
}

TEST(HostStream, ItsEventsAreDoneWhenRecorded) {
  const Stream stream = Stream::host();
  Event event;
  EXPECT_TRUE(event.done());
  event.record(stream);
  EXPECT_TRUE(event.done());
  event.wait();
  stream.wait(event);
  const Event moved = std::move(event);
  EXPECT_TRUE(moved.done());
}

TEST(PinnedMemory, IsPlainMemoryForTheHost) {
  EXPECT_TRUE(PinnedMemory().bytes().empty());
  PinnedMemory memory(1000, /*gpu=*/-1);
  ASSERT_EQ(memory.bytes().size(), 1000U);
  std::ranges::copy(pattern(1000), memory.bytes().begin());
  const std::byte* const place = memory.bytes().data();
  const PinnedMemory moved = std::move(memory);
  EXPECT_EQ(moved.bytes().data(), place);
  EXPECT_TRUE(std::ranges::equal(moved.bytes(), pattern(1000)));
}

TEST(StreamWithoutCuda, RefusesGpus) {
  if (cuda_runtime_version() != "none") GTEST_SKIP() << "this build has CUDA";
  EXPECT_THROW(static_cast<void>(Stream::on_gpu(0)), base::ConfigError);
  EXPECT_THROW(static_cast<void>(Stream::borrowed(nullptr)), base::ConfigError);
  EXPECT_THROW(PinnedMemory(8, /*gpu=*/0), base::ConfigError);
  EXPECT_THROW(GpuMemory(8, 0), base::ConfigError);
}

TEST(StreamWithoutGpu, FailsInCudasWords) {
  if (cuda_runtime_version() == "none") GTEST_SKIP() << "this build has no CUDA";
  if (!visible_gpus().empty()) GTEST_SKIP() << "there is a GPU";
  const std::string message = test::message_of<base::SystemError>([] { return Stream::on_gpu(0); });
  EXPECT_NE(message.find("failed with \"" + why_no_gpu() + "\""), std::string::npos) << message;
  EXPECT_NE(message.find("nvidia-smi"), std::string::npos) << message;
}

TEST(StreamOnAGpu, CopiesThereAndBackInTheOrderOfEvents) {
  if (visible_gpus().empty()) GTEST_SKIP() << why_no_gpu();
  constexpr std::size_t kBytes = 10'000'019;
  const int gpu = static_cast<int>(visible_gpus().size()) - 1;
  const GpuScope scope(gpu);
  const Stream up = Stream::on_gpu(gpu);
  const Stream down = Stream::on_gpu(gpu, Stream::Priority::high);
  const PinnedMemory from(kBytes, /*gpu=*/0);
  const PinnedMemory to(kBytes, /*gpu=*/0);
  const GpuMemory memory(kBytes, gpu);
  std::ranges::copy(pattern(kBytes), from.bytes().begin());
  Event there;
  Event back;
  for (int round = 0; round < 3; ++round) {
    std::ranges::fill(to.bytes(), std::byte{0});
    up.copy(memory.get(), from.bytes().data(), kBytes);
    there.record(up);
    down.wait(there);
    down.copy(to.bytes().data(), memory.get(), kBytes);
    back.record(down);
    back.wait();
    EXPECT_TRUE(back.done());
    EXPECT_TRUE(std::ranges::equal(to.bytes(), from.bytes()));
  }
}

}  // namespace
}  // namespace ltr::device
