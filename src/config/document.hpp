// SPDX-License-Identifier: Apache-2.0
// The values a file and its overrides give, by key, and where each one stands; only known keys get in.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

namespace ltr::config {

/// Layers of TOML, later ones over earlier ones, key by key.
class Document {
 public:
  /// `name` stands for the file in messages.
  /// Throws: ConfigError with file:line:column if `text` is not TOML or holds an unknown key.
  Document(std::string_view text, std::string_view name);

  /// Lays "table.key=value" over what is there.
  /// Throws: ConfigError naming the override if it has no such form or an unknown key.
  void override_with(const std::string& assignment);

  /// The value of `key`, or null if neither the file nor an override gives one.
  [[nodiscard]] const toml::node* find(std::string_view key) const;

  /// Whether any layer opens `table`.
  [[nodiscard]] bool has_table(const std::string& table) const { return tables_seen_.contains(table); }

  /// "file:line:column" of the value of `key`, else of `other`, or "--set ..." where an override gives it;
  /// the file alone if the defaults serve.
  [[nodiscard]] std::string place_of(std::string_view key, std::string_view other = {}) const;

 private:
  struct Given {
    const toml::node* node;
    std::string place;
  };

  void add_table(const std::string& path, const toml::table& table);
  void add(const std::string& path, const std::string& key_place, const toml::node& node);
  [[nodiscard]] std::string place(const toml::source_region& region) const;
  [[noreturn]] void unknown_key(const std::string& path, const std::string& place) const;

  std::string name_;
  std::string override_;  ///< the override being added, or ""
  std::vector<toml::table> layers_;
  std::map<std::string, Given, std::less<>> given_;
  std::set<std::string> tables_seen_;
  std::vector<std::string> known_keys_;
  std::set<std::string> known_tables_;
};

}  // namespace ltr::config
