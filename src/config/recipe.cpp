// SPDX-License-Identifier: Apache-2.0
#include "config/recipe.hpp"

#include <cmath>
#include <string_view>

#include "base/format.hpp"

namespace ltr::config {
namespace {

constexpr double kBatch = 512;
constexpr double kLearningRate = 0.2;
constexpr int kImageSize = 224;
/// A rate that was rounded to two digits is no mistake.
constexpr double kTolerance = 0.05;

}  // namespace

double effective_learning_rate(const Configuration& configuration, double learning_rate) {
  if (!configuration.stage_1.scale_learning_rate) return learning_rate;
  return learning_rate * static_cast<double>(configuration.stage_1.global_batch) / kBatch;
}

std::vector<std::string> warnings(const Configuration& configuration) {
  std::vector<std::string> found = configuration.notes;
  if (configuration.input.size != kImageSize) return found;
  const auto compare = [&](std::string_view key, double learning_rate) {
    const double batch = static_cast<double>(configuration.stage_1.global_batch);
    const double recipes = kLearningRate * batch / kBatch;
    const double times = effective_learning_rate(configuration, learning_rate) / recipes;
    if (std::abs(times - 1) <= kTolerance) return;
    found.push_back(
        base::format("{} = {}{} is {:.3g} times the recipe's {} for {} images at a global batch of {}; "
                     "accuracy suffers where "
                     "the two do not go together; the rate for this batch is {:.4g}, and "
                     "stage_1.scale_learning_rate = true "
                     "makes it of the recipe's {}",
                     key, learning_rate, configuration.stage_1.scale_learning_rate ? " scaled" : "", times,
                     kLearningRate, kBatch, batch, recipes, kLearningRate));
  };
  compare("stage_1.learning_rate", configuration.stage_1.learning_rate);
  compare("stage_2.learning_rate", configuration.stage_2.learning_rate);
  return found;
}

}  // namespace ltr::config
