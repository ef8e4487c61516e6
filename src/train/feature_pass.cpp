// SPDX-License-Identifier: Apache-2.0
#include "train/feature_pass.hpp"

#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::train {
namespace {

constexpr double kUnit = 1.0 / (1 << 24);
/// 2^15 in units of 2^-24 leaves room for 2^24 images of a class in 63 bits.
constexpr float kLargestFeature = 1 << 15;

float mean_of(std::int64_t sum, std::int64_t images) {
  return images == 0 ? 0.0F
                     : static_cast<float>(static_cast<double>(sum) * kUnit / static_cast<double>(images));
}

}  // namespace

EvaluationSet features_of(EvaluationSet& images, model::Backbone& backbone) {
  backbone.eval();
  return images.mapped([&](const torch::Tensor& pixels) { return backbone.forward(pixels); });
}

ClassSums::ClassSums(std::int32_t classes, std::int64_t width)
    : width_(width),
      sums_(static_cast<std::size_t>(classes) * static_cast<std::size_t>(width)),
      images_(static_cast<std::size_t>(classes)) {}

void ClassSums::add(const torch::Tensor& features, const torch::Tensor& labels) {
  const torch::Tensor rows = features.contiguous();
  const float* feature = rows.data_ptr<float>();
  for (std::int64_t i = 0; i < labels.numel(); ++i) {
    const std::int64_t label = labels.data_ptr<std::int64_t>()[i];
    std::int64_t* sum = sums_.data() + label * width_;
    ++images_[static_cast<std::size_t>(label)];
    for (std::int64_t d = 0; d < width_; ++d, ++feature) {
      if (!(std::abs(*feature) <= kLargestFeature)) {
        throw base::SystemError(
            base::format("a feature is {}, which cannot be summed exactly (at most {} is expected); the "
                         "backbone's weights "
                         "have diverged: train it with a lower learning rate",
                         *feature, kLargestFeature));
      }
      sum[d] += std::llrint(*feature / kUnit);
    }
  }
}

void ClassSums::sum(const comm::Group& group) {
  group.sum(sums_);
  group.sum(images_);
}

torch::Tensor ClassSums::class_means() const {
  torch::Tensor means = torch::empty({static_cast<std::int64_t>(images_.size()), width_});
  float* mean = means.data_ptr<float>();
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    mean[i] = mean_of(sums_[i], images_[i / static_cast<std::size_t>(width_)]);
  }
  return means;
}

torch::Tensor ClassSums::mean() const {
  const std::int64_t images = std::reduce(images_.begin(), images_.end());
  std::vector<std::int64_t> totals(static_cast<std::size_t>(width_));
  for (std::size_t i = 0; i < sums_.size(); ++i) totals[i % totals.size()] += sums_[i];
  torch::Tensor result = torch::empty({width_});
  for (std::size_t d = 0; d < totals.size(); ++d) result.data_ptr<float>()[d] = mean_of(totals[d], images);
  return result;
}

ClassSums class_sums(EvaluationSet& set, std::int64_t width,
                     const std::function<torch::Tensor(const torch::Tensor&)>& map) {
  ClassSums sums(set.classes(), width);
  set.visit([&](const torch::Tensor& inputs, const torch::Tensor& labels) { sums.add(map(inputs), labels); });
  sums.sum(set.group());
  return sums;
}

}  // namespace ltr::train
