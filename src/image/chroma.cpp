// SPDX-License-Identifier: Apache-2.0
#include "image/chroma.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace ltr::image {
namespace {

/// Bytes by number; beyond the end everything is 0, which no marker is.
class Bytes {
 public:
  explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] unsigned operator[](std::size_t i) const {
    return i < bytes_.size() ? std::to_integer<unsigned>(bytes_[i]) : 0;
  }

 private:
  std::span<const std::byte> bytes_;
};

/// Of a frame header's components at `at`: their number, then three bytes each (id, factors, table).
std::string sampling_of(const Bytes& bytes, std::size_t at) {
  const unsigned components = bytes[at];
  if (components == 1) return "grayscale";
  if (components == 4) return "four components";
  const auto factors = [&](std::size_t component) { return bytes[at + 2 + 3 * component]; };
  // Two digits each, horizontal and vertical; what counts is luma's over chroma's.
  const unsigned luma = factors(0);
  const unsigned chroma = factors(1);
  if (components != 3 || chroma != factors(2) || chroma >> 4 == 0 || (chroma & 15U) == 0 ||
      (luma >> 4) % (chroma >> 4) != 0 || (luma & 15U) % (chroma & 15U) != 0) {
    return "other sampling";
  }
  struct Named {
    unsigned across, down;
    std::string_view name;
  };
  constexpr std::array<Named, 6> kNames{
      {{1, 1, "4:4:4"}, {2, 1, "4:2:2"}, {2, 2, "4:2:0"}, {1, 2, "4:4:0"}, {4, 1, "4:1:1"}, {4, 2, "4:1:0"}}};
  for (const Named& named : kNames) {
    if ((luma >> 4) / (chroma >> 4) == named.across && (luma & 15U) / (chroma & 15U) == named.down) {
      return std::string(named.name);
    }
  }
  return "other sampling";
}

bool is_frame_header(unsigned marker) {
  // C4, C8 and CC lie among the frame headers and are tables.
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

}  // namespace

std::string chroma_of(std::span<const std::byte> encoded) {
  const Bytes bytes(encoded);
  if (bytes[0] == 0x89 && bytes[1] == 'P' && bytes[2] == 'N' && bytes[3] == 'G') return "PNG";
  if (bytes[0] != 0xFF || bytes[1] != 0xD8) return "unknown";
  std::size_t at = 2;
  while (at + 4 <= bytes.size()) {
    if (bytes[at] != 0xFF) return "unknown";
    const unsigned marker = bytes[at + 1];
    if (marker == 0xFF) {  // filling
      ++at;
      continue;
    }
    // Marker (2), length (2), precision (1), height and width (4), then the components.
    if (is_frame_header(marker)) return sampling_of(bytes, at + 9);
    at += 2 + (bytes[at + 2] << 8 | bytes[at + 3]);
  }
  return "unknown";
}

}  // namespace ltr::image
