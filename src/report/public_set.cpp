// SPDX-License-Identifier: Apache-2.0
#include "report/public_set.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "base/format.hpp"
#include "data/known_lists.hpp"

namespace ltr::report {
namespace {
constexpr std::array<std::string_view, 5> kINaturalist{
    "input.color_jitter=[0.0, 0.0, 0.0]", "input.mean=[0.466, 0.471, 0.380]",
    "input.std=[0.195, 0.194, 0.192]", "stage_1.weight_decay=1e-4", "stage_2.crt.epochs=30"};
constexpr std::array<std::string_view, 6> kPlaces{
    "stage_1.global_batch=256",   "stage_1.learning_rate=0.1",          "stage_1.backbone_rate_factor=0.1",
    "stage_1.trained=last_block", "model.pretrained=given.safetensors", "stage_2.learning_rate=0.1"};
constexpr std::string_view kCifar =
    "the split of CIFAR-LT is drawn by each author and published as no list, and CIFAR as JPEG has other "
    "pixels";

PublicSet cifar(std::string_view name, std::string_view title, std::int64_t classes, std::int64_t images) {
  PublicSet set;
  set.name = name;
  set.title = title;
  set.classes = classes;
  set.training_images = images;
  set.never_comparable = kCifar;
  return set;
}

const std::vector<PublicSet>& all_sets() {
  static const std::vector<PublicSet> sets{
      {.name = "imagenet_lt",
       .title = "ImageNet-LT",
       .classes = 1000,
       .training_images = 115'846,
       .train_list = "ImageNet_LT_train.txt",
       .validation_list = "ImageNet_LT_val.txt",
       .test_list = "ImageNet_LT_test.txt",
       .recipe = {},
       .from_pretrained = false,
       .never_comparable = ""},
      {.name = "inaturalist18",
       .title = "iNaturalist 2018",
       .classes = 8142,
       .training_images = 437'513,
       .train_list = "iNaturalist18_train.txt",
       .validation_list = "iNaturalist18_val.txt",
       .test_list = "iNaturalist18_val.txt",
       .recipe = kINaturalist,
       .from_pretrained = false,
       .never_comparable = ""},
      {.name = "places_lt",
       .title = "Places-LT",
       .classes = 365,
       .training_images = 62'500,
       .train_list = "Places_LT_train.txt",
       .validation_list = "Places_LT_val.txt",
       .test_list = "",
       .recipe = kPlaces,
       .from_pretrained = true,
       .never_comparable = ""},
      cifar("cifar10_lt_if10", "CIFAR-10-LT, imbalance 10", 10, 20'431),
      cifar("cifar10_lt_if50", "CIFAR-10-LT, imbalance 50", 10, 13'996),
      cifar("cifar10_lt_if100", "CIFAR-10-LT, imbalance 100", 10, 12'406),
      cifar("cifar100_lt_if50", "CIFAR-100-LT, imbalance 50", 100, 12'608),
      cifar("cifar100_lt_if100", "CIFAR-100-LT, imbalance 100", 100, 10'847),
  };
  return sets;
}
}  // namespace

std::span<const PublicSet> public_sets() { return all_sets(); }

const PublicSet* public_set_of(const record::RunRecord& run) {
  const auto& sets = all_sets();
  const auto hash = run.data_hashes.find("train.list");
  const auto by_list = std::ranges::find_if(sets, [&](const PublicSet& set) {
    return hash != run.data_hashes.end() && is_list(hash->second, set.train_list);
  });
  if (by_list != sets.end()) return &*by_list;
  const std::int64_t images =
      std::accumulate(run.class_counts.begin(), run.class_counts.end(), std::int64_t{0});
  const auto by_size = std::ranges::find_if(sets, [&](const PublicSet& set) {
    return set.classes == std::ssize(run.class_counts) && set.training_images == images;
  });
  return by_size == sets.end() ? nullptr : &*by_size;
}

std::vector<std::string> holes_of(const record::RunRecord& run) {
  const auto number_in = [](const std::map<std::string, std::int64_t>& numbers, std::string_view pack) {
    const auto at = numbers.find(std::string(pack));
    return at == numbers.end() ? 0 : at->second;
  };
  std::vector<std::string> sentences;
  for (const std::string_view pack : {"train", "validation", "test"}) {
    std::vector<std::string> words;
    const auto add = [&words](std::int64_t images, std::string_view pattern) {
      if (images != 0) words.push_back(base::format(pattern, base::with_thousands(images)));
    };
    const std::int64_t dropped = number_in(run.data_dropped, pack);
    const std::int64_t lenient = number_in(run.data_lenient, pack);
    add(dropped, dropped == 1 ? "{} image dropped" : "{} images dropped");
    add(lenient, "{} taken although damaged");
    if (!words.empty()) sentences.push_back(base::format("{} list: {}", pack, base::join(words, ", ")));
  }
  return sentences;
}

bool is_list(std::string_view hash, std::string_view file) {
  const data::KnownList* known = data::known_list(hash);
  return known != nullptr && known->file == file;
}

}  // namespace ltr::report
