// SPDX-License-Identifier: Apache-2.0
#include "base/format.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string_view>

#include <fmt/args.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ltr::base {
namespace {
/// A number that is never shown as minus zero, whatever it is rounded to.
struct Number {
  double value = 0;
};
}  // namespace
}  // namespace ltr::base

template <>
struct fmt::formatter<ltr::base::Number> : fmt::formatter<double> {
  template <class Context>
  auto format(const ltr::base::Number& number, Context& context) const {
    double value = number.value;
    if (std::signbit(value) && std::isfinite(value)) {
      fmt::memory_buffer text;
      Context own(fmt::appender(text), context.args(), context.locale());
      fmt::formatter<double>::format(value, own);
      constexpr std::string_view kDigits = "123456789";
      if (std::ranges::find_first_of(text, kDigits) == text.end()) value = 0;
    }
    return fmt::formatter<double>::format(value, context);
  }
};

namespace ltr::base {

std::string format_values(std::string_view pattern, std::span<const FormatValue> values) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const FormatValue& value : values) {
    std::visit(
        [&store]<class Held>(const Held& held) {
          if constexpr (std::same_as<Held, double>) {
            store.push_back(Number{held});
          } else {
            store.push_back(held);
          }
        },
        value);
  }
  try {
    return fmt::vformat(pattern, store);
  } catch (const fmt::format_error& error) {
    throw std::logic_error("format pattern '" + std::string(pattern) + "': " + error.what());
  }
}

std::string with_thousands(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::ptrdiff_t first = value < 0 ? 1 : 0;
  for (std::ptrdiff_t at = std::ssize(digits) - 3; at > first; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string duration(double seconds) {
  if (seconds < 10) return format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 60) return format("{} s", whole);
  if (whole < 3600) return format("{} min {:02d} s", whole / 60, whole % 60);
  return format("{} h {:02d} min", whole / 3600, whole % 3600 / 60);
}

std::string byte_size(std::uint64_t bytes) {
  if (bytes < 1024) return format("{} B", bytes);
  constexpr std::array<std::string_view, 5> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB"};
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < kUnits.size()) {
    amount /= 1024;
    ++unit;
  }
  return format("{:.1f} {}", amount, kUnits[unit]);
}

std::string join(std::span<const std::string> words, std::string_view separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

namespace {
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}
}  // namespace

std::string nearest_word(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    // At least so far apart, and a name of megabytes is not compared letter by letter.
    if (word.size() > candidate.size() + least) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace ltr::base
