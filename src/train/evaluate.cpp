// SPDX-License-Identifier: Apache-2.0
#include "train/evaluate.hpp"

#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::train {
namespace {

[[noreturn]] void refuse_logits() {
  throw base::SystemError(
      "a classifier's output is not a finite number in evaluation, so its accuracy means nothing; "
      "the weights have diverged: train with a lower learning rate or a longer warm-up");
}

/// What is counted of each image of a batch. Computed where the logits are; these alone come to the host.
struct Scores {
  torch::Tensor labels;         ///< [b] int64
  torch::Tensor places;         ///< [b] int64: see place_of
  torch::Tensor answers;        ///< [b] int64: the class of the largest logit, the lowest of several
  torch::Tensor confidences;    ///< [b] float64: softmax of the largest logit
  std::int64_t not_finite = 0;  ///< logits
};

/// Classes that come before `label`: by a larger logit, or an equal one and a lower number. Shape: [b].
torch::Tensor place_of(const torch::Tensor& logits, const torch::Tensor& labels) {
  const torch::Tensor label = labels.unsqueeze(1);
  const torch::Tensor of_label = logits.gather(1, label);
  const torch::Tensor classes = torch::arange(logits.size(1), labels.options());
  return (logits > of_label).logical_or_((logits == of_label).logical_and_(classes < label)).sum(1);
}

Scores scores_of(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto [largest, answers] = logits.max(1, /*keepdim=*/true);
  const torch::Tensor confidences =
      (logits.to(torch::kFloat64) - largest.to(torch::kFloat64)).exp_().sum(1).reciprocal_();
  return {labels.cpu(), place_of(logits, labels).cpu(), answers.squeeze(1).cpu(), confidences.cpu(),
          logits.isfinite().logical_not_().sum().item<std::int64_t>()};
}

}  // namespace

Evaluation evaluate(EvaluationSet& set, const Logits& logits_of) {
  const auto classes = static_cast<std::size_t>(set.classes());
  Evaluation result;
  metric::Counts& counts = result.counts;
  counts.correct.assign(classes, 0);
  counts.correct_top5.assign(classes, 0);
  counts.total.assign(classes, 0);
  if (set.classes() <= kConfusionClasses) counts.confusion.assign(classes * classes, 0);
  metric::CalibrationCounts calibration;

  std::vector<std::int64_t> not_finite{0};
  set.visit([&](const torch::Tensor& inputs, const torch::Tensor& labels) {
    const Scores scores = scores_of(logits_of(inputs), labels);
    not_finite[0] += scores.not_finite;
    if (scores.not_finite > 0) return;  // no probability comes of these
    for (std::int64_t i = 0; i < labels.numel(); ++i) {
      const auto label = static_cast<std::size_t>(scores.labels.data_ptr<std::int64_t>()[i]);
      const auto answer = static_cast<std::size_t>(scores.answers.data_ptr<std::int64_t>()[i]);
      const std::int64_t place = scores.places.data_ptr<std::int64_t>()[i];
      ++counts.total[label];
      counts.correct[label] += place == 0;
      counts.correct_top5[label] += place < 5;
      if (!counts.confusion.empty()) ++counts.confusion[label * classes + answer];
      calibration.add(scores.confidences.data_ptr<double>()[i],
                      place == 0 ? metric::Answer::right : metric::Answer::wrong);
    }
  });

  for (std::vector<std::int64_t>* counted :
       {&counts.correct, &counts.correct_top5, &counts.total, &counts.confusion, &calibration.images,
        &calibration.correct, &calibration.confidence, &not_finite}) {
    set.group().sum(*counted);
  }
  if (not_finite[0] != 0) refuse_logits();
  result.calibration = metric::calibration(calibration);
  return result;
}

std::int64_t count_correct(EvaluationSet& set, const Logits& logits_of) {
  // Added up where they are computed, so that a GPU goes on without waiting for the host.
  torch::Tensor correct;
  torch::Tensor not_finite;
  const auto add = [](torch::Tensor& sum, const torch::Tensor& of_batch) {
    sum = sum.defined() ? sum + of_batch : of_batch;
  };
  set.visit([&](const torch::Tensor& inputs, const torch::Tensor& labels) {
    const torch::Tensor logits = logits_of(inputs);
    add(correct, (logits.argmax(1) == labels).sum());
    add(not_finite, logits.isfinite().logical_not_().sum());
  });
  std::array<std::int64_t, 2> counts{};
  if (correct.defined()) counts = {correct.item<std::int64_t>(), not_finite.item<std::int64_t>()};
  set.group().sum(counts);
  if (counts[1] != 0) refuse_logits();
  return counts[0];
}

}  // namespace ltr::train
