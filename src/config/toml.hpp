// SPDX-License-Identifier: Apache-2.0
// Configurations from TOML and back.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"

namespace ltr::config {

/// Reads a file and applies `overrides`, each "table.key=value" with the value in TOML's notation
/// (a bare word is taken as a string). Checks everything that needs no file: ranges, combinations, the tau
/// grid. Throws: ConfigError with file:line:column and key; an unknown key comes with the nearest known one.
[[nodiscard]] Configuration read_configuration(const std::filesystem::path& file,
                                               std::span<const std::string> overrides = {});

/// The same from text; `name` stands for the file in messages.
[[nodiscard]] Configuration parse_configuration(std::string_view text, std::string_view name,
                                                std::span<const std::string> overrides = {});

/// Every key with its value, defaults filled in, tables in the order of design; reads back equal.
[[nodiscard]] std::string to_toml(const Configuration& configuration);

/// A key with two values.
struct KeyDifference {
  std::string_view key;
  std::string here;
  std::string there;
  /// "stage_1.epochs: 90 here, 2 there".
  [[nodiscard]] std::string text() const;
};

/// Keys whose values differ. Those that say where a run puts its files are left out, and of a path it counts
/// alone whether there is one: what files hold is compared where they are read.
[[nodiscard]] std::vector<KeyDifference> differing_keys(const Configuration& here,
                                                        const Configuration& there);

/// What results follow from: every key that changes them, as "stage_1.epochs = 90", but for keys that came
/// later and have their default; of a path only "given", or "" if there is none. A renamed key stands under
/// its first name, so that a configuration keeps its lines from version to version.
[[nodiscard]] std::vector<std::string> settings(const Configuration& configuration);

/// The values of a grid, both ends included where `step` meets them.
[[nodiscard]] std::vector<double> values_of(const ValueGrid& grid);

/// Throws: ConfigError if `ranks` cannot share the micro-batches (fixed_order: a power of two dividing V;
/// fastest: any divisor of V).
void check_ranks(const Configuration& configuration, int ranks);

/// Ranks that work on one node of the plan, by its kind.
struct GroupSizes {
  int stage_1 = 1;
  int stage_2 = 1;  ///< and feature passes
};
/// Of a start on `ranks` ranks, which check_ranks has allowed.
[[nodiscard]] GroupSizes group_sizes(const Configuration& configuration, int ranks);

}  // namespace ltr::config
