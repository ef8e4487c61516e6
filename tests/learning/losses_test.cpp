// SPDX-License-Identifier: Apache-2.0
// Losses against their formulas, on three images of four classes with 500, 100, 20 and 5 training images.
#include "learning/losses.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace ltr::learning {
namespace {

class Losses : public testing::Test {
 protected:
  [[nodiscard]] std::shared_ptr<train::Loss> make(config::LossKind kind) const {
    return make_loss(kind, {configuration, counts});
  }
  /// What images A, B and C lose.
  [[nodiscard]] torch::Tensor values(config::LossKind kind) const {
    return make(kind)->values(logits.to(torch::kFloat32), labels);
  }
  static void expect_near(const torch::Tensor& found, const std::vector<double>& expected) {
    ASSERT_EQ(found.numel(), static_cast<std::int64_t>(expected.size()));
    const torch::Tensor flat = found.flatten();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(flat[static_cast<std::int64_t>(i)].item<double>(), expected[i], 1e-6) << i;
    }
  }

  config::Configuration configuration;
  std::vector<std::int64_t> counts{500, 100, 20, 5};
  torch::Tensor logits =
      torch::tensor({{2.0, 0.5, -1.0, 0.0}, {1.0, 1.5, 0.5, -0.5}, {0.5, 0.0, -0.5, 1.0}}, torch::kFloat64);
  torch::Tensor labels = torch::tensor({0, 2, 3}, torch::kInt64);
};

TEST_F(Losses, CrossEntropyIsMinusLogSoftmax) {
  expect_near(values(config::LossKind::cross_entropy), {0.3423496, 1.7465673, 0.7873387});
}

TEST_F(Losses, SmoothingSpreadsAShareOfEveryLabelOverAllClasses) {
  configuration.stage_1.label_smoothing = 0.4;
  // 0.4 / 4 for every class, and 0.6 more for the label's own.
  const torch::Tensor targets =
      torch::tensor({{0.7, 0.1, 0.1, 0.1}, {0.1, 0.1, 0.7, 0.1}, {0.1, 0.1, 0.1, 0.7}}, torch::kFloat64);
  const torch::Tensor expected = -(targets * torch::log_softmax(logits, 1)).sum(1);
  EXPECT_TRUE(torch::allclose(values(config::LossKind::cross_entropy).to(torch::kFloat64), expected, 1e-6));
}

TEST_F(Losses, BalancedSoftmaxAddsTheLogOfTheClassFrequencies) {
  expect_near(values(config::LossKind::balanced_softmax), {0.0468558, 4.0235896, 4.2471111});
  configuration.loss.balanced_softmax.tau = 1.5;
  expect_near(values(config::LossKind::balanced_softmax).sum(), {11.9554978});
  configuration.loss.balanced_softmax.tau = 0;
  expect_near(values(config::LossKind::balanced_softmax), {0.3423496, 1.7465673, 0.7873387});
}

TEST_F(Losses, BalancedSoftmaxHasItsGradient) {
  const torch::Tensor image = logits[1].to(torch::kFloat32).unsqueeze(0).requires_grad_();
  make(config::LossKind::balanced_softmax)->values(image, labels.slice(0, 1, 2)).sum().backward();
  expect_near(image.grad(), {0.7373344, 0.2431318, -0.9821114, 0.0016452});
}

TEST_F(Losses, FocalLosesLessOnWhatIsClassifiedWell) {
  const std::vector<std::pair<double, std::vector<double>>> cases = {
      {0, {0.3423496, 1.7465673, 0.7873387}},
      {0.5, {0.1843291, 1.5870027, 0.5812169}},
      {1, {0.0992472, 1.4420157, 0.4290569}},
      {2, {0.0287718, 1.1905693, 0.2338127}},
  };
  for (const auto& [gamma, expected] : cases) {
    configuration.loss.focal.gamma = gamma;
    expect_near(values(config::LossKind::focal), expected);
  }
}

TEST_F(Losses, FocalHasItsGradient) {
  const torch::Tensor image = logits[0].to(torch::kFloat32).unsqueeze(0).requires_grad_();
  make(config::LossKind::focal)->values(image, labels.slice(0, 0, 1)).sum().backward();
  expect_near(image.grad(), {-0.0652255, 0.0356489, 0.0079544, 0.0216222});
}

TEST_F(Losses, FocalIsFiniteWhereFloat32SeesACertainty) {
  configuration.loss.focal.gamma = 0.5;
  const torch::Tensor image = torch::tensor({{60.0F, 0.0F, -3.0F, 1.0F}}).requires_grad_();
  const torch::Tensor loss = make(config::LossKind::focal)->values(image, labels.slice(0, 0, 1)).sum();
  loss.backward();
  EXPECT_LT(loss.item<double>(), 1e-12);
  EXPECT_TRUE(image.grad().isfinite().all().item<bool>());
}

}  // namespace
}  // namespace ltr::learning
