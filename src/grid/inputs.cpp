// SPDX-License-Identifier: Apache-2.0
#include "grid/inputs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "config/plan.hpp"
#include "data/decoded_images.hpp"
#include "data/stage.hpp"
#include "model/starting_weights.hpp"

namespace ltr::grid {
namespace {

std::shared_ptr<const data::Pack> open_pack(const config::Data& data, const config::PackNames& packs,
                                            std::string_view key) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : packs.names) {
    const std::filesystem::path& path = paths.emplace_back(std::filesystem::path(data.root) / name);
    if (std::filesystem::exists(path)) continue;
    throw base::ConfigError(
        base::format("data.{}: {} does not exist; training reads its images from packs; make one with "
                     "ltr_data pack or ltr_data synthesise, or correct data.root",
                     key, path.string()));
  }
  return std::make_shared<const data::Pack>(paths);
}

void check_classes(const data::Pack& training, const data::Pack& other, std::string_view key) {
  if (other.images() == 0) {
    throw base::DataError(
        base::format("data.{}: {} holds no image; accuracy cannot be measured on it; pack a list "
                     "with images",
                     key, other.location()));
  }
  if (other.classes() != training.classes()) {
    throw base::DataError(
        base::format("data.{}: {} has {} classes, {} has {}; labels would not mean the same; pack it with "
                     "--like {}",
                     key, other.location(), other.classes(), training.location(), training.classes(),
                     training.files().front().path.filename().string()));
  }
  for (std::size_t k = 0; k < training.class_names().size(); ++k) {
    if (training.class_names()[k] != other.class_names()[k]) {
      throw base::DataError(base::format(
          "data.{}: class {} is '{}' in {} but '{}' in {}; labels would not mean the same; pack "
          "both from lists with "
          "the same labels",
          key, k, other.class_names()[k], other.location(), training.class_names()[k], training.location()));
    }
  }
}

/// A file of the same content as one of the other pack's; "" if there is none.
std::string shared_file(const data::Pack& one, const data::Pack& other) {
  for (const data::PackIdentity& file : one.files()) {
    for (const data::PackIdentity& same : other.files()) {
      if (file.content_hash != same.content_hash) continue;
      return file.path == same.path
                 ? file.path.string()
                 : base::format("{}, the same as {},", file.path.string(), same.path.string());
    }
  }
  return "";
}

void check_unseen(const data::Pack& training, const data::Pack& other, std::string_view key) {
  const std::string shared = shared_file(training, other);
  if (shared.empty()) return;
  throw base::DataError(
      base::format("data.train and data.{}: {} is in both; accuracy on images that were trained on measures "
                   "memory; name a pack of other images",
                   key, shared));
}

void check_training(const data::Pack& training, const config::Configuration& configuration) {
  for (std::size_t k = 0; k < training.class_counts().size(); ++k) {
    if (training.class_counts()[k] == 0) {
      throw base::DataError(
          base::format("{}: class {} ('{}') has no training image; it can never be drawn; leave the "
                       "class out of the list or give it images",
                       training.location(), k, training.class_names()[k]));
    }
  }
  if (training.images() < configuration.stage_1.global_batch) {
    throw base::ConfigError(base::format(
        "stage_1.global_batch = {} is larger than the training set of {} images in {}; an epoch would have "
        "no step; "
        "choose at most {}",
        configuration.stage_1.global_batch, training.images(), training.location(), training.images()));
  }
}

/// Kept images may take half of the machine's memory, so that the network has the rest.
void check_cache(const data::Pack& training, const config::Configuration& configuration) {
  if (configuration.loader.cache == config::LoaderCache::none) return;
  const std::int64_t memory = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const std::int64_t needed = data::decoded_bytes(training);
  if (needed <= memory / 2) return;
  throw base::ConfigError(
      base::format("loader.cache = \"decoded\": the images of {} take {} MiB decoded, on every rank, and "
                   "this machine has {} "
                   "MiB; training would run out of memory; leave the key out",
                   training.location(), needed >> 20, memory >> 20));
}

std::string file_sha256(const std::filesystem::path& path) {
  constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(kPieceBytes);
  base::Sha256 hash;
  do {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.add(std::as_bytes(std::span(piece).first(static_cast<std::size_t>(file.gcount()))));
  } while (file);
  if (file.bad()) {
    throw base::SystemError(base::format(
        "{}: reading stopped half-way; the weights are not known; check the file system", path.string()));
  }
  return hash.hex();
}

/// Stage 1 taken from a file brings its classifier along, or nobody may ask for it.
void check_classifier_is_not_needed(const config::Configuration& configuration) {
  for (const config::LearningKind learning : configuration.grid.learning) {
    if (!config::method_of(learning).takes_classifier(configuration.stage_2)) continue;
    throw base::ConfigError(
        base::format("stage_1.weights: {} has no classifier (fc.weight, fc.bias) for these classes, on which "
                     "{} stands; it "
                     "would be measured with random weights; leave {} out of grid.learning, or train on from "
                     "the file with "
                     "model.pretrained",
                     configuration.stage_1.weights, config::name_of(learning), config::name_of(learning)));
  }
}

