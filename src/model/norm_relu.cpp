// SPDX-License-Identifier: Apache-2.0
#include "model/norm_relu.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include <ATen/Parallel.h>

#include "model/norm_kernels.hpp"

namespace ltr::model {
namespace {

/// Rows that one thread takes at a time. Fixed, so that sums do not depend on the number of threads.
constexpr std::int64_t kRowsAChunk = 4096;

Rows rows_of(const torch::Tensor& activations) {
  const std::int64_t channels = activations.size(1);
  return {activations.numel() / channels, channels};
}

/// Calls `pass(rows of a chunk, first element of it, number of the chunk)` on torch's threads.
void for_each_chunk(const Rows& all,
                    const std::function<void(const Rows&, std::int64_t, std::int64_t)>& pass) {
  const std::int64_t chunks = (all.rows + kRowsAChunk - 1) / kRowsAChunk;
  at::parallel_for(0, chunks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t chunk = begin; chunk < end; ++chunk) {
      const std::int64_t first = chunk * kRowsAChunk;
      pass({std::min(kRowsAChunk, all.rows - first), all.channels}, first * all.channels, chunk);
    }
  });
}

/// Two sums for each channel over all rows, added up chunk by chunk in order.
struct Sums {
  std::vector<double> first, second;  ///< [C]
};
Sums sums_over(const Rows& all, const std::function<void(const Rows&, std::int64_t, double*, double*)>& add) {
  const auto channels = static_cast<std::size_t>(all.channels);
  const auto chunks = static_cast<std::size_t>((all.rows + kRowsAChunk - 1) / kRowsAChunk);
  std::vector<double> parts(2 * channels * chunks, 0.0);
  for_each_chunk(all, [&](const Rows& rows, std::int64_t begin, std::int64_t chunk) {
    double* part = parts.data() + 2 * channels * static_cast<std::size_t>(chunk);
    add(rows, begin, part, part + channels);
  });
  Sums sums{std::vector<double>(channels, 0.0), std::vector<double>(channels, 0.0)};
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    const double* part = parts.data() + 2 * channels * chunk;
    for (std::size_t c = 0; c < channels; ++c) {
      sums.first[c] += part[c];
      sums.second[c] += part[channels + c];
    }
  }
  return sums;
}

