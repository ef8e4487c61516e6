// SPDX-License-Identifier: Apache-2.0
// A module's trainable parameters as one vector, so that optimiser and exchange see plain memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace ltr::train {

/// One parameter's place in the vector. Units: floats.
struct ParameterSlot {
  std::string name;  ///< as the module calls it, such as "backbone.conv1.weight"
  torch::Tensor parameter;
  std::int64_t offset = 0;
  std::int64_t size = 0;
};

/// Part of the vector. Units: floats.
struct FloatRange {
  std::int64_t begin = 0;
  std::int64_t size = 0;
};

/// Moves the parameters of a module that require gradients into one float32 vector; the module keeps views of
/// it. The order is the reverse of registration, which is about that in which a backward pass finishes
/// gradients. Every parameter begins on a 64-byte boundary; the gaps hold zeros.
class FlatParameters {
 public:
  /// Throws: std::logic_error if nothing is trainable or a parameter is not float32.
  explicit FlatParameters(const torch::nn::Module& module);

  /// Makes every parameter's gradient a view of `gradients`, which are on the parameters' device.
  /// Shape: gradients [size()] float32, contiguous.
  void bind_gradients(const torch::Tensor& gradients);

  [[nodiscard]] std::int64_t size() const { return values_.numel(); }
  /// Shape: [size()] float32.
  [[nodiscard]] const torch::Tensor& values() const { return values_; }
  /// The vector last bound. Shape: [size()] float32.
  [[nodiscard]] const torch::Tensor& gradients() const { return gradients_; }
  /// In order of offset.
  [[nodiscard]] const std::vector<ParameterSlot>& slots() const { return slots_; }
  /// Where the parameters stand that `chosen` holds for, in order; neighbours are one range.
  [[nodiscard]] std::vector<FloatRange> ranges_of(
      const std::function<bool(const ParameterSlot&)>& chosen) const;

 private:
  torch::Tensor values_;
  torch::Tensor gradients_;
  std::vector<ParameterSlot> slots_;
};

}  // namespace ltr::train
