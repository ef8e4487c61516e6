// SPDX-License-Identifier: Apache-2.0
#include "grid/notes.hpp"

#include <span>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "store/seal.hpp"

namespace ltr::grid {
namespace {
void write_copies(std::span<const std::filesystem::path> copies, const std::string& text) {
  for (const std::filesystem::path& copy : copies) store::write_sealed(copy, std::as_bytes(std::span(text)));
}
}  // namespace

std::array<std::filesystem::path, 2> Notes::copies_of(std::string_view name) const {
  return {folder_ / name, folder_ / base::format("{}.copy", name)};
}

std::optional<std::string> Notes::read(std::string_view name) const {
  std::optional<std::string> text;
  std::string damage;
  const auto copies = copies_of(name);
  for (const std::filesystem::path& copy : copies) {
    if (!std::filesystem::exists(copy)) continue;
    try {
      std::string sound = store::read_sealed(copy);
      if (!text) text = std::move(sound);
    } catch (const base::DataError& error) {
      damage = error.what();
    }
  }
  if (damage.empty()) return text;
  if (!text) throw base::DataError(damage);
  log_.warning(base::format("{}; its copy is sound, and taken", damage));
  write_copies(copies, *text);
  return text;
}

void Notes::write(std::string_view name, const std::string& text) {
  if (!read(name)) new_.emplace_back(name);
  write_copies(copies_of(name), text);
}

void Notes::write_once(std::string_view name, const std::string& text) {
  if (!read(name)) write(name, text);
}

void Notes::take_back() const {
  for (const std::string& name : new_) remove(name);
}

void Notes::remove(std::string_view name) const {
  std::error_code ignored;  // one that stays is as good as its copy
  for (const std::filesystem::path& copy : copies_of(name)) std::filesystem::remove(copy, ignored);
}

}  // namespace ltr::grid