/// Tries the weights file on the network that stage 1 will give it to.
void check_weights(const config::Configuration& configuration, Inputs& inputs) {
  const std::string& file = configuration.starting_weights();
  if (file.empty()) return;
  const bool trained_on = configuration.stage_1.weights.empty();
  inputs.weights_key = trained_on ? "model.pretrained" : "stage_1.weights";
  model::Network network(configuration.model.backbone, inputs.training->classes());
  model::StartingWeights taken;
  try {
    taken = model::load_starting_weights(network, file);
  } catch (const base::DataError& error) {
    throw base::DataError(base::format("{}: {}", inputs.weights_key, error.what()));
  }
  inputs.weights_hash = file_sha256(file);
  if (!taken.classifier_taken && !trained_on) check_classifier_is_not_needed(configuration);
  for (const std::string& notice : taken.notices) {
    inputs.notices.push_back(base::format("{}: {}: {}", inputs.weights_key, file, notice));
  }
}

/// Whether some node of the plan trains BatchNorm on the statistics of micro-batches.
bool batch_norm_learns(const config::Configuration& configuration) {
  return configuration.stage_1.weights.empty() ||
         std::ranges::any_of(configuration.grid.learning, [&](config::LearningKind learning) {
           const config::NodeKind kind = config::method_of(learning).node;
           return kind == config::NodeKind::finetune ||
                  (kind == config::NodeKind::stage_2 && configuration.fidelity.frozen_statistics_move);
         });
}

/// One image of one pixel in the last layers: its distance to the mean is 0, its variance is of nothing.
void check_micro_batch(const config::Configuration& configuration) {
  const config::Stage1& stage_1 = configuration.stage_1;
  if (stage_1.global_batch > stage_1.micro_batches || !batch_norm_learns(configuration)) return;
  const std::shared_ptr<model::Backbone> backbone = model::make_backbone(configuration.model.backbone);
  const int size = configuration.input.size;
  if (backbone->last_side(size) > 1) return;
  int enough = size;
  while (backbone->last_side(enough) == 1) ++enough;
  throw base::ConfigError(
      base::format("stage_1.micro_batches = {} with stage_1.global_batch = {} and input.size = {}: a "
                   "micro-batch is one image, of which "
                   "the last layers of {} see one pixel; BatchNorm needs more than one value a channel to "
                   "train; give fewer "
                   "micro_batches, a larger global_batch, or an input.size of {} at least",
                   stage_1.micro_batches, stage_1.global_batch, size,
                   config::name_of(configuration.model.backbone), enough));
}

}  // namespace

std::map<std::string, std::string> Inputs::names() const {
  std::map<std::string, std::string> all{{"train", training->name()}, {"test", test->name()}};
  if (!test_serves_as_validation) all["validation"] = validation->name();
  return all;
}

std::map<std::string, std::int64_t> Inputs::numbers(std::int64_t (data::Pack::*number)() const) const {
  std::map<std::string, std::int64_t> all{{"train", (*training.*number)()}, {"test", (*test.*number)()}};
  if (!test_serves_as_validation) all["validation"] = (*validation.*number)();
  return all;
}

std::map<std::string, std::string> Inputs::hashes() const {
  std::map<std::string, std::string> all;
  const auto add = [&all](const std::string& name, const data::Pack& pack) {
    all[name + ".list"] = pack.list_hash();
    all[name + ".content"] = pack.content_hash();
  };
  add("train", *training);
  if (!test_serves_as_validation) add("validation", *validation);
  add("test", *test);
  if (!weights_key.empty()) all[weights_key] = weights_hash;
  return all;
}

Inputs open_inputs(const config::Configuration& configuration) {
  const config::Data& data = configuration.data;
  Inputs inputs;
  inputs.training = open_pack(data, data.train, "train");
  inputs.test = open_pack(data, data.test, "test");
  inputs.test_serves_as_validation = data.validation.empty();
  inputs.validation =
      inputs.test_serves_as_validation ? inputs.test : open_pack(data, data.validation, "validation");
  check_training(*inputs.training, configuration);
  check_cache(*inputs.training, configuration);
  check_classes(*inputs.training, *inputs.test, "test");
  check_unseen(*inputs.training, *inputs.test, "test");
  if (!inputs.test_serves_as_validation) {
    check_classes(*inputs.training, *inputs.validation, "validation");
    check_unseen(*inputs.training, *inputs.validation, "validation");
    if (const std::string shared = shared_file(*inputs.validation, *inputs.test); !shared.empty()) {
      inputs.notices.push_back(base::format(
          "data.validation and data.test: {} is in both; what is chosen on the one is then measured on it, "
          "as if "
          "data.validation were left out",
          shared));
    }
  }
  check_micro_batch(configuration);
  check_weights(configuration, inputs);
  return inputs;
}

void Inputs::copy_to(const std::filesystem::path& folder, const std::function<bool()>& stop_requested,
                     base::Log& log) const {
  data::stage(*training, folder, stop_requested, log);
  if (!test_serves_as_validation) data::stage(*validation, folder, stop_requested, log);
  data::stage(*test, folder, stop_requested, log);
}

void Inputs::use_copies_in(const std::filesystem::path& folder) {
  const auto reopen = [&folder](std::shared_ptr<const data::Pack>& pack) {
    pack = std::make_shared<const data::Pack>(data::staged_paths(*pack, folder));
  };
  reopen(training);
  reopen(test);
  if (test_serves_as_validation) {
    validation = test;
  } else {
    reopen(validation);
  }
}

}  // namespace ltr::grid
