// SPDX-License-Identifier: Apache-2.0
#include "model/starting_weights.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string_view>
#include <unordered_set>

#include "base/error.hpp"
#include "base/format.hpp"
#include "model/safetensors.hpp"
#include "model/state.hpp"

namespace ltr::model {
namespace {

constexpr std::string_view kCounter = "num_batches_tracked";
/// A hundred times the largest backbone; more would fill the memory before it is seen to be something else.
constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{32} << 30;

bool is_counter(std::string_view name) { return name.ends_with(kCounter); }

std::vector<std::string> names_in(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

const torch::Tensor* find(const NamedTensors& tensors, std::string_view name) {
  const auto found = std::ranges::find(tensors, name, &NamedTensors::value_type::first);
  return found == tensors.end() ? nullptr : &found->second;
}

/// The names that no file may lack.
std::vector<std::string> needed_names(const Backbone& backbone) {
  std::vector<std::string> names = names_in(state(backbone));
  std::erase_if(names, is_counter);
  return names;
}

/// What stands before torchvision's names in the file: of the prefixes below which the whole backbone is, the
/// empty one if it is among them, else the only one; if none is, the one with most of it. Throws: DataError
/// if there are several, or none with any of it.
std::string prefix_of(const NamedTensors& tensors, const std::vector<std::string>& needed,
                      std::string_view source) {
  const std::vector<std::string> given = names_in(tensors);
  const std::unordered_set<std::string_view> names(given.begin(), given.end());
  std::set<std::string> whole;
  std::string best;
  std::size_t most = 0;
  for (const std::string_view name : given) {
    if (!name.ends_with(needed.front())) continue;
    const std::string prefix(name.substr(0, name.size() - needed.front().size()));
    if (!prefix.empty() && !prefix.ends_with('.')) continue;
    const auto here = static_cast<std::size_t>(std::ranges::count_if(
        needed, [&](const std::string& part) { return names.contains(prefix + part); }));
    if (here == needed.size()) whole.insert(prefix);
    if (here > most) {
      most = here;
      best = prefix;
    }
  }
  if (whole.contains("")) return "";
  if (whole.size() > 1) {
    throw base::DataError(
        base::format("{}: it holds this backbone several times, with names that begin with {}; which one "
                     "is meant cannot be known; write a file with one of them",
                     source, some_of({whole.begin(), whole.end()})));
  }
  if (most > 0) return best;
  throw base::DataError(
      base::format("{}: its tensors are called {}, and those of this backbone {}; which is which cannot be "
                   "known; choose weights made for this backbone, with torchvision's names",
                   source, given.empty() ? "nothing, for there are none" : some_of(given), some_of(needed)));
}

/// "layer" of "layer4.0.conv1.weight": the kind of part that a tensor belongs to.
std::string_view kind_of(std::string_view name) {
  const auto end = std::ranges::find_if(name, [](unsigned char c) { return std::isalpha(c) == 0; });
  return {name.begin(), end};
}

/// Moves what lies below `prefix` to its plain name and drops what is no part of such a network, naming both.
/// More of the same kinds of parts is another network's, and stays for load_state to refuse.
void keep_the_networks(NamedTensors& tensors, const std::string& prefix, const Network& network,
                       std::vector<std::string>& notices) {
  std::set<std::string, std::less<>> places{"fc.weight", "fc.bias"};
  std::set<std::string_view> kinds;
  const std::vector<std::string> own = names_in(state(*network.backbone));
  for (const std::string& name : own) {
    places.insert(name);
    kinds.insert(kind_of(name));
  }
  NamedTensors kept;
  std::vector<std::string> dropped;
  for (auto& [name, tensor] : tensors) {
    const bool below = name.starts_with(prefix);
    const std::string_view plain = std::string_view(name).substr(below ? prefix.size() : 0);
    if (below && (places.contains(plain) || kinds.contains(kind_of(plain)))) {
      kept.emplace_back(plain, std::move(tensor));
    } else {
      dropped.push_back(name);
    }
  }
  tensors = std::move(kept);
  if (!prefix.empty()) {
    notices.push_back(base::format("its names begin with {}, as in {}{}; they are taken without it", prefix,
                                   prefix, own.front()));
  }
  if (!dropped.empty()) {
    notices.push_back(base::format("it holds tensors that are no part of the network, and are left out: {}",
                                   some_of(dropped)));
  }
}

void add_missing_counters(NamedTensors& tensors, const Network& network) {
  for (const auto& [name, tensor] : buffers(network)) {
    if (is_counter(name) && find(tensors, name) == nullptr)
      tensors.emplace_back(name, torch::zeros_like(tensor));
  }
}

/// Throws: DataError if training or evaluation would make NaN of everything.
void check_values(const std::string& name, const torch::Tensor& given, const torch::Tensor& as_float,
                  std::string_view source) {
  const auto complain = [&](std::string_view what) {
    throw base::DataError(
        base::format("{}: tensor {} {}; everything computed from it would be of no use; take another of the "
                     "training's files",
                     source, name, what));
  };
  if (!torch::isfinite(given).all().item<bool>()) complain("holds NaN or infinite values");
  if (!torch::isfinite(as_float).all().item<bool>()) complain("holds values beyond the range of float32");
  if (name.ends_with("running_var") && as_float.numel() > 0 && as_float.min().item<float>() < 0) {
    complain("holds variances below 0");
  }
}

/// Converts what the network has as float32, and counters, to the network's types.
void convert(NamedTensors& tensors, const Network& network, std::string_view source,
             std::vector<std::string>& notices) {
  std::map<std::string, torch::ScalarType> types;
  for (const auto& [name, own] : state(network)) types.emplace(name, own.scalar_type());
  std::set<std::string> converted;
  for (auto& [name, tensor] : tensors) {
    const auto type = types.find(name);
    if (type == types.end()) continue;
    if (type->second == torch::kFloat32 && tensor.is_floating_point()) {
      const torch::Tensor as_float = tensor.to(torch::kFloat32);
      check_values(name, tensor, as_float, source);
      if (tensor.scalar_type() != torch::kFloat32) converted.insert(torch::toString(tensor.scalar_type()));
      tensor = as_float;
    } else if (is_counter(name) && tensor.numel() == 1 && c10::isIntegralType(tensor.scalar_type(), false)) {
      tensor = tensor.to(torch::kInt64).reshape({});
    }
  }
  if (converted.empty()) return;
  notices.push_back(
      base::format("its values are of the type {}, and are converted to float32",
                   base::join(std::vector<std::string>(converted.begin(), converted.end()), ", ")));
}

/// Throws: DataError if running means or variances are missing, as in a file of parameters alone.
void check_statistics(const NamedTensors& tensors, const std::vector<std::string>& needed,
                      std::string_view source) {
  std::vector<std::string> missing;
  for (const std::string& name : needed) {
    if (find(tensors, name) == nullptr) missing.push_back(name);
  }
  const auto is_statistic = [](const std::string& name) { return name.find(".running_") != name.npos; };
  if (missing.empty() || !std::ranges::all_of(missing, is_statistic)) return;
  throw base::DataError(
      base::format("{}: BatchNorm's running statistics are missing: {}; without them features would be "
                   "normalised by nothing; save the network's state_dict(), which has them, not its "
                   "parameters alone",
                   source, some_of(missing)));
}

/// Why the file's classifier is not the network's, or "" if it is.
std::string classifier_misfit(const NamedTensors& tensors, const Classifier& classifier) {
  const torch::Tensor* weight = find(tensors, "fc.weight");
  const torch::Tensor* bias = find(tensors, "fc.bias");
  if (weight == nullptr)
    return bias == nullptr ? "has no classifier" : "has a classifier's fc.bias and no fc.weight";
  if (bias == nullptr)
    return base::format("has a classifier without bias, fc.weight of {}", shape_text(*weight));
  if (weight->sizes() == classifier.fc->weight.sizes() && bias->sizes() == classifier.fc->bias.sizes())
    return "";
  return base::format("has a classifier of another size, fc.weight of {} and fc.bias of {}",
                      shape_text(*weight), shape_text(*bias));
}

bool convolves_with_zeros(const Backbone& backbone) {
  return std::ranges::all_of(backbone.parameters(), [](const torch::Tensor& parameter) {
    return parameter.dim() != 4 || parameter.detach().count_nonzero().item<std::int64_t>() == 0;
  });
}

}  // namespace

StartingWeights load_starting_weights(Network& network, const std::filesystem::path& file) {
  const std::string source = file.string();
  std::error_code unknown;
  const std::uintmax_t bytes = std::filesystem::file_size(file, unknown);
  if (!unknown && bytes > kMostFileBytes) {
    throw base::DataError(
        base::format("{}: it has {}, a hundred times what a backbone takes; it would fill the memory; "
                     "give a file of the network's weights alone",
                     source, base::byte_size(bytes)));
  }
  StartingWeights taken;
  NamedTensors tensors = read_safetensors(file).tensors;
  const std::vector<std::string> needed = needed_names(*network.backbone);
  keep_the_networks(tensors, prefix_of(tensors, needed, source), network, taken.notices);
  add_missing_counters(tensors, network);
  check_statistics(tensors, needed, source);
  convert(tensors, network, source, taken.notices);
  const std::string misfit = classifier_misfit(tensors, *network.classifier);
  taken.classifier_taken = misfit.empty();
  if (taken.classifier_taken) {
    load_state(network, tensors, source);
  } else {
    std::erase_if(tensors,
                  [](const auto& item) { return item.first == "fc.weight" || item.first == "fc.bias"; });
    load_state(*network.backbone, tensors, source);
    taken.notices.push_back(
        base::format("it {}; the classifier is made anew for {} classes, with the authors' initialisation",
                     misfit, network.classifier->fc->weight.size(0)));
  }
  if (convolves_with_zeros(*network.backbone)) {
    taken.notices.emplace_back(
        "WARNING: all its convolutions are zero, so that every image gets the same features");
  }
  return taken;
}

}  // namespace ltr::model
