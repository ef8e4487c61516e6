// SPDX-License-Identifier: Apache-2.0
#include "train/evaluate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::train {
namespace {

/// Classes that come before `label`: by a larger logit, or an equal one and a lower number.
std::int64_t place_of(std::span<const float> logits, std::size_t label) {
  std::int64_t place = 0;
  for (std::size_t k = 0; k < logits.size(); ++k) {
    place += logits[k] > logits[label] || (logits[k] == logits[label] && k < label);
  }
  return place;
}

/// Softmax of the largest logit.
double confidence_of(std::span<const float> logits, float largest) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return 1.0 / sum;
}

/// Calls `each(logits of an image, its label)` for every image of this rank.
template <class Each>
void for_each_image(EvaluationSet& set, const Logits& logits_of, const Each& each) {
  set.visit([&](const torch::Tensor& inputs, const torch::Tensor& labels) {
    const torch::Tensor logits = logits_of(inputs).cpu().contiguous();
    if (!logits.isfinite().all().item<bool>()) {
      throw base::SystemError(
          "a classifier's output is not a finite number in evaluation, so its accuracy means nothing; "
          "the weights have diverged: train with a lower learning rate or a longer warm-up");
    }
    const auto classes = static_cast<std::size_t>(logits.size(1));
    for (std::int64_t i = 0; i < labels.numel(); ++i) {
      const float* row = logits.data_ptr<float>() + i * logits.size(1);
      each(std::span(row, classes), static_cast<std::size_t>(labels.data_ptr<std::int64_t>()[i]));
    }
  });
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

  for_each_image(set, logits_of, [&](std::span<const float> logits, std::size_t label) {
    const std::int64_t place = place_of(logits, label);
    const auto largest = std::ranges::max_element(logits);
    ++counts.total[label];
    counts.correct[label] += place == 0;
    counts.correct_top5[label] += place < 5;
    if (!counts.confusion.empty()) {
      ++counts.confusion[label * classes + static_cast<std::size_t>(largest - logits.begin())];
    }
    calibration.add(confidence_of(logits, *largest),
                    place == 0 ? metric::Answer::right : metric::Answer::wrong);
  });

  for (std::vector<std::int64_t>* counted :
       {&counts.correct, &counts.correct_top5, &counts.total, &counts.confusion, &calibration.images,
        &calibration.correct, &calibration.confidence}) {
    set.group().sum(*counted);
  }
  result.calibration = metric::calibration(calibration);
  return result;
}

std::int64_t count_correct(EvaluationSet& set, const Logits& logits_of) {
  std::array<std::int64_t, 1> correct{};
  for_each_image(set, logits_of, [&](std::span<const float> logits, std::size_t label) {
    correct[0] += place_of(logits, label) == 0;
  });
  set.group().sum(correct);
  return correct[0];
}

}  // namespace ltr::train
