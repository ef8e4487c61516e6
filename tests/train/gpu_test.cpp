// SPDX-License-Identifier: Apache-2.0
// What the host stands in for elsewhere, on a GPU itself. Skipped where there is none.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "device/gpus.hpp"
#include "mpi_main.hpp"
#include "train/compute_device.hpp"
#include "train/determinism.hpp"
#include "train/kernels.hpp"
#include "train/sgd.hpp"
#include "train/step.hpp"
#include "train/tiny_network.hpp"

namespace ltr::train {
namespace {

using test::random_batch;
using test::TinyNetwork;
using test::world;

/// Computes on this rank's GPU.
class OnAGpu : public testing::Test {
 protected:
  void SetUp() override {
    const auto gpus = static_cast<int>(device::visible_gpus().size());
    if (gpus == 0) GTEST_SKIP() << device::why_no_gpu();
    make_deterministic(1);
    gpu_ = torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(world().rank() % gpus));
    compute_ = make_compute_device(gpu_, config::Precision::float32, comm::Transport::mpi);
  }

  [[nodiscard]] device::Stream stream() const { return current_stream(gpu_); }
  [[nodiscard]] torch::Tensor there(const torch::Tensor& tensor) const { return tensor.to(gpu_); }

  torch::Device gpu_ = torch::kCPU;
  ComputeDevice compute_;
};

class KernelsOnAGpu : public OnAGpu {};

TEST_F(KernelsOnAGpu, MoveWeightsInTheBitsOfTheHost) {
  constexpr std::int64_t kValues = 100'003;
  torch::manual_seed(1);
  std::vector<torch::Tensor> here{torch::randn({kValues}), torch::randn({kValues}), torch::randn({kValues})};
  const torch::Tensor blocks = torch::randint(4, {(kValues + 15) / 16}, torch::kUInt8);
  std::vector<torch::Tensor> gpus;
  for (const torch::Tensor& tensor : here) gpus.push_back(there(tensor));
  const torch::Tensor gpu_blocks = there(blocks);
  for (const bool nesterov : {false, true}) {
    SgdOptions options;
    options.nesterov = nesterov;
    options.scaled_rate = 0.1;
    SgdUpdate update = sgd_update(options, 0.05, 0.7);
    const auto run = [&](const std::vector<torch::Tensor>& of, const torch::Tensor& marks,
                         const device::Stream& on) {
      update.values = of[0].data_ptr<float>();
      update.gradients = of[1].data_ptr<float>();
      update.momenta = of[2].data_ptr<float>();
      update.blocks = marks.data_ptr<std::uint8_t>();
      for_each_index(kValues, update, on);
    };
    run(here, blocks, device::Stream::host());
    run(gpus, gpu_blocks, stream());
    for (std::size_t i = 0; i < here.size(); ++i) EXPECT_TRUE(torch::equal(here[i], gpus[i].cpu())) << i;
  }
}

TEST_F(KernelsOnAGpu, AddClassesInTheBitsOfTheHost) {
  constexpr std::int64_t kRows = 777, kWidth = 133, kOfClasses = 13;
  torch::manual_seed(2);
  const torch::Tensor features = torch::randn({kRows, kWidth});
  const torch::Tensor labels = torch::randint(kOfClasses, {kRows}, torch::kInt64);
  const torch::Tensor here = torch::zeros({kOfClasses * (kWidth + 1) + 1}, torch::kInt64);
  const torch::Tensor on_gpu = there(here);
  const auto run = [&](const torch::Tensor& rows, const torch::Tensor& of, const torch::Tensor& sums,
                       const device::Stream& on) {
    auto* const begin = sums.data_ptr<std::int64_t>();
    for_each_index(kRows * kWidth,
                   AddToClassSum{rows.data_ptr<float>(), of.data_ptr<std::int64_t>(), kWidth, begin,
                                 begin + kOfClasses * kWidth, begin + kOfClasses * (kWidth + 1)},
                   on);
  };
  const torch::Tensor gpu_features = there(features);
  const torch::Tensor gpu_labels = there(labels);
  run(features, labels, here, device::Stream::host());
  run(gpu_features, gpu_labels, on_gpu, stream());
  EXPECT_TRUE(torch::equal(here, on_gpu.cpu()));
}

TEST_F(KernelsOnAGpu, PreparePixelsInTheBitsOfTheHost) {
  constexpr std::int64_t kImages = 9, kSize = 61;
  torch::manual_seed(3);
  const torch::Tensor levels = torch::randint(256, {kImages, kSize, kSize, 3}, torch::kUInt8);
  torch::Tensor jitters = torch::empty({kImages, std::int64_t{sizeof(JitterOfImage)}}, torch::kUInt8);
  for (std::int64_t i = 0; i < kImages; ++i) {
    const int first = static_cast<int>(i % 3);
    *reinterpret_cast<JitterOfImage*>(jitters[i].data_ptr()) = {
        {0.7F + 0.1F * static_cast<float>(i), 1.2F, 0.8F}, {first, (first + 1) % 3, (first + 2) % 3}};
  }
  const auto run = [&](const torch::Tensor& from, const torch::Tensor& by, const device::Stream& on) {
    const torch::Tensor sums = torch::zeros({kImages}, from.options().dtype(torch::kInt64));
    const torch::Tensor pixels = torch::empty(from.sizes(), from.options().dtype(torch::kFloat32));
    const auto* jitter = static_cast<const JitterOfImage*>(by.data_ptr());
    const auto* bytes = from.data_ptr<std::uint8_t>();
    for_each_index(kImages * kSize, LumaOfRow{bytes, jitter, kSize, sums.data_ptr<std::int64_t>()}, on);
    NormalizePixel normalize;
    normalize.uint8_pixels = bytes;
    normalize.jitters = jitter;
    normalize.luma_sums = sums.data_ptr<std::int64_t>();
    normalize.pixels = kSize * kSize;
    for (int channel = 0; channel < 3; ++channel) {
      normalize.scale[channel] = 0.0171F;
      normalize.shift[channel] = -2.1179F;
    }
    normalize.as_float32 = pixels.data_ptr<float>();
    for_each_index(kImages * kSize * kSize, normalize, on);
    return pixels;
  };
  const torch::Tensor gpu_levels = there(levels);
  const torch::Tensor gpu_jitters = there(jitters);
  EXPECT_TRUE(torch::equal(run(levels, jitters, device::Stream::host()),
                           run(gpu_levels, gpu_jitters, stream()).cpu()));
}

class StepOnAGpu : public OnAGpu {
 protected:
  /// Gradients after so many steps of one network, of a group.
  [[nodiscard]] static torch::Tensor gradients(const comm::Group& group, const torch::Device& device,
                                               bool as_graph) {
    constexpr int kMicroBatches = 8;
    constexpr std::int64_t kImages = 4;
    const auto network = std::make_shared<TinyNetwork>();
    network->to(device);
    network->train();
    FlatParameters parameters(*network);
    const sampling::BatchShape shape{kImages * kMicroBatches, kMicroBatches, group.size()};
    StepOptions options;
    options.as_graph = as_graph;
    Step step(group, shape,
              {{network, [&](const torch::Tensor& x) { return network->forward(x); },
                std::make_shared<test::CrossEntropies>(), &parameters}},
              options);
    Sgd sgd({}, parameters);
    for (int s = 0; s < 6; ++s) {
      int number = sampling::first_micro_batch(shape, group.rank());
      (void)step.run([&] {
        const MicroBatch batch = random_batch(static_cast<std::uint64_t>(100 * s + number++), kImages);
        return MicroBatch{batch.inputs.to(device), batch.labels.to(device)};
      });
      sgd.step(parameters.values(), parameters.gradients(), 0.05);
    }
    return torch::cat({parameters.values(), sgd.momentum()}).cpu();
  }
};

TEST_F(StepOnAGpu, IsCloseToTheHosts) {
  const torch::Tensor here = gradients(comm::Group::alone(), torch::kCPU, false);
  const torch::Tensor there = gradients(comm::Group::alone(), gpu_, false);
  EXPECT_TRUE(torch::allclose(there, here, 1e-2, 1e-4));
}

TEST_F(StepOnAGpu, HasTheSameBitsHoweverManyRanksShareIt) {
  EXPECT_TRUE(torch::equal(gradients(world(), gpu_, false), gradients(comm::Group::alone(), gpu_, false)));
}

TEST_F(StepOnAGpu, HasTheSameBitsWithRecordedKernels) {
  EXPECT_TRUE(torch::equal(gradients(comm::Group::alone(), gpu_, true),
                           gradients(comm::Group::alone(), gpu_, false)));
}

}  // namespace
}  // namespace ltr::train
