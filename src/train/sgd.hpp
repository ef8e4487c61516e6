// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent with momentum, weight decay and clipping, in torch.optim.SGD's arithmetic.
#pragma once

#include <string>
#include <vector>

#include <torch/torch.h>

#include "train/flat_parameters.hpp"
#include "train/kernels.hpp"

namespace ltr::train {

/// One optimiser's constants.
struct SgdOptions {
  double momentum = 0.9;
  double weight_decay = 5e-4;
  bool nesterov = false;
  bool decay_norm_and_bias = true;  ///< false: parameters of one dimension do not decay
  double clip_norm = 0;             ///< gradients longer than this are shortened to it; 0: none are
  std::string scaled_names = {};    ///< parameters whose names begin so ...
  double scaled_rate = 1;           ///< ... learn at this multiple of the learning rate
};

/// g = g min(1, clip_norm / |g|); d = g + weight_decay w; m = momentum m + d; w = w - learning_rate m, or
/// with Nesterov w - learning_rate (d + momentum m). No dampening. The learning rate of scaled parameters is
/// scaled_rate times the others'.
class Sgd {
 public:
  /// For vectors laid out as `parameters`, which need not outlive this.
  Sgd(const SgdOptions& options, const FlatParameters& parameters);

  /// Moves `values` in place; `gradients` is used up as scratch. On a GPU by one kernel, in the same bits.
  /// Shape: [size] float32, contiguous, both.
  void step(const torch::Tensor& values, const torch::Tensor& gradients, double learning_rate);

  /// The momentum vector m, the optimiser's whole state. Shape: [size] float32.
  [[nodiscard]] const torch::Tensor& momentum() const { return momentum_; }

 private:
  void step_on_gpu(const torch::Tensor& values, const torch::Tensor& gradients, double learning_rate,
                   double share);
  /// Part of the vector that learns at a multiple of the learning rate.
  struct RateRange {
    FloatRange range;
    double multiple = 1;
  };

  SgdOptions options_;
  std::vector<FloatRange> decaying_;
  std::vector<RateRange> rates_;
  torch::Tensor blocks_;  ///< see SgdUpdate; undefined on the host
  torch::Tensor momentum_;
};

/// What SgdUpdate is to do with every 16 values of `parameters`. Shape: [size / 16], rounded up, uint8.
[[nodiscard]] torch::Tensor update_blocks(const SgdOptions& options, const FlatParameters& parameters);
/// One update's constants; the pointers are still to be set. `share` is what is left of gradients that are
/// shortened, 1 for others.
[[nodiscard]] SgdUpdate sgd_update(const SgdOptions& options, double learning_rate, double share);

/// Length of a vector, summed in float64 in an order that depends on nothing but its size, so that ranks with
/// the same gradients clip alike. Shape: vector [size] float32, contiguous. On a GPU torch's own sum, which
/// is as good.
[[nodiscard]] double norm_of(const torch::Tensor& vector);

}  // namespace ltr::train
