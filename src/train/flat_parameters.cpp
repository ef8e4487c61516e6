// SPDX-License-Identifier: Apache-2.0
#include "train/flat_parameters.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/format.hpp"

namespace ltr::train {
namespace {

/// Floats in 64 bytes: matrix kernels may take another path, with other bits, for memory aligned otherwise.
constexpr std::int64_t kAlignment = 16;

std::int64_t aligned(std::int64_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

/// The slot's part of `flat`, whose values lie there as the parameter's do: also with channels last.
torch::Tensor view_of(const torch::Tensor& flat, const ParameterSlot& slot) {
  const torch::Tensor values = flat.narrow(0, slot.offset, slot.size);
  const at::IntArrayRef sizes = slot.parameter.sizes();
  const bool channels_last =
      !slot.parameter.is_contiguous() && slot.parameter.is_contiguous(torch::MemoryFormat::ChannelsLast);
  if (!channels_last) return values.view(sizes);
  return values.view({sizes[0], sizes[2], sizes[3], sizes[1]}).permute({0, 3, 1, 2});
}

}  // namespace

FlatParameters::FlatParameters(const torch::nn::Module& module) {
  std::int64_t end = 0;
  const auto parameters = module.named_parameters(/*recurse=*/true);
  for (auto named = parameters.end(); named != parameters.begin();) {
    const torch::Tensor& parameter = (--named)->value();
    if (!parameter.requires_grad()) continue;
    if (parameter.scalar_type() != torch::kFloat32) {
      throw std::logic_error(base::format("parameter {} is not float32", named->key()));
    }
    slots_.push_back({named->key(), parameter, end, parameter.numel()});
    end += aligned(parameter.numel());
  }
  if (slots_.empty()) throw std::logic_error("no parameter of the module requires a gradient");
  values_ = torch::zeros({end}, slots_.front().parameter.device());
  const torch::NoGradGuard no_grad;
  for (ParameterSlot& slot : slots_) {
    const torch::Tensor view = view_of(values_, slot);
    view.copy_(slot.parameter);
    slot.parameter.set_data(view);
  }
}

std::vector<FloatRange> FlatParameters::ranges_of(
    const std::function<bool(const ParameterSlot&)>& chosen) const {
  std::vector<FloatRange> ranges;
  bool follows = false;
  for (const ParameterSlot& slot : slots_) {
    const bool is_chosen = chosen(slot);
    if (is_chosen && follows) {
      ranges.back().size = slot.offset + slot.size - ranges.back().begin;
    } else if (is_chosen) {
      ranges.push_back({slot.offset, slot.size});
    }
    follows = is_chosen;
  }
  return ranges;
}

void FlatParameters::bind_gradients(const torch::Tensor& gradients) {
  gradients_ = gradients;
  for (ParameterSlot& slot : slots_) slot.parameter.mutable_grad() = view_of(gradients, slot);
}

}  // namespace ltr::train
