// SPDX-License-Identifier: Apache-2.0
#include "learning/strategies.hpp"
#include "learning/training.hpp"

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

class Lws : public Strategy {
 public:
  explicit Lws(const StrategyInputs& inputs)
      : inputs_(inputs),
        classifier_(std::make_shared<ScaledClassifier>(*inputs.network->classifier,
                                                       inputs.configuration.fidelity.lws_scales_bias)) {}

  std::optional<train::TrainingSpec> training() override {
    train::TrainingSpec training = stage_2_training(inputs_, classifier_, logits_of(classifier_));
    // Scales have one dimension, and decay all the same where the point is on.
    if (inputs_.configuration.fidelity.lws_decays_scales) {
      training.sgd.decay_norm_and_bias = true;
    } else {
      training.sgd.weight_decay = 0;
    }
    return training;
  }

  Outcome outcome(Features& /*features*/) override {
    const torch::Tensor weight = classifier_->weight();
    return {.logits = logits_of(classifier_),
            .weight = weight,
            .kept = {{"fc.weight", weight}, {"fc.bias", classifier_->bias()}}};
  }

 private:
  StrategyInputs inputs_;
  std::shared_ptr<ScaledClassifier> classifier_;
};

}  // namespace

std::unique_ptr<Strategy> make_lws(const StrategyInputs& inputs) { return std::make_unique<Lws>(inputs); }

}  // namespace ltr::learning
