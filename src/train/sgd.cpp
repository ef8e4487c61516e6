// SPDX-License-Identifier: Apache-2.0
#include "train/sgd.hpp"

namespace ltr::train {

Sgd::Sgd(const SgdOptions& options, std::int64_t size) : options_(options), momentum_(torch::zeros({size})) {}

// torch's own kernels on whole vectors: the same roundings as torch.optim.SGD, which fuses multiply and add.
void Sgd::step(const torch::Tensor& values, const torch::Tensor& gradients, double learning_rate) {
  const torch::NoGradGuard no_grad;
  if (options_.weight_decay != 0) gradients.add_(values, options_.weight_decay);
  momentum_.mul_(options_.momentum).add_(gradients);
  values.add_(momentum_, -learning_rate);
}

}  // namespace ltr::train