float* floats_of(const torch::Tensor& tensor) { return tensor.data_ptr<float>(); }
const float* pointer_or_null(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

torch::Tensor channels_last(const torch::Tensor& tensor) {
  return tensor.contiguous(torch::MemoryFormat::ChannelsLast);
}

class NormRelu : public torch::autograd::Function<NormRelu> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& given,
                               const std::optional<torch::Tensor>& shortcut, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& mean_slot,
                               const torch::Tensor& variance_slot, double epsilon) {
    const torch::Tensor input = channels_last(given);
    const torch::Tensor other = shortcut ? channels_last(*shortcut) : torch::Tensor();
    const Rows all = rows_of(input);
    const float* x = input.const_data_ptr<float>();
    // Moments about the first row: exact enough where a channel lies far from 0.
    const Sums moments =
        sums_over(all, [&](const Rows& rows, std::int64_t begin, double* sum, double* squares) {
          add_moments(rows, x + begin, x, sum, squares);
        });
    const torch::Tensor mean = torch::empty({all.channels});
    const torch::Tensor inverse = torch::empty({all.channels});
    const torch::Tensor scale = torch::empty({all.channels});
    const torch::Tensor offset = torch::empty({all.channels});
    const auto count = static_cast<double>(all.rows);
    for (std::int64_t c = 0; c < all.channels; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const double from_shift = moments.first[i] / count;
      const double centre = static_cast<double>(x[c]) + from_shift;
      const double squares = std::max(0.0, moments.second[i] - moments.first[i] * from_shift);
      const double of_std = 1 / std::sqrt(squares / count + epsilon);
      const double factor = static_cast<double>(weight.const_data_ptr<float>()[c]) * of_std;
      floats_of(mean)[c] = static_cast<float>(centre);
      floats_of(inverse)[c] = static_cast<float>(of_std);
      floats_of(scale)[c] = static_cast<float>(factor);
      floats_of(offset)[c] = static_cast<float>(bias.const_data_ptr<float>()[c] - factor * centre);
      floats_of(mean_slot)[c] = static_cast<float>(centre);
      floats_of(variance_slot)[c] = static_cast<float>(squares / (count - 1));
    }
    const torch::Tensor output = torch::empty_like(input);
    for_each_chunk(all, [&](const Rows& rows, std::int64_t begin, std::int64_t) {
      const float* added = pointer_or_null(other);
      scale_and_rectify(rows, x + begin, added == nullptr ? nullptr : added + begin,
                        scale.const_data_ptr<float>(), offset.const_data_ptr<float>(),
                        floats_of(output) + begin);
    });
    context->save_for_backward({input, output, weight, mean, inverse});
    context->saved_data["has_shortcut"] = shortcut.has_value();
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const torch::Tensor &input = saved[0], &output = saved[1], &weight = saved[2], &mean = saved[3],
                        &inverse = saved[4];
    const torch::Tensor gradient = channels_last(gradients[0]);
    const Rows all = rows_of(input);
    const float* g = gradient.const_data_ptr<float>();
    const float* y = output.const_data_ptr<float>();
    const float* x = input.const_data_ptr<float>();
    const Sums sums = sums_over(all, [&](const Rows& rows, std::int64_t begin, double* sum,
                                         double* products) {
      add_gradient_sums(rows, g + begin, y + begin, x + begin, mean.const_data_ptr<float>(), sum, products);
    });
    const torch::Tensor of_weight = torch::empty({all.channels});
    const torch::Tensor of_bias = torch::empty({all.channels});
    const torch::Tensor factors = torch::empty({3, all.channels});
    float* scale = floats_of(factors);
    float* slope = scale + all.channels;
    float* offset = slope + all.channels;
    const auto count = static_cast<double>(all.rows);
    for (std::int64_t c = 0; c < all.channels; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const double of_std = inverse.const_data_ptr<float>()[c];
      const double factor = static_cast<double>(weight.const_data_ptr<float>()[c]) * of_std;
      const double steepness = -factor * of_std * of_std * sums.second[i] / count;
      floats_of(of_weight)[c] = static_cast<float>(sums.second[i] * of_std);
      floats_of(of_bias)[c] = static_cast<float>(sums.first[i]);
      scale[c] = static_cast<float>(factor);
      slope[c] = static_cast<float>(steepness);
      offset[c] = static_cast<float>(-steepness * static_cast<double>(mean.const_data_ptr<float>()[c]) -
                                     factor * sums.first[i] / count);
    }
    const torch::Tensor of_input = torch::empty_like(input);
    const torch::Tensor of_shortcut =
        context->saved_data["has_shortcut"].toBool() ? torch::empty_like(input) : torch::Tensor();
    for_each_chunk(all, [&](const Rows& rows, std::int64_t begin, std::int64_t) {
      gradients_of_inputs(rows, g + begin, y + begin, x + begin, scale, slope, offset,
                          floats_of(of_input) + begin,
                          of_shortcut.defined() ? floats_of(of_shortcut) + begin : nullptr);
    });
    return {of_input, of_shortcut, of_weight, of_bias, torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

bool has_norm_relu(const torch::Tensor& input) {
  return input.device().is_cpu() && input.scalar_type() == torch::kFloat32 && input.dim() == 4 &&
         input.is_contiguous(torch::MemoryFormat::ChannelsLast);
}

torch::Tensor norm_relu(const torch::Tensor& input, const std::optional<torch::Tensor>& shortcut,
                        const torch::Tensor& weight, const torch::Tensor& bias,
                        const torch::Tensor& mean_slot, const torch::Tensor& variance_slot, double epsilon) {
  return NormRelu::apply(input, shortcut, weight, bias, mean_slot, variance_slot, epsilon);
}

}  // namespace ltr::model
