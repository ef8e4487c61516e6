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

/// Keys whose values differ, as "stage_1.epochs: 90 here, 2 there"; those that name a place are left out.
[[nodiscard]] std::vector<std::string> differing_keys(const Configuration& here, const Configuration& there);

/// Whether another value gives other results: not so of keys that name a place, say when things happen, or
/// spread the work over ranks.
[[nodiscard]] bool changes_results(std::string_view key);

/// Every key that changes results, as "stage_1.epochs = 90"; of a path only whether it is given, for files
/// are known by their content.
[[nodiscard]] std::vector<std::string> settings(const Configuration& configuration);

/// The values of the tau grid, both ends included where `step` meets them.
[[nodiscard]] std::vector<double> tau_values(const Stage2::Tau& tau);

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
