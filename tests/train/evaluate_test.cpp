// SPDX-License-Identifier: Apache-2.0
#include "train/evaluate.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "train/determinism.hpp"
#include "train/tiny_packs.hpp"

namespace ltr::train {
namespace {

using test::kClasses;
using test::loader_options;
using test::world;

class Evaluate : public test::WithPacks {
 protected:
  void SetUp() override {
    make_deterministic(1);
    network.eval();
  }
  Logits logits() {
    return [this](const torch::Tensor& images) { return network.forward(images); };
  }
  /// Logits and labels of the whole set, in pack order, in one process.
  static MicroBatch everything(const Logits& logits_of) {
    EvaluationSet set(comm::Group::alone(), *packs->validation, {.loader = loader_options()});
    std::vector<torch::Tensor> inputs, labels;
    set.visit([&](const torch::Tensor& x, const torch::Tensor& y) {
      inputs.push_back(logits_of(x));
      labels.push_back(y);
    });
    return {torch::cat(inputs), torch::cat(labels)};
  }
  test::TinyNetwork network{5};
};

TEST_F(Evaluate, CountsWhatTorchsOwnOperatorsCount) {
  EvaluationSet set(world(), *packs->validation, {.loader = loader_options()});
  const Evaluation actual = evaluate(set, logits());

  const MicroBatch all = everything(logits());
  const torch::Tensor predicted = all.inputs.argmax(1);
  const torch::Tensor right = predicted == all.labels;
  std::int64_t correct = 0;
  for (std::int64_t k = 0; k < kClasses; ++k) {
    const auto j = static_cast<std::size_t>(k);
    const torch::Tensor of_class = all.labels == k;
    EXPECT_EQ(actual.counts.total[j], 35);
    EXPECT_EQ(actual.counts.correct[j], (right & of_class).sum().item<std::int64_t>());
    EXPECT_EQ(actual.counts.correct_top5[j], 35) << "all of four classes are among the first five";
    for (std::int64_t p = 0; p < kClasses; ++p) {
      EXPECT_EQ(actual.counts.confusion[j * kClasses + static_cast<std::size_t>(p)],
                ((predicted == p) & of_class).sum().item<std::int64_t>());
    }
    correct += actual.counts.correct[j];
  }
  EXPECT_EQ(count_correct(set, logits()), correct);
}

TEST_F(Evaluate, MeasuresTheGapBetweenConfidenceAndAccuracy) {
  EvaluationSet set(world(), *packs->validation, {.loader = loader_options()});
  const metric::Calibration actual = evaluate(set, logits()).calibration;

  const MicroBatch all = everything(logits());
  const auto [confidence, predicted] = torch::softmax(all.inputs.to(torch::kFloat64), 1).max(1);
  const torch::Tensor right = (predicted == all.labels).to(torch::kFloat64);
  const torch::Tensor bin = (confidence * 15).to(torch::kInt64).clamp(0, 14);
  double gap = 0;
  for (std::int64_t b = 0; b < 15; ++b) {
    const torch::Tensor inside = (bin == b).to(torch::kFloat64);
    EXPECT_EQ(actual.images[static_cast<std::size_t>(b)], inside.sum().item<double>());
    gap += std::abs(((right - confidence) * inside).sum().item<double>());
  }
  EXPECT_NEAR(actual.expected_calibration_error, gap / 140, 1e-9);
}

TEST_F(Evaluate, IsTheSameForAnyNumberOfRanks) {
  EvaluationSet shared(world(), *packs->validation, {.loader = loader_options()});
  EvaluationSet alone(comm::Group::alone(), *packs->validation, {.loader = loader_options()});
  const Evaluation a = evaluate(shared, logits());
  const Evaluation b = evaluate(alone, logits());
  EXPECT_EQ(a.counts.confusion, b.counts.confusion);
  EXPECT_EQ(a.counts.correct_top5, b.counts.correct_top5);
  EXPECT_EQ(a.calibration.mean_confidence, b.calibration.mean_confidence);
  EXPECT_EQ(a.calibration.expected_calibration_error, b.calibration.expected_calibration_error);
}

TEST_F(Evaluate, LetsTheLowerClassWinAmongEqualLogits) {
  EvaluationSet set(world(), *packs->validation, {.loader = loader_options()});
  const auto equal = [](const torch::Tensor& images) { return torch::ones({images.size(0), kClasses}); };
  const Evaluation result = evaluate(set, equal);
  EXPECT_EQ(result.counts.correct, (std::vector<std::int64_t>{35, 0, 0, 0}));
}

TEST_F(Evaluate, CountsAClassAmongTheFirstFiveOnlyThere) {
  EvaluationSet set(world(), *packs->validation, {.loader = loader_options()});
  // Classes 0 to 3 come 4th to 7th behind three that the set does not hold.
  const auto falling = [](const torch::Tensor& images) {
    return torch::tensor({4.F, 3.F, 2.F, 1.F, 7.F, 6.F, 5.F}).repeat({images.size(0), 1});
  };
  EXPECT_EQ(evaluate(set, falling).counts.correct_top5, (std::vector<std::int64_t>{35, 35, 0, 0}));
}

TEST_F(Evaluate, RefusesOutputThatIsNotFinite) {
  EvaluationSet set(world(), *packs->validation, {.loader = loader_options()});
  const auto broken = [](const torch::Tensor& images) {
    return torch::full({images.size(0), kClasses}, std::nanf(""));
  };
  EXPECT_THROW(static_cast<void>(evaluate(set, broken)), base::SystemError);
}

TEST_F(Evaluate, SeesEveryImageOnceInPackOrderAndKeepsItsPixels) {
  EvaluationSet set(world(), *packs->validation, {.loader = loader_options()});
  std::vector<const void*> first, second;
  std::string labels;
  set.visit([&](const torch::Tensor& x, const torch::Tensor& y) {
    EXPECT_LE(x.size(0), kEvaluationBatch);
    first.push_back(x.data_ptr());
    for (std::int64_t i = 0; i < y.numel(); ++i) labels += static_cast<char>('0' + y[i].item<std::int64_t>());
  });
  set.visit([&](const torch::Tensor& x, const torch::Tensor&) { second.push_back(x.data_ptr()); });
  EXPECT_EQ(first, second);
  std::string all;
  for (const std::string& share : world().all_gather(labels)) all += share;
  EXPECT_EQ(all, std::string(35, '0') + std::string(35, '1') + std::string(35, '2') + std::string(35, '3'));
}

TEST_F(Evaluate, RaisesOnAllRanksWhatOneRankMet) {
  EvaluationSet set(world(), *packs->validation, {.loader = loader_options()});
  const bool fails = world().rank() == world().size() - 1;  // the first ones may have no batch
  EXPECT_THROW(set.visit([&](const torch::Tensor&, const torch::Tensor&) {
    if (fails) throw base::DataError("image 3 is damaged");
  }),
               base::DataError);
}

}  // namespace
}  // namespace ltr::train
