// SPDX-License-Identifier: Apache-2.0
// What a run notes of itself in its folder, for the starts that go on with it.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"

namespace ltr::grid {

/// Short texts by name, each in two sealed copies, so that damage to one costs nothing. Used by who holds the
/// lease.
class Notes {
 public:
  Notes(std::filesystem::path folder, base::Log& log) : folder_(std::move(folder)), log_(log) {}

  /// Nothing if there is none; one that is damaged in one copy is mended, and that is said.
  /// Throws: DataError if it is damaged in both.
  [[nodiscard]] std::optional<std::string> read(std::string_view name) const;
  /// In place of what stood there. Throws: SystemError as store::write_sealed.
  void write(std::string_view name, const std::string& text);
  /// Unless something stands there. Throws: as read and write.
  void write_once(std::string_view name, const std::string& text);
  /// Removes those that this object has written first.
  void take_back() const;
  void remove(std::string_view name) const;

 private:
  [[nodiscard]] std::array<std::filesystem::path, 2> copies_of(std::string_view name) const;

  std::filesystem::path folder_;
  base::Log& log_;
  std::vector<std::string> new_;
};

}  // namespace ltr::grid
