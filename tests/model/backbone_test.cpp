// SPDX-License-Identifier: Apache-2.0
#include "model/backbone.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include "model/classifier.hpp"
#include "model/ghost_batch_norm.hpp"
#include "model/initialise.hpp"
#include "model/state.hpp"
#include "parity/formula.hpp"

namespace ltr::model {
namespace {

using config::BackboneKind;

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

/// Lines of a file that reference_models.py wrote, without the backbone's name that each begins with.
std::vector<std::string> golden_lines(const std::string& file, BackboneKind kind) {
  std::ifstream in(std::string(LTR_SOURCE_DIR "/tests/parity/golden/") + file);
  const std::string prefix = std::string(config::name_of(kind)) + " ";
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(prefix)) lines.push_back(line.substr(prefix.size()));
  }
  return lines;
}

/// The fewest values a channel that BatchNorm was given in a forward pass of one image, seen where torch
/// computes.
std::int64_t fewest_normalised(Backbone& backbone, std::int64_t side) {
  thread_local std::int64_t fewest = 0;
  fewest = std::numeric_limits<std::int64_t>::max();
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback([](const at::RecordFunction& call) -> std::unique_ptr<at::ObserverContext> {
        if (std::string_view(call.name()) == "aten::batch_norm") {
          const torch::Tensor input = call.inputs()[0].toTensor();
          fewest = std::min(fewest, input.numel() / input.size(1));
        }
        return nullptr;
      }).needsInputs(true));
  const torch::NoGradGuard no_grad;
  backbone.forward(torch::zeros({1, 3, side, side}));
  at::removeCallback(handle);
  return fewest;
}

TEST(Backbone, KnowsTheSmallestSideThatBatchNormSees) {
  for (const BackboneKind kind :
       {BackboneKind::resnet10, BackboneKind::resnet50, BackboneKind::resnet20, BackboneKind::resnet32}) {
    const std::shared_ptr<Backbone> backbone = make_backbone(kind);
    backbone->eval();
    for (const std::int64_t side : {1, 4, 5, 8, 9, 32, 33, 64, 65}) {
      const std::int64_t last = backbone->last_side(side);
      EXPECT_EQ(last * last, fewest_normalised(*backbone, side)) << config::name_of(kind) << " of " << side;
    }
  }
}

TEST(ResNet, With1000ClassesHasThePublishedNumberOfParameters) {
  const std::map<BackboneKind, std::int64_t> published{
      {BackboneKind::resnet18, 11'689'512},  {BackboneKind::resnet34, 21'797'672},
      {BackboneKind::resnet50, 25'557'032},  {BackboneKind::resnet101, 44'549'160},
      {BackboneKind::resnet152, 60'192'808}, {BackboneKind::resnext50_32x4d, 25'028'904}};
  for (const auto& [kind, expected] : published) {
    EXPECT_EQ(parameter_count(Network(kind, 1000)), expected) << config::name_of(kind);
  }
}

TEST(CifarResNet, HasTheNumberOfParametersOfItsClosedForm) {
  const std::map<BackboneKind, std::int64_t> blocks_per_stage{{BackboneKind::resnet20, 3},
                                                              {BackboneKind::resnet32, 5},
                                                              {BackboneKind::resnet44, 7},
                                                              {BackboneKind::resnet56, 9}};
  for (const auto& [kind, n] : blocks_per_stage) {
    const auto block = [](std::int64_t in, std::int64_t out) {
      return 9 * in * out + 9 * out * out + 4 * out;
    };
    const auto downsample = [](std::int64_t in, std::int64_t out) { return in * out + 2 * out; };
    const std::int64_t expected = 9 * 3 * 16 + 2 * 16 + n * block(16, 16)                         //
                                  + block(16, 32) + downsample(16, 32) + (n - 1) * block(32, 32)  //
                                  + block(32, 64) + downsample(32, 64) + (n - 1) * block(64, 64)  //
                                  + 64 * 10 + 10;
    EXPECT_EQ(parameter_count(Network(kind, 10)), expected) << config::name_of(kind);
  }
}

TEST(Backbone, GivesAsManyFeaturesAsItSays) {
  const torch::NoGradGuard no_grad;
  for (const auto& entry : config::enum_entries<BackboneKind>()) {
    const auto backbone = make_backbone(entry.value);
    backbone->eval();
    const torch::Tensor features = backbone->forward(torch::zeros({2, 3, 32, 32}));
    EXPECT_EQ(features.sizes(), (std::vector<std::int64_t>{2, backbone->features()})) << entry.name;
  }
}

class BackboneParity : public testing::TestWithParam<BackboneKind> {};

