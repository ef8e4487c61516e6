// SPDX-License-Identifier: Apache-2.0
#include "learning/ncm.hpp"

#include "learning/strategies.hpp"
#include "train/feature_pass.hpp"

namespace ltr::learning {
namespace {

/// Rows of length one; a zero row stays zero.
torch::Tensor normalised(const torch::Tensor& rows) {
  return rows / rows.norm(2, {1}, /*keepdim=*/true).clamp_min(1e-12);
}

class Ncm : public Strategy {
 public:
  explicit Ncm(const StrategyInputs& inputs) : inputs_(inputs) {}

  Outcome outcome(Features& /*features*/) override {
    const config::NcmDistance distance = inputs_.configuration.stage_2.ncm.distance;
    train::EvaluationSet training = inputs_.training_images();
    const NcmMeans means = ncm_means(training, *inputs_.network->backbone, distance);
    const torch::Device device = inputs_.network->classifier->fc->weight.device();
    return {.logits = ncm_scores(means, distance, device),
            .kept = {{"class_means", means.class_means}, {"mean", means.mean}}};
  }

 private:
  StrategyInputs inputs_;
};

}  // namespace

std::unique_ptr<Strategy> make_ncm(const StrategyInputs& inputs) { return std::make_unique<Ncm>(inputs); }

NcmMeans ncm_means(train::EvaluationSet& training_images, model::Backbone& backbone,
                   config::NcmDistance distance) {
  const std::int64_t width = backbone.features();
  if (distance != config::NcmDistance::centred) {
    backbone.eval();
    const train::ClassSums sums =
        train::class_sums(training_images, width,
                          [&backbone](const torch::Tensor& pixels) { return backbone.forward(pixels); });
    return {sums.class_means(), torch::zeros({width})};
  }
  train::EvaluationSet features = train::features_of(training_images, backbone);
  const torch::Tensor mean =
      train::class_sums(features, width, [](const torch::Tensor& feature) { return feature; }).mean();
  const train::ClassSums centred = train::class_sums(features, width, [&mean](const torch::Tensor& feature) {
    return normalised(feature - mean.to(feature.device()));
  });
  return {centred.class_means(), mean};
}

train::Logits ncm_scores(const NcmMeans& means, config::NcmDistance distance, const torch::Device& device) {
  const torch::Tensor targets =
      (distance == config::NcmDistance::centred ? means.class_means : normalised(means.class_means))
          .contiguous()
          .to(device);
  const torch::Tensor mean = means.mean.to(device);
  if (distance == config::NcmDistance::cosine) {
    return [targets](const torch::Tensor& features) { return torch::mm(normalised(features), targets.t()); };
  }
  // -|f - m|^2 / 2 = f.m - |m|^2 / 2 - |f|^2 / 2, whose last term is the same for every class.
  const torch::Tensor offsets = -0.5 * targets.square().sum(1);
  return [targets, offsets, mean](const torch::Tensor& features) {
    return torch::addmm(offsets, normalised(features - mean), targets.t());
  };
}

}  // namespace ltr::learning
