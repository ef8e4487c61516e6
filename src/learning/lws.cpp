// SPDX-License-Identifier: Apache-2.0
#include "learning/cross_entropy.hpp"
#include "learning/head.hpp"

namespace ltr::learning {
namespace {

/// logits = f_i w_i x + b_i, of which only f is learned.
class ScaledClassifier : public torch::nn::Module {
 public:
  explicit ScaledClassifier(const model::Classifier& classifier)
      : weight_(register_buffer("weight", classifier.fc->weight.detach().clone())),
        bias_(register_buffer("bias", classifier.fc->bias.detach().clone())) {
    scale_ = register_parameter("scale", torch::ones({weight_.size(0)}));
  }

  /// Shape: [b, D] -> [b, K].
  torch::Tensor forward(const torch::Tensor& features) {
    return torch::addcmul(bias_, torch::mm(features, weight_.t()), scale_);
  }
  torch::Tensor weight() const { return (weight_ * scale_.unsqueeze(1)).detach(); }
  torch::Tensor bias() const { return bias_; }

 private:
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor scale_;
};

}  // namespace

Head make_lws(const config::Configuration& configuration, model::Classifier& stage_1) {
  auto classifier = std::make_shared<ScaledClassifier>(stage_1);
  const config::Stage1& stage_1_keys = configuration.stage_1;
  return {
      .learning = config::LearningKind::lws,
      .trainee = {.name = "lws",
                  .module = classifier,
                  .logits =
                      [classifier](const torch::Tensor& features) { return classifier->forward(features); },
                  .objective = make_objective(stage_1_keys.loss),
                  .sgd = {.momentum = stage_1_keys.momentum, .weight_decay = 0},
                  .schedule = {.kind = stage_1_keys.schedule,
                               .learning_rate = configuration.stage_2.learning_rate,
                               .warmup_epochs = 0,
                               .epochs = configuration.stage_2.lws.epochs}},
      .weight = [classifier] { return classifier->weight(); },
      .bias = [classifier] { return classifier->bias(); },
  };
}

}  // namespace ltr::learning
