// SPDX-License-Identifier: Apache-2.0
#include "train/sgd.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <numeric>

namespace ltr::train {
namespace {

/// Sums side by side, for vector instructions.
constexpr std::size_t kLanes = 8;
/// What torch's clip_grad_norm_ adds to the length that it divides by.
constexpr double kClipEpsilon = 1e-6;

}  // namespace

double norm_of(const torch::Tensor& vector) {
  if (!vector.is_cpu()) return vector.to(torch::kFloat64).norm().item<double>();
  const float* values = vector.const_data_ptr<float>();
  const auto size = static_cast<std::size_t>(vector.numel());
  std::array<double, kLanes> sums{};
  for (std::size_t i = 0; i < size / kLanes * kLanes; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double value = values[i + lane];
      sums[lane] += value * value;
    }
  }
  double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  for (std::size_t i = size / kLanes * kLanes; i < size; ++i) {
    sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  return std::sqrt(sum);
}

Sgd::Sgd(const SgdOptions& options, const FlatParameters& parameters)
    : options_(options),
      decaying_(parameters.ranges_of([&options](const ParameterSlot& slot) {
        return options.decay_norm_and_bias || slot.parameter.dim() > 1;
      })),
      momentum_(torch::zeros_like(parameters.values())) {
  const auto is_scaled = [&options](const ParameterSlot& slot) {
    return slot.name.starts_with(options.scaled_names);
  };
  for (const FloatRange& range : parameters.ranges_of(is_scaled)) {
    rates_.push_back({range, options.scaled_rate});
  }
  for (const FloatRange& range : parameters.ranges_of(std::not_fn(is_scaled))) rates_.push_back({range, 1});
}

// torch's own kernels on whole vectors: the same roundings as torch.optim.SGD, which fuses multiply and add.
void Sgd::step(const torch::Tensor& values, const torch::Tensor& gradients, double learning_rate) {
  const torch::NoGradGuard no_grad;
  if (options_.clip_norm != 0) {
    const double share = options_.clip_norm / (norm_of(gradients) + kClipEpsilon);
    if (share < 1) gradients.mul_(share);
  }
  if (options_.weight_decay != 0) {
    for (const FloatRange& range : decaying_) {
      gradients.narrow(0, range.begin, range.size)
          .add_(values.narrow(0, range.begin, range.size), options_.weight_decay);
    }
  }
  momentum_.mul_(options_.momentum).add_(gradients);
  const torch::Tensor& direction =
      options_.nesterov ? gradients.add_(momentum_, options_.momentum) : momentum_;
  for (const auto& [range, multiple] : rates_) {
    values.narrow(0, range.begin, range.size)
        .add_(direction.narrow(0, range.begin, range.size), -(learning_rate * multiple));
  }
}

}  // namespace ltr::train
