// SPDX-License-Identifier: Apache-2.0
#include "learning/strategies.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "learning/some_features.hpp"
#include "model/initialise.hpp"

namespace ltr::learning {
namespace {

using config::LearningKind;

constexpr std::int64_t kWidth = 64;

class Strategies : public test::WithFeatures {
 protected:
  void SetUp() override {
    WithFeatures::SetUp();
    network = std::make_shared<model::Network>(config::BackboneKind::resnet20, kClasses);
    model::initialise(*network, 11);
  }

  [[nodiscard]] std::unique_ptr<Strategy> make(LearningKind learning, std::uint64_t seed = 5) const {
    return make_strategy({.configuration = configuration,
                          .learning = learning,
                          .seed = seed,
                          .network = network,
                          .class_counts = kCounts});
  }

  [[nodiscard]] Outcome outcome(Strategy& strategy) const {
    Features features = WithFeatures::features(torch::zeros({kPerClass * kClasses, kWidth}));
    return strategy.outcome(features);
  }

  /// fc.weight and fc.bias that the strategy would keep now.
  struct Linear {
    torch::Tensor weight;
    torch::Tensor bias;
  };
  [[nodiscard]] Linear kept(Strategy& strategy) const {
    const model::NamedTensors tensors = outcome(strategy).kept;
    EXPECT_EQ(tensors.at(0).first, "fc.weight");
    EXPECT_EQ(tensors.at(1).first, "fc.bias");
    return {tensors[0].second, tensors[1].second};
  }

  [[nodiscard]] torch::Tensor stage_1_weight() const { return network->classifier->fc->weight.detach(); }
  [[nodiscard]] torch::Tensor stage_1_bias() const { return network->classifier->fc->bias.detach(); }

  static torch::Tensor some_rows() { return torch::linspace(-1, 1, 4 * kWidth).view({4, kWidth}); }

  /// What LWS learns.
  static void set_scales(Strategy& lws, const torch::Tensor& scales) {
    const torch::NoGradGuard no_gradients;
    lws.training()->module->parameters()[0].copy_(scales);
  }

