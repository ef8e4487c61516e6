// SPDX-License-Identifier: Apache-2.0
#include "model/starting_weights.hpp"

#include <set>
#include <string>

#include "model/safetensors.hpp"
#include "model/state.hpp"

namespace ltr::model {
namespace {

void add_missing_counters(NamedTensors& tensors, const Network& network) {
  std::set<std::string> present;
  for (const auto& [name, tensor] : tensors) present.insert(name);
  for (const auto& [name, tensor] : state(network)) {
    if (name.ends_with("num_batches_tracked") && !present.contains(name)) {
      tensors.emplace_back(name, torch::zeros_like(tensor));
    }
  }
}

ClassifierWeights judge(const NamedTensors& tensors, const Classifier& classifier) {
  std::size_t present = 0;
  std::size_t fitting = 0;
  for (const auto& [name, own] : state(classifier)) {
    for (const auto& [other_name, other] : tensors) {
      if (other_name != name) continue;
      ++present;
      if (other.sizes() == own.sizes()) ++fitting;
    }
  }
  if (present == 0) return ClassifierWeights::absent;
  // One of the two tensors alone is a damaged file; loading it names the other.
  return present == 2 && fitting < 2 ? ClassifierWeights::of_another_size : ClassifierWeights::fitting;
}

}  // namespace

ClassifierWeights load_starting_weights(Network& network, const std::filesystem::path& file) {
  NamedTensors tensors = read_safetensors(file).tensors;
  add_missing_counters(tensors, network);
  const ClassifierWeights found = judge(tensors, *network.classifier);
  if (found == ClassifierWeights::fitting) {
    load_state(network, tensors, file.string());
  } else {
    std::erase_if(tensors,
                  [](const auto& item) { return item.first == "fc.weight" || item.first == "fc.bias"; });
    load_state(*network.backbone, tensors, file.string());
  }
  return found;
}

}  // namespace ltr::model
