// SPDX-License-Identifier: Apache-2.0
#include "config/public_sets.hpp"

#include <algorithm>
#include <array>

namespace ltr::config {
namespace {
constexpr std::array<PublicList, 7> kLists{{
    {"ImageNet-LT train", "ImageNet_LT_train.txt", "a063f095fcd475db4cf8b0658c4b73955535bbf9", 115846, 1000},
    {"ImageNet-LT validation", "ImageNet_LT_val.txt", "3ed3188b2f44829ce2dec1cc27040d8d40984088", 20000,
     1000},
    {"ImageNet-LT test", "ImageNet_LT_test.txt", "76a2fb9749d6cd29e765cc4f8c270f2504131e2f", 50000, 1000},
    {"iNaturalist 2018 train", "iNaturalist18_train.txt", "4accdb7584d2f0a5106c40a33ed6afa392189bcc", 437513,
     8142},
    {"iNaturalist 2018 validation", "iNaturalist18_val.txt", "4c23900857fd0f5adcd4cc0dffef345039eeb05f",
     24426, 8142},
    {"Places-LT train", "Places_LT_train.txt", "6392252f8ae867bc8a5e841cc1b29e5b8ef4b636", 62500, 365},
    {"Places-LT validation", "Places_LT_val.txt", "b93a2ca58ccb7f3b671c176f395a70bf52c95533", 7300, 365},
}};

constexpr std::array<std::string_view, 5> kINaturalist{
    "input.color_jitter=[0.0, 0.0, 0.0]", "input.mean=[0.466, 0.471, 0.380]",
    "input.std=[0.195, 0.194, 0.192]", "stage_1.weight_decay=1e-4", "stage_2.crt.epochs=30"};
constexpr std::array<std::string_view, 6> kPlaces{"stage_1.global_batch=256",
                                                  "stage_1.learning_rate=0.1",
                                                  "stage_1.backbone_learning_rate_scale=0.1",
                                                  "stage_1.trained=last_block",
                                                  "model.pretrained=given.safetensors",
                                                  "stage_2.learning_rate=0.1"};

constexpr const PublicList* list(std::string_view file) {
  return std::ranges::find(kLists, file, &PublicList::file);
}

/// A set whose training list is published.
constexpr PublicSet listed(std::string_view name, std::string_view title, std::string_view train) {
  PublicSet set{.name = name, .title = title, .train = list(train)};
  set.classes = set.train->classes;
  set.training_images = set.train->images;
  return set;
}

constexpr PublicSet cifar(std::string_view name, std::string_view title, std::int32_t classes,
                          std::int64_t images) {
  return {.name = name,
          .title = title,
          .classes = classes,
          .training_images = images,
          .never_comparable =
              "the split of CIFAR-LT is drawn by each author and published as no list, and "
              "CIFAR as JPEG has other pixels"};
}

constexpr PublicSet imagenet() {
  PublicSet set = listed("imagenet_lt", "ImageNet-LT", "ImageNet_LT_train.txt");
  set.validation = list("ImageNet_LT_val.txt");
  set.test = list("ImageNet_LT_test.txt");
  return set;
}

constexpr PublicSet inaturalist() {
  PublicSet set = listed("inaturalist18", "iNaturalist 2018", "iNaturalist18_train.txt");
  set.validation = set.test = list("iNaturalist18_val.txt");
  set.recipe = kINaturalist;
  return set;
}

constexpr PublicSet places() {
  PublicSet set = listed("places_lt", "Places-LT", "Places_LT_train.txt");
  set.validation = list("Places_LT_val.txt");
  set.recipe = kPlaces;
  set.from_pretrained = true;
  return set;
}

constexpr std::array<PublicSet, 8> kSets{{
    imagenet(),
    inaturalist(),
    places(),
    cifar("cifar10_lt_if10", "CIFAR-10-LT, imbalance 10", 10, 20'431),
    cifar("cifar10_lt_if50", "CIFAR-10-LT, imbalance 50", 10, 13'996),
    cifar("cifar10_lt_if100", "CIFAR-10-LT, imbalance 100", 10, 12'406),
    cifar("cifar100_lt_if50", "CIFAR-100-LT, imbalance 50", 100, 12'608),
    cifar("cifar100_lt_if100", "CIFAR-100-LT, imbalance 100", 100, 10'847),
}};
}  // namespace

std::span<const PublicList> public_lists() { return kLists; }
std::span<const PublicSet> public_sets() { return kSets; }

const PublicList* public_list(std::string_view hash) {
  const auto at = std::ranges::find(kLists, hash, &PublicList::hash);
  return at == kLists.end() ? nullptr : &*at;
}

}  // namespace ltr::config
