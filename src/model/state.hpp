// SPDX-License-Identifier: Apache-2.0
// A module's parameters and buffers by name: taken out, put back, hashed.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/torch.h>

namespace ltr::model {

/// Tensors by name, in a fixed order.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// The name torchvision gives what `name` is in this suite: without a leading "backbone." or "classifier.".
[[nodiscard]] std::string torchvision_name(std::string_view name);

/// Parameters, then buffers, in order of registration, under torchvision's names: a child called "backbone"
/// or "classifier" adds nothing to the names of what it holds. The tensors share the module's memory and
/// carry no gradient; clone them for a snapshot.
[[nodiscard]] NamedTensors state(const torch::nn::Module& module);

/// Buffers alone, likewise.
[[nodiscard]] NamedTensors buffers(const torch::nn::Module& module);

/// What `load_state` does with tensors the module has no place for.
enum class ExtraTensors { refuse, ignore };

/// Copies values into the module's tensors. `source` is what messages call the tensors' origin, e.g. a file's
/// path. Throws: DataError naming missing and extra tensors, or the tensor whose shape or type differs; the
/// module is then unchanged.
void load_state(torch::nn::Module& module, const NamedTensors& tensors, std::string_view source,
                ExtraTensors extra = ExtraTensors::refuse);

/// The same into `targets`, which are live tensors of one or several modules.
void load_state(const NamedTensors& targets, const NamedTensors& tensors, std::string_view source,
                ExtraTensors extra = ExtraTensors::refuse);

/// A copy that shares no memory with the original, in the same order.
[[nodiscard]] NamedTensors snapshot(const NamedTensors& tensors);

/// Type and sizes, as "Float [64, 3, 7, 7]".
[[nodiscard]] std::string shape_text(const torch::Tensor& tensor);

/// At most three of the names, made printable, and how many there are.
[[nodiscard]] std::string some_of(const std::vector<std::string>& names);

/// SHA-256 over names, types, shapes and values in the given order, 64 hexadecimal digits.
[[nodiscard]] std::string weights_digest(const NamedTensors& tensors);

}  // namespace ltr::model
