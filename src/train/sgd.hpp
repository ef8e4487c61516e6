// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent with momentum and weight decay, in torch.optim.SGD's arithmetic.
#pragma once

#include <torch/torch.h>

namespace ltr::train {

/// One optimiser's constants.
struct SgdOptions {
  double momentum = 0.9;
  double weight_decay = 5e-4;
};

/// d = g + weight_decay w; m = momentum m + d; w = w - learning_rate m. No Nesterov, no dampening.
class Sgd {
 public:
  Sgd(const SgdOptions& options, std::int64_t size);

  /// Moves `values` in place; `gradients` is used up as scratch. Shape: [size] float32, contiguous, both.
  void step(const torch::Tensor& values, const torch::Tensor& gradients, double learning_rate);

  /// The momentum vector m, the optimiser's whole state. Shape: [size] float32.
  [[nodiscard]] const torch::Tensor& momentum() const { return momentum_; }

 private:
  SgdOptions options_;
  torch::Tensor momentum_;
};

}  // namespace ltr::train
