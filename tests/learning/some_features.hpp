// SPDX-License-Identifier: Apache-2.0
// Features to evaluate strategies on: labels of a small synthetic set, rows of the test's own.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <torch/torch.h>

#include "base/log.hpp"
#include "data/pack.hpp"
#include "data/synthesise.hpp"
#include "learning/strategies.hpp"
#include "own_folder.hpp"

namespace ltr::test {

/// Validation and test set of `kPerClass` images a class, whose features each test gives.
class WithFeatures : public OwnFolder {
 protected:
  static constexpr std::int64_t kPerClass = 3;
  inline static const std::vector<std::int64_t> kCounts{500, 100, 20, 5};
  static constexpr std::int64_t kClasses = 4;

  void SetUp() override {
    OwnFolder::SetUp();
    base::Log log(base::Log::Voice::silent);
    data::SyntheticOptions options;
    options.train_counts.assign(kClasses, 1);
    options.validation_per_class = kPerClass;
    options.test_per_class = kPerClass;
    options.size = 8;
    options.threads = 1;
    data::synthesise(folder(), options, log);
    pack_ = std::make_unique<data::Pack>(folder() / "test.h5");
  }

  /// Both sets have these rows, in the order of the pack: `kPerClass` of class 0 first.
  /// Shape: rows [K kPerClass, D].
  [[nodiscard]] learning::Features features(const torch::Tensor& rows) const {
    const train::EvaluationSet images(comm::Group::alone(), *pack_, {});
    const auto read = [rows](std::int64_t first, std::int64_t count) {
      return rows.slice(0, first, first + count);
    };
    return {images.with_inputs(read), images.with_inputs(read)};
  }

 private:
  std::unique_ptr<data::Pack> pack_;
};

}  // namespace ltr::test
