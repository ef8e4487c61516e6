// SPDX-License-Identifier: Apache-2.0
// Whether what an earlier start has left is of the same run.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "config/configuration.hpp"
#include "record/record.hpp"

namespace ltr::grid {

/// `there_text` is the configuration that `place` was begun with. Throws: ConfigError naming the differing
/// keys that change results.
void check_same_configuration(const config::Configuration& here, const std::string& there_text,
                              const std::filesystem::path& place);

/// A line a name, for check_same_data.
[[nodiscard]] std::string hash_lines(const std::map<std::string, std::string>& hashes);
/// Throws: ConfigError naming the packs or the weights file that differ.
void check_same_data(const std::string& here, const std::string& there, const std::filesystem::path& place);

/// "processors" or "GPUs": parallel.device = "auto" may mean another device at another start.
/// Throws: ConfigError if they differ.
void check_same_device(const std::string& here, const std::string& there, const std::filesystem::path& place);

/// The record of an earlier run of the same configuration, complete or not; nothing if there is none.
/// Throws: ConfigError naming the differing keys if the output holds something else.
[[nodiscard]] std::optional<record::RunRecord> find_run(const config::Configuration& configuration);

/// find_run's, if it is complete.
/// Throws: ConfigError naming the differing keys or packs if the output holds something else.
[[nodiscard]] std::optional<record::RunRecord> find_complete_run(
    const config::Configuration& configuration, const std::map<std::string, std::string>& data_hashes);

}  // namespace ltr::grid
