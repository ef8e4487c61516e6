// SPDX-License-Identifier: Apache-2.0
#include "model/initialise.hpp"

#include <cmath>
#include <string>

#include "base/hash.hpp"
#include "base/random.hpp"
#include "model/ghost_batch_norm.hpp"
#include "model/state.hpp"

namespace ltr::model {
namespace {

/// Random numbers that belong to one parameter. The name alone decides, so that a layer starts the same
/// whatever surrounds it.
base::CounterRandom numbers_for(const std::string& name, std::uint64_t seed) {
  const std::uint64_t key = std::stoull(base::sha256_hex(name).substr(0, 16), nullptr, 16);
  return {seed, base::Stream::initialisation, key};
}

/// Fills in order of the logical index, whatever the memory layout or device.
template <class Next>
void fill(const torch::Tensor& parameter, Next next) {
  torch::Tensor values = torch::empty(parameter.sizes(), torch::kFloat32);
  float* const data = values.data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) data[i] = static_cast<float>(next());
  parameter.copy_(values);
}

}  // namespace

void initialise(torch::nn::Module& module, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : module.named_modules(/*name_prefix=*/"", /*include_self=*/false)) {
    const auto parameter_name = [&item](const char* own) { return torchvision_name(item.key() + "." + own); };
    const torch::nn::Module& layer = *item.value();
    if (const auto* convolution = layer.as<torch::nn::Conv2dImpl>()) {
      const torch::Tensor& weight = convolution->weight;
      // Of the whole layer, also where it is grouped, as the authors' code has it.
      const double deviation =
          std::sqrt(2.0 / static_cast<double>(weight.size(2) * weight.size(3) * weight.size(0)));
      base::CounterRandom numbers = numbers_for(parameter_name("weight"), seed);
      fill(weight, [&] { return deviation * numbers.normal(); });
    } else if (const auto* linear = layer.as<torch::nn::LinearImpl>()) {
      const double bound = 1 / std::sqrt(static_cast<double>(linear->weight.size(1)));
      base::CounterRandom weights = numbers_for(parameter_name("weight"), seed);
      fill(linear->weight, [&] { return weights.uniform(-bound, bound); });
      base::CounterRandom biases = numbers_for(parameter_name("bias"), seed);
      if (linear->bias.defined()) fill(linear->bias, [&] { return biases.uniform(-bound, bound); });
    } else if (const auto* norm = layer.as<GhostBatchNorm2d>()) {
      norm->weight.fill_(1);
      norm->bias.zero_();
      norm->running_mean.zero_();
      norm->running_var.fill_(1);
      norm->num_batches_tracked.zero_();
    }
  }
}

}  // namespace ltr::model
