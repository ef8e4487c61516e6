// SPDX-License-Identifier: Apache-2.0
#include "model/state.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "base/printable.hpp"

namespace ltr::model {
namespace {

/// Children that torchvision's models do not have.
constexpr std::array<std::string_view, 2> kContainers{"backbone.", "classifier."};

}  // namespace

std::string shape_text(const torch::Tensor& tensor) {
  std::vector<std::string> sizes;
  for (const std::int64_t size : tensor.sizes()) sizes.push_back(std::to_string(size));
  return base::format("{} [{}]", torch::toString(tensor.scalar_type()), base::join(sizes, ", "));
}

std::string some_of(const std::vector<std::string>& names) {
  const std::size_t shown = std::min<std::size_t>(names.size(), 3);
  const std::string list = base::printable(base::join(std::span(names).first(shown), ", "));
  return shown == names.size() ? list : base::format("{}, ... ({} in all)", list, names.size());
}

std::string torchvision_name(std::string_view name) {
  for (const std::string_view container : kContainers) {
    if (name.starts_with(container)) return std::string(name.substr(container.size()));
  }
  return std::string(name);
}

NamedTensors state(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& item : module.named_parameters()) {
    tensors.emplace_back(torchvision_name(item.key()), item.value().detach());
  }
  for (auto& buffer : buffers(module)) tensors.push_back(std::move(buffer));
  return tensors;
}

NamedTensors buffers(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& item : module.named_buffers()) {
    tensors.emplace_back(torchvision_name(item.key()), item.value().detach());
  }
  return tensors;
}

void load_state(torch::nn::Module& module, const NamedTensors& tensors, std::string_view source,
                ExtraTensors extra) {
  load_state(state(module), tensors, source, extra);
}

void load_state(const NamedTensors& targets, const NamedTensors& tensors, std::string_view source,
                ExtraTensors extra) {
  std::unordered_map<std::string_view, const torch::Tensor*> unused;
  for (const auto& [name, tensor] : tensors) unused.emplace(name, &tensor);
  std::vector<std::pair<torch::Tensor, const torch::Tensor*>> copies;
  std::vector<std::string> missing;
  for (const auto& [name, target] : targets) {
    const auto found = unused.find(name);
    if (found == unused.end()) {
      missing.push_back(name);
      continue;
    }
    const torch::Tensor& value = *found->second;
    if (value.sizes() != target.sizes() || value.scalar_type() != target.scalar_type()) {
      throw base::DataError(base::format(
          "{}: tensor {} is {}, but the model's is {}; these weights belong to another model or number of "
          "classes; choose the backbone and data they were made for",
          source, name, shape_text(value), shape_text(target)));
    }
    copies.emplace_back(target, &value);
    unused.erase(found);
  }
  if (!missing.empty()) {
    throw base::DataError(
        base::format("{}: tensors missing: {}; without them part of the model would stay untrained; choose "
                     "weights made for "
                     "this backbone, with torchvision's names",
                     source, some_of(missing)));
  }
  if (!unused.empty() && extra == ExtraTensors::refuse) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : tensors) {
      if (unused.contains(name)) names.push_back(name);
    }
    throw base::DataError(
        base::format("{}: tensors the model has no place for: {}; these weights belong to another model; "
                     "choose the backbone "
                     "they were made for",
                     source, some_of(names)));
  }
  const torch::NoGradGuard no_grad;
  for (auto& [target, value] : copies) target.copy_(*value);
}

NamedTensors snapshot(const NamedTensors& tensors) {
  NamedTensors copy;
  copy.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) copy.emplace_back(name, tensor.detach().clone());
  return copy;
}

std::string weights_digest(const NamedTensors& tensors) {
  base::Sha256 hash;
  for (const auto& [name, tensor] : tensors) {
    hash.add(base::format("{} {}\n", name, shape_text(tensor)));
    const torch::Tensor values = tensor.detach().cpu().contiguous();
    hash.add(std::as_bytes(std::span(static_cast<const char*>(values.const_data_ptr()), values.nbytes())));
  }
  return hash.hex();
}

}  // namespace ltr::model
