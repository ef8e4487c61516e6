// SPDX-License-Identifier: Apache-2.0
// The packs of a run, opened and checked against the configuration before anything starts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "config/configuration.hpp"
#include "data/pack.hpp"

namespace ltr::grid {

/// The three packs of a run. Where no validation pack is configured, `validation` is the test pack.
struct Inputs {
  std::shared_ptr<const data::Pack> training;
  std::shared_ptr<const data::Pack> validation;
  std::shared_ptr<const data::Pack> test;
  bool test_serves_as_validation = false;
  std::string weights_key;           ///< of the file that stage 1 begins with; "" if there is none
  std::string weights_hash;          ///< SHA-256 of that file
  std::vector<std::string> notices;  ///< what a person should know of packs and weights, a line each

  /// Of the packs: "train", "validation" if there is one, "test".
  [[nodiscard]] std::map<std::string, std::string> names() const;
  /// By the same names, a number of each pack: &data::Pack::dropped, ...
  [[nodiscard]] std::map<std::string, std::int64_t> numbers(std::int64_t (data::Pack::*number)() const) const;
  /// List and content hashes, "train.list", "train.content", "test.list", ...; list hashes of synthetic sets
  /// are "". The hash of a weights file stands under its key.
  [[nodiscard]] std::map<std::string, std::string> hashes() const;

  /// data.stage, done by one process a node; then all of them read the copies. Throws: see data::stage.
  void copy_to(const std::filesystem::path& folder, const std::function<bool()>& stop_requested,
               base::Log& log) const;
  void use_copies_in(const std::filesystem::path& folder);
};

/// Tries the weights file on the network, if there is one.
/// Throws: ConfigError or DataError if a pack is missing or damaged, the packs disagree in classes, one that
/// is trained on is also measured on, a class has no training image, or the training set is smaller than one
/// global batch; a micro-batch leaves BatchNorm a single value to normalise; if the weights file is damaged
/// or does not fit the backbone, or its classifier cannot serve a strategy that stands on it.
[[nodiscard]] Inputs open_inputs(const config::Configuration& configuration);

}  // namespace ltr::grid