TEST_P(BackboneParity, NamesAndShapesAreTorchvisions) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : state(Network(GetParam(), 10))) {
    std::string shape;
    for (const std::int64_t size : tensor.sizes()) {
      shape += shape.empty() ? " " : "x";
      shape += std::to_string(size);
    }
    names.insert(name + shape);
  }
  const std::vector<std::string> lines = golden_lines("tensors.txt", GetParam());
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(names, std::set<std::string>(lines.begin(), lines.end()));
}

TEST_P(BackboneParity, LogitsFromTheSameWeightsAreTorchvisionsInBothLayouts) {
  const torch::NoGradGuard no_grad;
  Network network(GetParam(), 10);
  parity::fill(network);
  network.eval();
  const std::vector<std::string> lines = golden_lines("logits.txt", GetParam());
  ASSERT_EQ(lines.size(), 2U);
  const std::int64_t size = std::stoll(lines[0]);
  const torch::Tensor images = parity::values("images", {2, 3, size, size}, 0, 4);
  for (const auto layout : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
    const torch::Tensor logits = network.forward(images.contiguous(layout));
    for (std::int64_t row = 0; row < 2; ++row) {
      const std::string& text = lines[static_cast<std::size_t>(row)];
      std::istringstream line(text.substr(text.find(' ')));
      const double largest = logits[row].abs().max().item<double>();
      for (std::int64_t k = 0; k < 10; ++k) {
        double expected = 0;
        ASSERT_TRUE(line >> expected);
        EXPECT_NEAR(logits[row][k].item<float>(), expected, 1e-5 * largest)
            << "image " << row << ", class " << k;
      }
    }
  }
}

double rounding_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

/// Features of a training pass, the last convolution's gradient and the first BatchNorm's statistics.
struct Pass {
  torch::Tensor features, gradient, mean, variance;
};

Pass pass_in(config::Precision precision, BackboneKind kind) {
  const std::shared_ptr<Backbone> backbone = make_backbone(kind);
  initialise(*backbone, 3);
  backbone->compute_in(precision);
  std::vector<torch::Tensor> slots;
  for (const auto& norm : ghost_batch_norms(*backbone)) {
    slots.push_back(torch::zeros({2, norm->channels()}));
    norm->bind_statistics(slots.back()[0], slots.back()[1]);
  }
  const torch::Tensor images = parity::values("images", {4, 3, 64, 64}, 0, 1);
  Pass pass;
  pass.features = backbone->forward(images.contiguous(torch::MemoryFormat::ChannelsLast));
  (pass.features * parity::values("slope", {4, backbone->features()}, 0, 1)).sum().backward();
  for (const torch::Tensor& parameter : backbone->parameters()) {
    if (parameter.dim() > 1) pass.gradient = parameter.grad();
  }
  pass.mean = slots.front()[0];
  pass.variance = slots.front()[1];
  return pass;
}

class BackboneInBfloat16 : public testing::TestWithParam<BackboneKind> {};

TEST_P(BackboneInBfloat16, IsCloseToFloat32AndKeepsStatisticsAndGradientsInIt) {
  const Pass exact = pass_in(config::Precision::float32, GetParam());
  const Pass rounded = pass_in(config::Precision::bfloat16, GetParam());
  for (const torch::Tensor* tensor : {&rounded.features, &rounded.gradient, &rounded.mean}) {
    EXPECT_EQ(tensor->scalar_type(), torch::kFloat32);
  }
  // bfloat16 has 8 bits: one rounding is off by 2^-9 at most. Layers of random weights add up and magnify.
  EXPECT_LE(rounding_difference(rounded.features, exact.features), 0.05);
  EXPECT_GE(rounding_difference(rounded.features, exact.features), 1e-4) << "nothing was rounded";
  EXPECT_LE(rounding_difference(rounded.gradient, exact.gradient), 0.25);
  EXPECT_LE(rounding_difference(rounded.variance, exact.variance), 0.01);
  // Once out of its scope, nothing is cast any more.
  EXPECT_EQ(torch::conv2d(torch::ones({1, 3, 4, 4}), torch::ones({2, 3, 3, 3})).scalar_type(),
            torch::kFloat32);
}

INSTANTIATE_TEST_SUITE_P(Families, BackboneInBfloat16,
                         testing::Values(BackboneKind::resnet10, BackboneKind::resnet20),
                         [](const auto& test) { return std::string(config::name_of(test.param)); });

std::vector<BackboneKind> every_backbone() {
  std::vector<BackboneKind> kinds;
  for (const auto& entry : config::enum_entries<BackboneKind>()) kinds.push_back(entry.value);
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(Torchvision, BackboneParity, testing::ValuesIn(every_backbone()),
                         [](const auto& test) { return std::string(config::name_of(test.param)); });

}  // namespace
}  // namespace ltr::model
