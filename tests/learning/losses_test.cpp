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

}  // namespace
}  // namespace ltr::learning
