// SPDX-License-Identifier: Apache-2.0
// Training against plain torch: the same weights, the same ten batches, the same losses and weights
// afterwards.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "learning/losses.hpp"
#include "model/classifier.hpp"
#include "model/state.hpp"
#include "parity/formula.hpp"
#include "train/determinism.hpp"
#include "train/sgd.hpp"
#include "train/step.hpp"

namespace ltr::learning {
namespace {

constexpr std::int64_t kBatch = 64;
constexpr std::int64_t kCifarClasses = 10;
constexpr double kLearningRate = 0.1;
constexpr double kTolerance = 1e-4;

/// What reference_training.py wrote.
struct Reference {
  std::vector<double> losses;
  std::map<std::string, std::vector<double>> tensors;  ///< mean of absolute values, then four values
};

Reference read_reference() {
  Reference reference;
  std::ifstream in(LTR_SOURCE_DIR "/tests/parity/golden/training.txt");
  for (std::string text; std::getline(in, text);) {
    std::istringstream line(text);
    std::string kind, name;
    line >> kind >> name;
    std::vector<double> values;
    for (double value = 0; line >> value;) values.push_back(value);
    if (kind == "loss") {
      reference.losses.push_back(values.at(0));
    } else {
      reference.tensors.emplace(name, values);
    }
  }
  return reference;
}

/// The same figures of one of our tensors.
std::vector<double> figures(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.to(torch::kFloat64).flatten();
  std::vector<double> values{flat.abs().mean().item<double>()};
  for (std::int64_t i = 0; i < 4; ++i) values.push_back(flat[i * flat.numel() / 4].item<double>());
  return values;
}

/// ResNet-20 in a step of one micro-batch, with its optimiser.
struct Training {
  Training() {
    train::make_deterministic(1);
    parity::fill(*network);
    network->train();
  }

  double step(int number) {
    const train::MicroBatch batch{
        parity::values(base::format("images.{}", number), {kBatch, 3, 32, 32}, 0, 4),
        parity::labels(base::format("labels.{}", number), kBatch, kCifarClasses)};
    const double loss = steps.run([&] { return batch; }).loss_sums.at(0) / kBatch;
    sgd.step(parameters.values(), parameters.gradients(), kLearningRate);
    return loss;
  }

  std::shared_ptr<model::Network> network =
      std::make_shared<model::Network>(config::BackboneKind::resnet20, kCifarClasses);
  train::FlatParameters parameters{*network};
  train::Step steps{
      comm::Group::alone(),
      {kBatch, /*micro_batches=*/1, /*ranks=*/1},
      {{network, [this](const torch::Tensor& images) { return network->forward(images); },
        make_loss(config::LossKind::cross_entropy, {config::Configuration{}, {}}), &parameters}}};
  train::Sgd sgd{{.momentum = 0.9, .weight_decay = 5e-4}, parameters};
};

TEST(TenSteps, HaveTheLossesAndWeightsOfPlainTorch) {
  const Reference reference = read_reference();
  ASSERT_EQ(reference.losses.size(), 10U);
  Training training;
  double worst = 0;
  for (int number = 0; number < 10; ++number) {
    const double expected = reference.losses[static_cast<std::size_t>(number)];
    const double error = std::abs(training.step(number) - expected) / expected;
    EXPECT_LE(error, kTolerance) << "loss of step " << number;
    worst = std::max(worst, error);
  }

  const model::NamedTensors tensors = model::state(*training.network);
  ASSERT_EQ(tensors.size(), reference.tensors.size());
  for (const auto& [name, tensor] : tensors) {
    ASSERT_TRUE(reference.tensors.contains(name)) << name;
    const std::vector<double>& expected = reference.tensors.at(name);
    const std::vector<double> found = figures(tensor);
    for (std::size_t i = 0; i < found.size(); ++i) {
      // Single values of a tensor are measured by its typical size, because some are near zero.
      const double error = std::abs(found[i] - expected.at(i)) / std::max(std::abs(expected[i]), expected[0]);
      EXPECT_LE(error, kTolerance) << name << ", figure " << i;
      worst = std::max(worst, error);
    }
  }
  RecordProperty("largest_relative_error", base::format("{:.1e}", worst));
}

}  // namespace
}  // namespace ltr::learning
