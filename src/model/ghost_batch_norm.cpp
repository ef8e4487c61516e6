// SPDX-License-Identifier: Apache-2.0
#include "model/ghost_batch_norm.hpp"

#include <utility>

#include "base/check.hpp"

namespace ltr::model {
namespace {

constexpr double kEpsilon = 1e-5;

/// The slot under a version counter of its own: autograd saves it, and would refuse the backward pass if the
/// buffer around it had changed meanwhile, though it needs no statistic from there.
torch::Tensor alias_of(const torch::Tensor& slot) { return slot.variable_data(); }

}  // namespace

GhostBatchNorm2d::GhostBatchNorm2d(std::int64_t channels)
    : weight(register_parameter("weight", torch::ones({channels}))),
      bias(register_parameter("bias", torch::zeros({channels}))),
      running_mean(register_buffer("running_mean", torch::zeros({channels}))),
      running_var(register_buffer("running_var", torch::ones({channels}))),
      num_batches_tracked(register_buffer("num_batches_tracked", torch::tensor(0, torch::kLong))) {}

void GhostBatchNorm2d::train(bool on) { Module::train(on && moves()); }

torch::Tensor GhostBatchNorm2d::forward(const torch::Tensor& input) {
  if (!is_training()) {
    return torch::batch_norm(input, weight, bias, running_mean, running_var, /*training=*/false,
                             /*momentum=*/0, kEpsilon, /*cudnn_enabled=*/true);
  }
  LTR_EXPECT(mean_slot_.defined() && variance_slot_.defined());
  // A slot is "updated" with momentum 1, which multiplies what stood there by 0; NaN would survive that.
  return torch::batch_norm(input, weight, bias, alias_of(mean_slot_), alias_of(variance_slot_),
                           /*training=*/true, /*momentum=*/1, kEpsilon, /*cudnn_enabled=*/true);
}

void GhostBatchNorm2d::bind_statistics(torch::Tensor mean_slot, torch::Tensor variance_slot) {
  LTR_EXPECT(mean_slot.numel() == channels() && variance_slot.numel() == channels());
  mean_slot_ = std::move(mean_slot);
  variance_slot_ = std::move(variance_slot);
}

void RunningBuffers::add(const GhostBatchNorm2d& layer, const torch::Tensor& mean,
                         const torch::Tensor& variance) {
  LTR_EXPECT(mean.numel() == layer.channels() && variance.numel() == layer.channels());
  running_.insert(running_.end(), {layer.running_mean, layer.running_var});
  statistics_.insert(statistics_.end(), {mean, variance});
  counts_.push_back(layer.num_batches_tracked);
}

void RunningBuffers::move(double momentum) const {
  if (running_.empty()) return;
  const torch::NoGradGuard no_grad;
  at::_foreach_mul_(running_, 1 - momentum);
  at::_foreach_add_(running_, statistics_, momentum);
  at::_foreach_add_(counts_, 1);
}

std::vector<std::shared_ptr<GhostBatchNorm2d>> ghost_batch_norms(const torch::nn::Module& module) {
  std::vector<std::shared_ptr<GhostBatchNorm2d>> found;
  for (const auto& child : module.modules(/*include_self=*/false)) {
    if (auto norm = std::dynamic_pointer_cast<GhostBatchNorm2d>(child)) found.push_back(std::move(norm));
  }
  return found;
}

}  // namespace ltr::model
