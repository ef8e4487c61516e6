// SPDX-License-Identifier: Apache-2.0
// A small synthetic set that all ranks share.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "data/loader.hpp"
#include "data/pack.hpp"
#include "data/synthesise.hpp"
#include "shared_folder.hpp"
#include "train/tiny_network.hpp"

namespace ltr::test {

/// A training pack of 84 images in 4 classes, and a validation pack of 140: two evaluation batches and a
/// part.
struct TinyPacks {
  explicit TinyPacks(const SharedFolder& folder) {
    if (world().rank() == 0) {
      base::Log log(base::Log::Voice::silent);
      data::SyntheticOptions options;
      options.train_counts = {40, 24, 14, 6};
      options.validation_per_class = 35;
      options.test_per_class = 1;
      options.size = kImageSize;
      options.threads = 1;
      data::synthesise(folder.path(), options, log);
    }
    world().barrier();
    train = std::make_unique<data::Pack>(folder / "train.h5");
    validation = std::make_unique<data::Pack>(folder / "validation.h5");
  }
  std::unique_ptr<data::Pack> train;
  std::unique_ptr<data::Pack> validation;
};

inline data::LoaderOptions loader_options() {
  config::Input input;
  input.size = kImageSize;
  input.train_crop = config::TrainCrop::pad_and_crop;
  input.padding = 2;
  input.evaluation_resize = kImageSize;
  return {.transform = data::transform_options(input), .threads = 1, .queue_batches = 2};
}

/// Packs for the tests of one suite.
class WithPacks : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = std::make_unique<SharedFolder>();
    packs = std::make_unique<TinyPacks>(*folder);
  }
  static void TearDownTestSuite() {
    packs.reset();
    folder.reset();
  }
  inline static std::unique_ptr<SharedFolder> folder;
  inline static std::unique_ptr<TinyPacks> packs;
};

}  // namespace ltr::test
