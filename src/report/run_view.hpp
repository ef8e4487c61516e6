// SPDX-License-Identifier: Apache-2.0
// A record with what the tables need to know of it, worked out once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "config/keys.hpp"
#include "metric/shots.hpp"
#include "record/record.hpp"
#include "report/public_set.hpp"

namespace ltr::report {

/// Refers to the record.
struct RunView {
  const record::RunRecord* run = nullptr;
  std::string name;  ///< for messages: "2 (results/run.h5)", or the number alone
  config::Configuration configuration;
  std::vector<config::KeyText> keys;       ///< every key with its printable value, in the order of the file
  std::vector<metric::Shot> shots;         ///< [K]
  std::vector<std::size_t> classes_order;  ///< [K] by falling training images
  const PublicSet* public_set = nullptr;
  std::string dataset;  ///< the public set's name, or the training pack's

  /// The value of a key in TOML's notation; "" if there is no such key.
  [[nodiscard]] std::string value_of(std::string_view key) const;
};

/// `files` name the records, one each, or are empty.
[[nodiscard]] std::vector<RunView> views_of(const std::vector<record::RunRecord>& runs,
                                            std::span<const std::string> files = {});

}  // namespace ltr::report
