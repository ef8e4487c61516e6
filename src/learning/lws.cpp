// SPDX-License-Identifier: Apache-2.0
#include "learning/head.hpp"

namespace ltr::learning {
namespace {

/// logits = f_i w_i x + b_i, or f_i (w_i x + b_i), of which only f is learned.
class ScaledClassifier : public torch::nn::Module {
 public:
  ScaledClassifier(const model::Classifier& classifier, bool scales_bias)
      : scales_bias_(scales_bias),
        weight_(register_buffer("weight", classifier.fc->weight.detach().clone())),
        bias_(register_buffer("bias", classifier.fc->bias.detach().clone())) {
    scale_ = register_parameter("scale", torch::ones({weight_.size(0)}, weight_.device()));
  }

  /// Shape: [b, D] -> [b, K].
  torch::Tensor forward(const torch::Tensor& features) {
    if (scales_bias_) return torch::addmm(bias_, features, weight_.t()) * scale_;
    return torch::addcmul(bias_, torch::mm(features, weight_.t()), scale_);
  }
  torch::Tensor weight() const { return (weight_ * scale_.unsqueeze(1)).detach(); }
  torch::Tensor bias() const { return scales_bias_ ? (bias_ * scale_).detach() : bias_; }

 private:
  bool scales_bias_;
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor scale_;
};

}  // namespace

Head make_lws(const config::Configuration& configuration, const model::Classifier& stage_1) {
  const config::Fidelity& fidelity = configuration.fidelity;
  auto classifier = std::make_shared<ScaledClassifier>(stage_1, fidelity.lws_scales_bias);
  Head head{
      .learning = config::LearningKind::lws,
      .trainee = stage_2_trainee(
          configuration, "lws", classifier,
          [classifier](const torch::Tensor& features) { return classifier->forward(features); },
          fidelity.lws_decays_scales ? configuration.stage_1.weight_decay : 0,
          configuration.stage_2.lws.epochs),
      .weight = [classifier] { return classifier->weight(); },
      .bias = [classifier] { return classifier->bias(); },
  };
  // Scales have one dimension, and decay all the same where the point is on.
  if (fidelity.lws_decays_scales) head.trainee.sgd.decay_norm_and_bias = true;
  return head;
}

}  // namespace ltr::learning
