// SPDX-License-Identifier: Apache-2.0
// What a fuzzer gives, as numbers and texts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace ltr::test {

/// The fuzzer's bytes, taken from the front; zeros once they are used up.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : left_(data, size) {}
  [[nodiscard]] bool any() const { return !left_.empty(); }
  template <class Number>
  Number take() {
    Number number{};
    const std::size_t size = std::min(sizeof number, left_.size());
    std::memcpy(&number, left_.data(), size);
    left_ = left_.subspan(size);
    return number;
  }
  /// Mostly what a sound table has there, else anything.
  template <class Number>
  Number or_sound(Number sound) {
    return take<std::uint8_t>() % 8 == 0 ? take<Number>() : sound;
  }
  /// Mostly as long as it should be.
  std::size_t length(std::size_t sound) {
    return take<std::uint8_t>() % 16 == 0 ? take<std::uint8_t>() % 9 : sound;
  }
  /// Small, or anything.
  std::int64_t integer() {
    return take<std::uint8_t>() % 2 == 0 ? take<std::int8_t>() : take<std::int64_t>();
  }
  /// Without a zero, at which HDF5's texts end.
  std::string text() {
    std::string text(take<std::uint8_t>() % 24, '\0');
    for (char& c : text) c = static_cast<char>(1 + take<std::uint8_t>() % 255);
    return text;
  }

 private:
  std::span<const std::uint8_t> left_;
};

}  // namespace ltr::test
