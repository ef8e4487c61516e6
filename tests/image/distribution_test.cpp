// SPDX-License-Identifier: Apache-2.0
// The parameters of the augmentations have the distributions that they should have: of torchvision where it
// is installed, of closed forms everywhere. Kolmogorov-Smirnov at a level of 1e-4.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "image/color_jitter.hpp"
#include "image/crop.hpp"
#include "image/transform.hpp"

namespace ltr::image {
namespace {

constexpr int kDraws = 20'000;
constexpr int kHeight = 375;
constexpr int kWidth = 500;

/// The distance that samples of one distribution exceed once in 10,000 times; `share` is n, or n m / (n + m).
double critical_distance(double share) { return std::sqrt(-0.5 * std::log(1e-4 / 2) / share); }

/// The largest distance between the samples' distribution and the uniform one on [0, 1].
double distance_from_uniform(std::vector<double> samples) {
  std::ranges::sort(samples);
  const auto n = static_cast<double>(samples.size());
  double distance = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, samples[i] - rank / n, (rank + 1) / n - samples[i]});
  }
  return distance;
}

double distance_between(std::vector<double> a, std::vector<double> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  double distance = 0;
  std::size_t j = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (i + 1 < a.size() && a[i + 1] == a[i]) continue;
    while (j < b.size() && b[j] <= a[i]) ++j;
    const double below_a = static_cast<double>(i + 1) / static_cast<double>(a.size());
    distance = std::max(distance, std::abs(below_a - static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return distance;
}

struct Parameters {
  Box box;
  std::array<double, 3> factors{};
};

/// Draws 0..kDraws-1 of an epoch, as training sees them.
std::vector<Parameters> our_draws(int height, int width) {
  TransformOptions options;
  std::vector<Parameters> draws;
  for (int i = 0; i < kDraws; ++i) {
    const View view = training_view(options, {7, 3, i}, height, width);
    Parameters& draw = draws.emplace_back();
    draw.box = view.resampling.source;
    std::ranges::copy(view.jitter.factors, draw.factors.begin());
  }
  return draws;
}

double area(const Parameters& draw) {
  return static_cast<double>(draw.box.height) * draw.box.width / (kHeight * kWidth);
}
double log_ratio(const Parameters& draw) {
  return std::log(static_cast<double>(draw.box.width) / draw.box.height);
}

template <class Value>
std::vector<double> values_of(const std::vector<Parameters>& draws, const Value& value) {
  std::vector<double> values;
  for (const Parameters& draw : draws) values.push_back(value(draw));
  return values;
}

TEST(Distributions, TheTestTellsOtherDistributionsApart) {
  base::CounterRandom random(1, base::Stream::test);
  std::vector<double> uniform;
  std::vector<double> bent;
  std::vector<double> shifted;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    uniform.push_back(u);
    // A ratio drawn evenly in place of its logarithm, seen in logarithms.
    bent.push_back((std::log(3.0 / 4 + u * (4.0 / 3 - 3.0 / 4)) - std::log(3.0 / 4)) / std::log(16.0 / 9));
    shifted.push_back(0.03 + 0.97 * u);
  }
  EXPECT_LT(distance_from_uniform(uniform), critical_distance(kDraws));
  EXPECT_GT(distance_from_uniform(bent), critical_distance(kDraws));
  EXPECT_GT(distance_from_uniform(shifted), critical_distance(kDraws));
  EXPECT_GT(distance_between(uniform, shifted), critical_distance(kDraws / 2.0));
}

TEST(Distributions, OfCropsOnASquareAreTheClosedForms) {
  // Up to an area of 3/4 no try is rejected, so that there area and log ratio are independent and uniform.
  constexpr int kSide = 40'000;  // rounding to pixels does not show
  std::vector<double> areas;
  std::vector<double> ratios;
  std::vector<double> tops;
  std::vector<double> lefts;
  for (const Parameters& draw : our_draws(kSide, kSide)) {
    const double share = static_cast<double>(draw.box.height) * draw.box.width / (1.0 * kSide * kSide);
    tops.push_back((draw.box.top + 0.5) / (kSide - draw.box.height + 1));
    lefts.push_back((draw.box.left + 0.5) / (kSide - draw.box.width + 1));
    if (share >= 0.75) continue;
    areas.push_back((share - 0.08) / (0.75 - 0.08));
    ratios.push_back((log_ratio(draw) / std::log(4.0 / 3) + 1) / 2);
  }
  for (const auto& samples : {areas, ratios, tops, lefts}) {
    EXPECT_LT(distance_from_uniform(samples), critical_distance(static_cast<double>(samples.size())));
  }
}

TEST(Distributions, OfJitterFlipAndPaddedCropAreTheClosedForms) {
  const std::vector<Parameters> draws = our_draws(kHeight, kWidth);
  for (std::size_t factor = 0; factor < 3; ++factor) {
    const auto share = [factor](const Parameters& draw) { return (draw.factors[factor] - 0.6) / 0.8; };
    EXPECT_LT(distance_from_uniform(values_of(draws, share)), critical_distance(kDraws)) << factor;
  }
  TransformOptions options;
  options.size = 32;
  options.train_crop = CropKind::pad_and_crop;
  options.padding = 4;
  std::map<std::array<int, 3>, int> orders;
  std::map<std::pair<int, int>, int> places;
  int flipped = 0;
  for (int i = 0; i < kDraws; ++i) {
    const View view = training_view(options, {7, 3, i}, 32, 32);
    ++orders[view.jitter.order];
    flipped += view.resampling.flip == Flip::yes ? 1 : 0;
    const Box& seen = view.resampling.window;
    // How far the crop was moved: up or left, what it sees begins further in on the output's side.
    const int down = seen.top > 0 ? seen.top : seen.height - 32;
    const int right = seen.left > 0 ? seen.left : seen.width - 32;
    ++places[{down, right}];
  }
  const auto is_even = [](int count, double expected) {
    return std::abs(count - expected) < 5 * std::sqrt(expected);
  };
  EXPECT_EQ(orders.size(), 6U);
  for (const auto& [order, count] : orders) EXPECT_TRUE(is_even(count, kDraws / 6.0)) << count;
  EXPECT_EQ(places.size(), 81U);
  for (const auto& [place, count] : places) EXPECT_TRUE(is_even(count, kDraws / 81.0)) << count;
  EXPECT_TRUE(is_even(flipped, kDraws / 2.0)) << flipped;
}

TEST(Distributions, AreTorchvisions) {
  const std::string python = LTR_SOURCE_DIR "/build/peers/bin/python";
  if (!std::filesystem::exists(python))
    GTEST_SKIP() << "no Python peers; tests/parity/setup.sh installs them";
  const std::string command = python + " " LTR_SOURCE_DIR "/tests/parity/torchvision_parameters.py";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  ASSERT_TRUE(pipe);
  std::vector<Parameters> theirs;
  Parameters draw;
  while (std::fscanf(pipe.get(), "%d %d %d %d %lf %lf %lf", &draw.box.top, &draw.box.left, &draw.box.height,
                     &draw.box.width, &draw.factors[0], &draw.factors[1], &draw.factors[2]) == 7) {
    theirs.push_back(draw);
  }
  if (theirs.empty())
    GTEST_SKIP() << "the Python peers lack torchvision; bench/peers/requirements.txt names it";
  ASSERT_EQ(theirs.size(), kDraws);
  const std::vector<Parameters> ours = our_draws(kHeight, kWidth);
  const auto compare = [&](const char* what, const auto& value) {
    EXPECT_LT(distance_between(values_of(ours, value), values_of(theirs, value)),
              critical_distance(kDraws / 2.0))
        << what;
  };
  compare("area", area);
  compare("ratio", log_ratio);
  compare("top", [](const Parameters& d) { return static_cast<double>(d.box.top); });
  compare("left", [](const Parameters& d) { return static_cast<double>(d.box.left); });
  compare("height", [](const Parameters& d) { return static_cast<double>(d.box.height); });
  compare("width", [](const Parameters& d) { return static_cast<double>(d.box.width); });
  for (std::size_t factor = 0; factor < 3; ++factor) {
    compare("factor", [factor](const Parameters& d) { return d.factors[factor]; });
  }
}

}  // namespace
}  // namespace ltr::image
