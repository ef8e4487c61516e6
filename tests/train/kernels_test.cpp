// SPDX-License-Identifier: Apache-2.0
// The suite's own kernels, run on the host, against torch and the image room.
#include "train/kernels.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "base/random.hpp"
#include "image/color_jitter.hpp"
#include "train/sgd.hpp"

namespace ltr::train {
namespace {

/// Sizes that are no multiple of a block of values.
struct Uneven : torch::nn::Module {
  Uneven() {
    torch::manual_seed(11);
    weight = register_parameter("body_weight", torch::randn({17, 59}));
    bias = register_parameter("body_bias", torch::randn({37}));
    head = register_parameter("head_weight", torch::randn({3, 5}));
  }
  torch::Tensor weight, bias, head;
};

/// Twenty steps by Sgd on the host and by the kernel.
void expect_bits_of_the_host(const SgdOptions& options) {
  Uneven module;
  FlatParameters parameters(module);
  Sgd sgd(options, parameters);
  const torch::Tensor values = parameters.values().clone();
  const torch::Tensor before = values.clone();
  const torch::Tensor momenta = torch::zeros_like(values);
  const torch::Tensor blocks = update_blocks(options, parameters);
  ASSERT_EQ(blocks.numel(), (parameters.size() + 15) / 16);
  for (int step = 0; step < 20; ++step) {
    torch::Tensor gradients = torch::zeros_like(values);
    for (const ParameterSlot& slot : parameters.slots()) {
      gradients.narrow(0, slot.offset, slot.size).copy_(torch::randn({slot.size}));
    }
    const double learning_rate = 0.1 / (1 + step);
    const double share = options.clip_norm == 0 ? 1 : options.clip_norm / (norm_of(gradients) + 1e-6);
    SgdUpdate update = sgd_update(options, learning_rate, std::min(1.0, share));
    update.values = values.data_ptr<float>();
    update.gradients = gradients.data_ptr<float>();
    update.momenta = momenta.data_ptr<float>();
    update.blocks = blocks.data_ptr<std::uint8_t>();
    for_each_index(values.numel(), update, device::Stream::host());
    sgd.step(parameters.values(), gradients, learning_rate);
  }
  EXPECT_TRUE(torch::equal(values, parameters.values()));
  EXPECT_TRUE(torch::equal(momenta, sgd.momentum()));
  EXPECT_FALSE(torch::equal(values, before));
}

TEST(SgdUpdate, HasTheBitsOfTorchsOperators) { expect_bits_of_the_host({}); }

TEST(SgdUpdate, HasThemWithNesterov) {
  SgdOptions options;
  options.nesterov = true;
  expect_bits_of_the_host(options);
}

TEST(SgdUpdate, HasThemWhereVectorsDoNotDecayAndAPartLearnsSlower) {
  SgdOptions options;
  options.decay_norm_and_bias = false;
  options.scaled_names = "body_";
  options.scaled_rate = 0.1;
  expect_bits_of_the_host(options);
}

TEST(SgdUpdate, HasThemWhereGradientsAreShortened) {
  SgdOptions options;
  options.clip_norm = 3;
  expect_bits_of_the_host(options);
}

TEST(AddToClassSum, AddsWhatCanBeAddedExactlyAndCountsTheRest) {
  const std::vector<float> features{1.5F, -0.25F, 40000.F, 2.F, std::nanf(""), 1e-9F};
  const std::vector<std::int64_t> labels{1, 0, 1};
  std::vector<std::int64_t> sums(4);
  std::vector<std::int64_t> images(2);
  std::int64_t too_large = 0;
  for_each_index(std::ssize(features),
                 AddToClassSum{features.data(), labels.data(), 2, sums.data(), images.data(), &too_large},
                 device::Stream::host());
  constexpr std::int64_t kOne = 1 << 24;
  EXPECT_EQ(sums, (std::vector<std::int64_t>{0, 2 * kOne, kOne + kOne / 2, -kOne / 4}));
  EXPECT_EQ(images, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(too_large, 2);
}

TEST(ToBfloat16, RoundsAsTorch) {
  base::CounterRandom random(5, base::Stream::test, 0);
  std::vector<float> values{0.F, -0.F, 1.F, 1.00390625F, 1.01171875F, 3.4e38F, INFINITY, -INFINITY, 1e-40F};
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(random.normal()));
  const torch::Tensor expected =
      torch::from_blob(values.data(), {std::ssize(values)}).to(torch::kBFloat16).view(torch::kInt16);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(static_cast<std::int16_t>(to_bfloat16(values[i])),
              expected[static_cast<std::int64_t>(i)].item<std::int16_t>())
        << values[i];
  }
  EXPECT_EQ(to_bfloat16(std::nanf("")) & 0x7fc0, 0x7fc0);
}

constexpr std::int64_t kSize = 37;
constexpr std::int64_t kPixels = kSize * kSize;

/// All orders of adjustments, and images for which one or all of them change nothing.
std::vector<image::ColorJitter> jitters() {
  std::vector<image::ColorJitter> all;
  base::CounterRandom random(9, base::Stream::test, 0);
  for (int i = 0; i < 40; ++i) {
    all.push_back(image::draw_color_jitter({0.4, i % 5 == 0 ? 0.0 : 0.9, 0.4}, random));
  }
  all.emplace_back();
  return all;
}

TEST(InputKernels, HaveTheBitsOfTheProcessorsPath) {
  const std::vector<image::ColorJitter> wanted = jitters();
  const auto images = std::ssize(wanted);
  const auto image_bytes = static_cast<std::size_t>(3 * kPixels);
  std::vector<std::uint8_t> levels(wanted.size() * image_bytes);
  base::CounterRandom random(2, base::Stream::test, 0);
  for (std::uint8_t& level : levels) level = static_cast<std::uint8_t>(random.below(256));
  std::vector<JitterOfImage> plain(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::ranges::copy(wanted[i].factors, plain[i].factors);
    std::ranges::copy(wanted[i].order, plain[i].order);
  }

  std::vector<std::int64_t> sums(wanted.size());
  for_each_index(images * kSize, LumaOfRow{levels.data(), plain.data(), kSize, sums.data()},
                 device::Stream::host());
  std::vector<float> actual(levels.size());
  NormalizePixel normalize;
  normalize.uint8_pixels = levels.data();
  normalize.jitters = plain.data();
  normalize.luma_sums = sums.data();
  normalize.pixels = kPixels;
  for (int channel = 0; channel < 3; ++channel) {
    normalize.scale[channel] = 0.017F + 0.001F * static_cast<float>(channel);
    normalize.shift[channel] = -2.1F;
  }
  normalize.as_float32 = actual.data();
  for_each_index(images * kPixels, normalize, device::Stream::host());

  bool changed = false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::span<std::uint8_t> image = std::span(levels).subspan(i * image_bytes, image_bytes);
    const std::vector<std::uint8_t> before(image.begin(), image.end());
    image::apply_color_jitter(wanted[i], image);
    changed = changed || !std::ranges::equal(before, image);
    for (std::size_t v = 0; v < image_bytes; ++v) {
      const float expected = static_cast<float>(image[v]) * normalize.scale[v % 3] + normalize.shift[v % 3];
      ASSERT_EQ(actual[i * image_bytes + v], expected) << "image " << i << ", value " << v;
    }
  }
  EXPECT_TRUE(changed);

  std::vector<std::uint16_t> halves(levels.size());
  normalize.jitters = nullptr;
  normalize.as_float32 = nullptr;
  normalize.as_bfloat16 = halves.data();
  for_each_index(images * kPixels, normalize, device::Stream::host());
  for (std::size_t v = 0; v < halves.size(); ++v) {
    ASSERT_EQ(halves[v],
              to_bfloat16(static_cast<float>(levels[v]) * normalize.scale[v % 3] + normalize.shift[v % 3]));
  }
}

}  // namespace
}  // namespace ltr::train
