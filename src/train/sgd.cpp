// SPDX-License-Identifier: Apache-2.0
#include "train/sgd.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "train/compute_device.hpp"

namespace ltr::train {
namespace {

/// Sums side by side, for vector instructions.
constexpr std::size_t kLanes = 8;
/// What torch's clip_grad_norm_ adds to the length that it divides by.
constexpr double kClipEpsilon = 1e-6;

bool decays(const SgdOptions& options, const ParameterSlot& slot) {
  return options.decay_norm_and_bias || slot.parameter.dim() > 1;
}

bool is_scaled(const SgdOptions& options, const ParameterSlot& slot) {
  return slot.name.starts_with(options.scaled_names);
}

}  // namespace

double norm_of(const torch::Tensor& vector) {
  if (!vector.is_cpu()) {
    return torch::linalg_vector_norm(vector, 2, at::OptionalIntArrayRef(), /*keepdim=*/false, torch::kFloat64)
        .item<double>();
  }
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

torch::Tensor update_blocks(const SgdOptions& options, const FlatParameters& parameters) {
  constexpr std::int64_t kValues = SgdUpdate::kValuesOfABlock;
  torch::Tensor blocks = torch::zeros({(parameters.size() + kValues - 1) / kValues}, torch::kUInt8);
  for (const ParameterSlot& slot : parameters.slots()) {
    // Parameters begin with blocks.
    const std::int64_t begin = slot.offset / kValues;
    const std::int64_t size = (slot.size + kValues - 1) / kValues;
    const int marks = (decays(options, slot) ? SgdUpdate::kDecays : 0) |
                      (is_scaled(options, slot) ? SgdUpdate::kScaled : 0);
    blocks.narrow(0, begin, size).fill_(marks);
  }
  return blocks;
}

SgdUpdate sgd_update(const SgdOptions& options, double learning_rate, double share) {
  SgdUpdate update;
  update.gradient_share = static_cast<float>(share);
  update.weight_decay = static_cast<float>(options.weight_decay);
  update.momentum = static_cast<float>(options.momentum);
  update.nesterov = options.nesterov;
  update.step = static_cast<float>(-learning_rate);
  update.scaled_step = static_cast<float>(-(learning_rate * options.scaled_rate));
  return update;
}

Sgd::Sgd(const SgdOptions& options, const FlatParameters& parameters)
    : options_(options),
      decaying_(
          parameters.ranges_of([&options](const ParameterSlot& slot) { return decays(options, slot); })),
      momentum_(torch::zeros_like(parameters.values())) {
  const auto scaled = [&options](const ParameterSlot& slot) { return is_scaled(options, slot); };
  for (const FloatRange& range : parameters.ranges_of(scaled)) rates_.push_back({range, options.scaled_rate});
  for (const FloatRange& range : parameters.ranges_of(std::not_fn(scaled))) rates_.push_back({range, 1});
  if (!momentum_.is_cpu()) blocks_ = update_blocks(options, parameters).to(momentum_.device());
}

void Sgd::step(const torch::Tensor& values, const torch::Tensor& gradients, double learning_rate) {
  const torch::NoGradGuard no_grad;
  const double share =
      options_.clip_norm == 0 ? 1 : std::min(1.0, options_.clip_norm / (norm_of(gradients) + kClipEpsilon));
  if (!values.is_cpu()) return step_on_gpu(values, gradients, learning_rate, share);
  // torch's own kernels on whole vectors: the same roundings as torch.optim.SGD, which fuses multiply and
  // add.
  if (share < 1) gradients.mul_(share);
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

void Sgd::step_on_gpu(const torch::Tensor& values, const torch::Tensor& gradients, double learning_rate,
                      double share) {
  SgdUpdate update = sgd_update(options_, learning_rate, share);
  update.values = values.data_ptr<float>();
  update.gradients = gradients.data_ptr<float>();
  update.momenta = momentum_.data_ptr<float>();
  update.blocks = blocks_.data_ptr<std::uint8_t>();
  for_each_index(values.numel(), update, current_stream(values.device()));
}

}  // namespace ltr::train
