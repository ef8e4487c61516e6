// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "learning/cross_entropy.hpp"
#include "learning/head.hpp"
#include "model/initialise.hpp"

namespace ltr::learning {
namespace {

constexpr std::int64_t kWidth = 5;
constexpr std::int64_t kClasses = 3;

std::shared_ptr<model::Classifier> stage_1_classifier() {
  auto classifier = std::make_shared<model::Classifier>(kWidth, kClasses);
  model::initialise(*classifier, 11);
  return classifier;
}

torch::Tensor some_features() { return torch::linspace(-1, 1, 4 * kWidth).view({4, kWidth}); }

TEST(CrossEntropy, IsTheSumOfMinusLogSoftmax) {
  const torch::Tensor logits = torch::tensor({{1.0F, 2.0F, 0.5F}, {0.0F, -1.0F, 3.0F}});
  const torch::Tensor labels = torch::tensor({1, 0}, torch::kInt64);
  double expected = 0;
  for (int i = 0; i < 2; ++i) {
    double sum = 0;
    for (int k = 0; k < 3; ++k) sum += std::exp(logits[i][k].item<double>());
    expected += std::log(sum) - logits[i][labels[i].item<std::int64_t>()].item<double>();
  }
  EXPECT_NEAR(make_objective({})->loss(logits, labels).item<double>(), expected, 1e-6);
}

TEST(CrossEntropy, SmoothingSpreadsAShareOfEveryLabelOverAllClasses) {
  const torch::Tensor logits = torch::tensor({{1.0F, 2.0F, 0.5F}, {0.0F, -1.0F, 3.0F}});
  const torch::Tensor labels = torch::tensor({1, 0}, torch::kInt64);
  config::Stage1 stage_1;
  stage_1.label_smoothing = 0.3;
  // 0.3 / 3 for every class, and 0.7 more for the label's own.
  const torch::Tensor targets = torch::tensor({{0.1, 0.8, 0.1}, {0.8, 0.1, 0.1}}, torch::kFloat64);
  const double expected = -(targets * torch::log_softmax(logits.to(torch::kFloat64), 1)).sum().item<double>();
  EXPECT_NEAR(make_objective(stage_1)->loss(logits, labels).item<double>(), expected, 1e-6);
  EXPECT_GT(std::abs(make_objective({})->loss(logits, labels).item<double>() - expected), 0.01);
}

TEST(Heads, TakeLossAndOptimiserOfStage1AndTheirOwnRateAndSchedule) {
  config::Configuration configuration;
  configuration.stage_1 = {.weights = "",
                           .global_batch = 256,
                           .scale_learning_rate = true,
                           .schedule = config::ScheduleKind::step,
                           .step = {.milestones = {60}},
                           .nesterov = true,
                           .weight_decay = 1e-3,
                           .decay_norm_and_bias = false,
                           .clip_norm = 2};
  configuration.stage_2.learning_rate = 0.3;
  const train::Trainee trainee =
      make_retrained(configuration, config::LearningKind::crt, *stage_1_classifier(), 5).trainee;
  EXPECT_TRUE(trainee.sgd.nesterov);
  EXPECT_FALSE(trainee.sgd.decay_norm_and_bias);
  EXPECT_EQ(trainee.sgd.clip_norm, 2);
  EXPECT_EQ(trainee.sgd.weight_decay, 1e-3);
  EXPECT_EQ(trainee.schedule.kind, config::ScheduleKind::cosine);
  EXPECT_DOUBLE_EQ(trainee.schedule.learning_rate, 0.15) << "half the batch, half the rate";
}

TEST(Lws, BeginsAsStage1sClassifier) {
  const auto stage_1 = stage_1_classifier();
  const Head head = make_lws(config::Configuration{}, *stage_1);
  EXPECT_TRUE(torch::allclose(head.trainee.logits(some_features()), stage_1->forward(some_features())));
  EXPECT_TRUE(torch::equal(head.weight(), stage_1->fc->weight.detach()));
}

TEST(Lws, LearnsOneFactorAClassAndNothingElse) {
  const auto stage_1 = stage_1_classifier();
  const Head head = make_lws(config::Configuration{}, *stage_1);
  const std::vector<torch::Tensor> trained = head.trainee.module->parameters();
  ASSERT_EQ(trained.size(), 1U);
  EXPECT_EQ(trained[0].numel(), kClasses);
  EXPECT_EQ(head.trainee.sgd.weight_decay, 0);
}

TEST(Lws, ScalesTheWeightAndLeavesTheBias) {
  const auto stage_1 = stage_1_classifier();
  const Head head = make_lws(config::Configuration{}, *stage_1);
  {
    const torch::NoGradGuard no_gradients;
    head.trainee.module->parameters()[0].copy_(torch::tensor({2.0F, 1.0F, 0.0F}));
  }
  const torch::Tensor plain = torch::mm(some_features(), stage_1->fc->weight.t()).detach();
  const torch::Tensor expected = plain * torch::tensor({2.0F, 1.0F, 0.0F}) + stage_1->fc->bias.detach();
  EXPECT_TRUE(torch::allclose(head.trainee.logits(some_features()).detach(), expected, 1e-5, 1e-6));
  EXPECT_EQ(head.weight()[2].abs().sum().item<float>(), 0);
}

TEST(Lws, OfTheAuthorsCodeScalesTheBiasTooAndDecaysTheScales) {
  const auto stage_1 = stage_1_classifier();
  config::Configuration configuration;
  configuration.fidelity.lws_scales_bias = true;
  const Head head = make_lws(configuration, *stage_1);
  EXPECT_EQ(head.trainee.sgd.weight_decay, 0) << "a point of its own";
  EXPECT_TRUE(torch::allclose(head.trainee.logits(some_features()), stage_1->forward(some_features())));
  const torch::Tensor scale = torch::tensor({2.0F, 1.0F, 0.5F});
  {
    const torch::NoGradGuard no_gradients;
    head.trainee.module->parameters()[0].copy_(scale);
  }
  const torch::Tensor expected = stage_1->forward(some_features()).detach() * scale;
  EXPECT_TRUE(torch::allclose(head.trainee.logits(some_features()).detach(), expected, 1e-5, 1e-6));
  const torch::Tensor linear = torch::mm(some_features(), head.weight().t()) + head.bias();
  EXPECT_TRUE(torch::allclose(linear, expected, 1e-5, 1e-6)) << "what is kept is what was measured";

  configuration.fidelity = {};
  configuration.fidelity.lws_decays_scales = true;
  configuration.stage_1.decay_norm_and_bias = false;
  const Head decaying = make_lws(configuration, *stage_1);
  EXPECT_EQ(decaying.trainee.sgd.weight_decay, configuration.stage_1.weight_decay);
  EXPECT_TRUE(decaying.trainee.sgd.decay_norm_and_bias) << "vectors are exempt elsewhere, scales are vectors";
}

TEST(Heads, RunOneEpochAheadWhereTheScheduleDoes) {
  config::Configuration configuration;
  configuration.fidelity.schedule_ahead = true;
  EXPECT_TRUE(make_lws(configuration, *stage_1_classifier()).trainee.schedule.ahead);
}

TEST(FinetunedClassifier, IsCrtOrBeginsAsStage1sClassifier) {
  const auto stage_1 = stage_1_classifier();
  config::Configuration configuration;
  configuration.stage_2.finetune.epochs = 7;
  const auto make = [&](config::LearningKind learning) {
    return make_retrained(configuration, learning, *stage_1, 5);
  };
  const Head crt = make(config::LearningKind::crt);
  const Head anew = make(config::LearningKind::finetune_classifier);
  EXPECT_TRUE(torch::equal(anew.weight(), crt.weight()));
  EXPECT_EQ(anew.trainee.schedule.epochs, 7);
  configuration.stage_2.finetune.new_classifier = false;
  const Head kept = make(config::LearningKind::finetune_classifier);
  EXPECT_TRUE(torch::equal(kept.weight(), stage_1->fc->weight.detach()));
  EXPECT_TRUE(torch::equal(make(config::LearningKind::crt).weight(), crt.weight()));
  EXPECT_NE(kept.weight().const_data_ptr(), stage_1->fc->weight.const_data_ptr())
      << "stage 1's stays as it is";
}

TEST(Crt, StartsAfreshAndTheSameForTheSameSeed) {
  const auto stage_1 = stage_1_classifier();
  const Head head = make_retrained(config::Configuration{}, config::LearningKind::crt, *stage_1, 5);
  const Head again = make_retrained(config::Configuration{}, config::LearningKind::crt, *stage_1, 5);
  const Head other = make_retrained(config::Configuration{}, config::LearningKind::crt, *stage_1, 6);
  EXPECT_TRUE(torch::equal(head.weight(), again.weight()));
  EXPECT_FALSE(torch::equal(head.weight(), other.weight()));
  EXPECT_FALSE(torch::equal(head.weight(), stage_1->fc->weight.detach()));
  EXPECT_EQ(head.trainee.schedule.epochs, config::Configuration{}.stage_2.crt.epochs);
}

}  // namespace
}  // namespace ltr::learning
