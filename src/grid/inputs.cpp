// SPDX-License-Identifier: Apache-2.0
#include "grid/inputs.hpp"

#include <filesystem>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::grid {
namespace {

std::shared_ptr<const data::Pack> open_pack(const config::Data& data, const std::string& name,
                                            std::string_view key) {
  const std::filesystem::path path = std::filesystem::path(data.root) / name;
  if (!std::filesystem::exists(path)) {
    throw base::ConfigError(
        base::format("data.{}: {} does not exist; training reads its images from packs; make one with "
                     "ltr_data pack or ltr_data "
                     "synthesise, or correct data.root",
                     key, path.string()));
  }
  return std::make_shared<const data::Pack>(path);
}

void check_classes(const data::Pack& training, const data::Pack& other, std::string_view key) {
  if (other.images() == 0) {
    throw base::DataError(
        base::format("data.{}: {} holds no image; accuracy cannot be measured on it; pack a list "
                     "with images",
                     key, other.path().string()));
  }
  if (other.classes() != training.classes()) {
    throw base::DataError(base::format(
        "data.{}: {} has {} classes, {} has {}; labels would not mean the same; pack it with --like {}", key,
        other.path().string(), other.classes(), training.path().string(), training.classes(),
        training.path().filename().string()));
  }
  for (std::size_t k = 0; k < training.class_names().size(); ++k) {
    if (training.class_names()[k] != other.class_names()[k]) {
      throw base::DataError(
          base::format("data.{}: class {} is '{}' in {} but '{}' in {}; labels would not mean the same; pack "
                       "both from lists with "
                       "the same labels",
                       key, k, other.class_names()[k], other.path().string(), training.class_names()[k],
                       training.path().string()));
    }
  }
}

void check_training(const data::Pack& training, const config::Configuration& configuration) {
  for (std::size_t k = 0; k < training.class_counts().size(); ++k) {
    if (training.class_counts()[k] == 0) {
      throw base::DataError(
          base::format("{}: class {} ('{}') has no training image; it can never be drawn; leave the "
                       "class out of the list or give it images",
                       training.path().string(), k, training.class_names()[k]));
    }
  }
  if (training.images() < configuration.stage_1.global_batch) {
    throw base::ConfigError(base::format(
        "stage_1.global_batch = {} is larger than the training set of {} images in {}; an epoch would have "
        "no step; "
        "choose at most {}",
        configuration.stage_1.global_batch, training.images(), training.path().string(), training.images()));
  }
}

}  // namespace

std::map<std::string, std::string> Inputs::hashes() const {
  std::map<std::string, std::string> all;
  const auto add = [&all](const std::string& name, const data::Pack& pack) {
    all[name + ".list"] = pack.list_hash();
    all[name + ".content"] = pack.content_hash();
  };
  add("train", *training);
  if (!test_serves_as_validation) add("validation", *validation);
  add("test", *test);
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
  check_classes(*inputs.training, *inputs.test, "test");
  if (!inputs.test_serves_as_validation) check_classes(*inputs.training, *inputs.validation, "validation");
  return inputs;
}

}  // namespace ltr::grid