  config::Configuration configuration;
  std::shared_ptr<model::Network> network;
};

TEST_F(Strategies, ThatTrainTakeStage1sOptimiserAndStage2sRateAndSchedule) {
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
  train::TrainingSpec training = make(LearningKind::crt)->training().value();
  EXPECT_TRUE(training.sgd.nesterov);
  EXPECT_FALSE(training.sgd.decay_norm_and_bias);
  EXPECT_EQ(training.sgd.clip_norm, 2);
  EXPECT_EQ(training.sgd.weight_decay, 1e-3);
  EXPECT_EQ(training.schedule.kind, config::ScheduleKind::cosine);
  EXPECT_DOUBLE_EQ(training.schedule.learning_rate, 0.15) << "half the batch, half the rate";
  configuration.stage_2.weight_decay = 0.25;
  EXPECT_EQ(make(LearningKind::crt)->training()->sgd.weight_decay, 0.25);
  EXPECT_EQ(make(LearningKind::finetune_all)->training()->sgd.weight_decay, 0.25);
}

TEST_F(Strategies, TrainForTheEpochsOfTheirOwnKeys) {
  configuration.stage_2.crt.epochs = 3;
  configuration.stage_2.lws.epochs = 4;
  configuration.stage_2.finetune.epochs = 7;
  EXPECT_EQ(make(LearningKind::crt)->training()->schedule.epochs, 3);
  EXPECT_EQ(make(LearningKind::lws)->training()->schedule.epochs, 4);
  EXPECT_EQ(make(LearningKind::finetune_classifier)->training()->schedule.epochs, 7);
  EXPECT_EQ(make(LearningKind::finetune_last_block)->training()->schedule.epochs, 7);
  for (const auto& row : config::kStrategies) {
    EXPECT_EQ(row.value == LearningKind::ncm || make(row.value)->training().has_value() == row.trains(), true)
        << row.name;
  }
}

TEST_F(Strategies, TenthLearningRateIsATenth) {
  const double whole = make(LearningKind::finetune_all)->training()->schedule.learning_rate;
  EXPECT_DOUBLE_EQ(make(LearningKind::finetune_all_tenth_lr)->training()->schedule.learning_rate, whole / 10);
}

TEST_F(Strategies, RunOneEpochAheadWhereTheScheduleDoes) {
  configuration.fidelity.schedule_ahead = true;
  EXPECT_TRUE(make(LearningKind::lws)->training()->schedule.ahead);
}

TEST_F(Strategies, JointIsStage1sClassifier) {
  const auto joint = make(LearningKind::joint);
  const Outcome found = outcome(*joint);
  EXPECT_TRUE(torch::equal(found.logits(some_rows()), network->classifier->forward(some_rows())));
  EXPECT_TRUE(torch::equal(found.weight, stage_1_weight()));
  EXPECT_TRUE(found.kept.empty()) << "its weights are stage 1's";
}

TEST_F(Strategies, LwsBeginsAsStage1sClassifier) {
  const auto lws = make(LearningKind::lws);
  EXPECT_TRUE(torch::allclose(outcome(*lws).logits(some_rows()), network->classifier->forward(some_rows())));
  EXPECT_TRUE(torch::equal(kept(*lws).weight, stage_1_weight()));
}

TEST_F(Strategies, LwsLearnsOneFactorAClassAndNothingElse) {
  const auto lws = make(LearningKind::lws);
  const train::TrainingSpec training = lws->training().value();
  const std::vector<torch::Tensor> trained = training.module->parameters();
  ASSERT_EQ(trained.size(), 1U);
  EXPECT_EQ(trained[0].numel(), kClasses);
  EXPECT_EQ(training.sgd.weight_decay, 0);
}

TEST_F(Strategies, LwsScalesTheWeightAndLeavesTheBias) {
  const auto lws = make(LearningKind::lws);
  const torch::Tensor scales = torch::tensor({2.0F, 1.0F, 0.0F, 0.5F});
  set_scales(*lws, scales);
  const torch::Tensor expected = torch::mm(some_rows(), stage_1_weight().t()) * scales + stage_1_bias();
  EXPECT_TRUE(torch::allclose(outcome(*lws).logits(some_rows()).detach(), expected, 1e-5, 1e-6));
  EXPECT_EQ(kept(*lws).weight[2].abs().sum().item<float>(), 0);
}

TEST_F(Strategies, LwsOfTheAuthorsCodeScalesTheBiasTooAndDecaysTheScales) {
  configuration.fidelity.lws_scales_bias = true;
  const auto lws = make(LearningKind::lws);
  EXPECT_EQ(lws->training()->sgd.weight_decay, 0) << "a point of its own";
  const torch::Tensor scales = torch::tensor({2.0F, 1.0F, 0.5F, 3.0F});
  set_scales(*lws, scales);
  const torch::Tensor expected = network->classifier->forward(some_rows()).detach() * scales;
  EXPECT_TRUE(torch::allclose(outcome(*lws).logits(some_rows()).detach(), expected, 1e-5, 1e-6));
  const torch::Tensor linear = torch::mm(some_rows(), kept(*lws).weight.t()) + kept(*lws).bias;
  EXPECT_TRUE(torch::allclose(linear, expected, 1e-5, 1e-6)) << "what is kept is what was measured";

  configuration.fidelity = {};
  configuration.fidelity.lws_decays_scales = true;
  configuration.stage_1.decay_norm_and_bias = false;
  const train::SgdOptions decaying = make(LearningKind::lws)->training()->sgd;
  EXPECT_EQ(decaying.weight_decay, configuration.stage_1.weight_decay);
  EXPECT_TRUE(decaying.decay_norm_and_bias) << "vectors are exempt elsewhere, scales are vectors";
}

TEST_F(Strategies, FinetunedClassifierIsCrtOrBeginsAsStage1sClassifier) {
  const torch::Tensor crt = kept(*make(LearningKind::crt)).weight;
  EXPECT_TRUE(torch::equal(kept(*make(LearningKind::finetune_classifier)).weight, crt));
  configuration.stage_2.finetune.new_classifier = false;
  const auto strategy = make(LearningKind::finetune_classifier);
  EXPECT_TRUE(torch::equal(kept(*strategy).weight, stage_1_weight()));
  EXPECT_TRUE(torch::equal(kept(*make(LearningKind::crt)).weight, crt));
  EXPECT_NE(kept(*strategy).weight.const_data_ptr(), stage_1_weight().const_data_ptr())
      << "stage 1's stays as it is";
}

TEST_F(Strategies, CrtStartsAfreshAndTheSameForTheSameSeed) {
  const torch::Tensor weight = kept(*make(LearningKind::crt)).weight;
  EXPECT_TRUE(torch::equal(weight, kept(*make(LearningKind::crt)).weight));
  EXPECT_FALSE(torch::equal(weight, kept(*make(LearningKind::crt, 6)).weight));
  EXPECT_FALSE(torch::equal(weight, stage_1_weight()));
}

TEST_F(Strategies, FinetuneOfTheLastBlockLeavesTheRestFrozen) {
  const auto strategy = make(LearningKind::finetune_last_block);
  EXPECT_FALSE(network->backbone->parameters().front().requires_grad());
  EXPECT_TRUE(network->backbone->last_block().parameters().front().requires_grad());
  EXPECT_EQ(outcome(*strategy).kept.size(), model::state(*network).size())
      << "the whole network is the cell's";
}

TEST_F(Strategies, TauNormalizedKeepsTheTauThatIsBestOnValidationTheSmallestOfEquals) {
  const auto strategy = make(LearningKind::tau_normalized);
  // Rows on which every tau is right: each class's own weight vector, without the bias.
  network->classifier->fc->weight.detach().copy_(torch::eye(kClasses, kWidth));
  Features easy = features(torch::eye(kClasses, kWidth).repeat_interleave(kPerClass, 0));
  const Outcome found = strategy->outcome(easy);
  EXPECT_EQ(found.sweep.tau.size(), 21U);
  EXPECT_EQ(found.sweep.chosen, 0);
  EXPECT_EQ(found.sweep.validation_percent.front(), 100);
  // A class whose vector is a tenth as long loses until its length is made up for: 0.1 x 5 < 1, and
  // 0.1^(1 - tau) x 5 > 1 from tau = 0.4 on.
  network->classifier->fc->weight.detach()[3][3] = 0.1;
  torch::Tensor rows = torch::eye(kClasses, kWidth).repeat_interleave(kPerClass, 0);
  rows.slice(0, 3 * kPerClass).select(1, 3).fill_(5);
  rows.slice(0, 3 * kPerClass).select(1, 0).fill_(1);
  Features hard = features(rows);
  const Outcome better = strategy->outcome(hard);
  EXPECT_DOUBLE_EQ(better.sweep.chosen, 0.4);
  EXPECT_EQ(better.sweep.validation_percent[3], 75);
  EXPECT_EQ(better.sweep.test_few_percent[4], 100);
}

TEST_F(Strategies, LogitAdjustedTakesTauTimesTheLogOfTheFrequenciesFromTheLogits) {
  // Features are logits here: images A, B and C of the classes 0, 2 and 3.
  torch::NoGradGuard no_gradients;
  network->classifier->fc->weight.copy_(torch::eye(kClasses, kWidth));
  network->classifier->fc->bias.zero_();
  const torch::Tensor logits =
      torch::tensor({{2.0, 0.5, -1.0, 0.0}, {1.0, 1.5, 0.5, -0.5}, {0.5, 0.0, -0.5, 1.0}});
  const torch::Tensor images = torch::constant_pad_nd(logits, {0, kWidth - kClasses});
  const auto outcome_at = [&](double tau) {
    configuration.stage_2.logit_adjusted = {.from = tau, .to = tau, .step = 1};
    Features features = WithFeatures::features(torch::zeros({kPerClass * kClasses, kWidth}));
    return make(LearningKind::logit_adjusted)->outcome(features);
  };
  const auto chosen = [&](double tau) {
    const torch::Tensor classes = outcome_at(tau).logits(images).argmax(1);
    return std::vector<std::int64_t>(classes.data_ptr<std::int64_t>(), classes.data_ptr<std::int64_t>() + 3);
  };
  EXPECT_EQ(chosen(0), (std::vector<std::int64_t>{0, 1, 3}));
  EXPECT_EQ(chosen(0.5), (std::vector<std::int64_t>{3, 1, 3}));
  EXPECT_EQ(chosen(1), (std::vector<std::int64_t>{3, 3, 3}));
  const torch::Tensor shares = torch::softmax(outcome_at(1).logits(images)[0], 0);
  const std::vector<double> expected{0.0591931, 0.0660388, 0.0736763, 0.8010917};
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_NEAR(shares[static_cast<std::int64_t>(k)].item<double>(), expected[k], 1e-6);
  }
}

TEST_F(Strategies, LogitAdjustedChoosesTauOnValidationAndKeepsItsBias) {
  torch::NoGradGuard no_gradients;
  network->classifier->fc->weight.copy_(torch::eye(kClasses, kWidth));
  network->classifier->fc->bias.zero_();
  // The rarest class is 1.1 behind the most frequent: tau log(500 / 5) > 1.1 from tau = 0.3 on, and the
  // others stay right up to the last.
  torch::Tensor rows = 20 * torch::eye(kClasses, kWidth).repeat_interleave(kPerClass, 0);
  rows.slice(0, 3 * kPerClass).select(1, 0).fill_(21.1);
  Features features = WithFeatures::features(rows);
  const Outcome found = make(LearningKind::logit_adjusted)->outcome(features);
  EXPECT_DOUBLE_EQ(found.sweep.chosen, 0.3);
  EXPECT_EQ(found.sweep.validation_percent[2], 75);
  EXPECT_EQ(found.sweep.validation_percent[3], 100);
  const torch::Tensor expected = torch::mm(rows, found.kept.at(0).second.t()) + found.kept.at(1).second;
  EXPECT_TRUE(torch::allclose(found.logits(rows), expected));
}

}  // namespace
}  // namespace ltr::learning
