// SPDX-License-Identifier: Apache-2.0
// Text from values, compiled in one place so that no other file includes a formatting library.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace ltr::base {

/// One value to print.
using FormatValue = std::variant<std::int64_t, std::uint64_t, double, bool, std::string_view>;

/// `pattern` in the notation of fmt and std::format, e.g. "{} of {:>5.1f}". A number that rounds to zero
/// there has no minus.
/// Throws: std::logic_error if pattern and values do not fit.
[[nodiscard]] std::string format_values(std::string_view pattern, std::span<const FormatValue> values);

namespace detail {
template <class T>
FormatValue format_value(const T& value) {
  if constexpr (std::same_as<T, bool>) {
    return value;
  } else if constexpr (std::signed_integral<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::unsigned_integral<T>) {
    return static_cast<std::uint64_t>(value);
  } else if constexpr (std::floating_point<T>) {
    return static_cast<double>(value);
  } else if constexpr (requires { value.value(); }) {
    return format_value(value.value());
  } else {
    return std::string_view(value);
  }
}
}  // namespace detail

/// format("{} classes, {:.1f} %", classes, percent).
template <class... Values>
[[nodiscard]] std::string format(std::string_view pattern, const Values&... values) {
  const std::array<FormatValue, sizeof...(Values)> list{detail::format_value(values)...};
  return format_values(pattern, list);
}

/// 115846 -> "115,846".
[[nodiscard]] std::string with_thousands(std::int64_t value);

/// Seconds as a person writes them: "0.8 s", "42 s", "3 min 20 s", "5 h 10 min".
[[nodiscard]] std::string duration(double seconds);

/// Bytes as a person writes them: "512 B", "3.4 MiB".
[[nodiscard]] std::string byte_size(std::uint64_t bytes);

[[nodiscard]] std::string join(std::span<const std::string> words, std::string_view separator);

/// The candidate with the smallest edit distance to `word`, or "" if none is near enough to be meant.
[[nodiscard]] std::string nearest_word(std::string_view word, std::span<const std::string> candidates);

}  // namespace ltr::base
