// SPDX-License-Identifier: Apache-2.0
// The packs of a run, opened and checked against the configuration before anything starts.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "config/configuration.hpp"
#include "data/pack.hpp"

namespace ltr::grid {

/// The three packs of a run. Where no validation pack is configured, `validation` is the test pack.
struct Inputs {
  std::shared_ptr<const data::Pack> training;
  std::shared_ptr<const data::Pack> validation;
  std::shared_ptr<const data::Pack> test;
  bool test_serves_as_validation = false;

  /// List and content hashes, "train.list", "train.content", "test.list", ...; list hashes of synthetic sets
  /// are "".
  [[nodiscard]] std::map<std::string, std::string> hashes() const;
};

/// Throws: ConfigError or DataError if a pack is missing or damaged, the packs disagree in classes, a class
/// has no training image, or the training set is smaller than one global batch.
[[nodiscard]] Inputs open_inputs(const config::Configuration& configuration);

}  // namespace ltr::grid
