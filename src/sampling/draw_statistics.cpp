// SPDX-License-Identifier: Apache-2.0
#include "sampling/draw_statistics.hpp"

#include <array>
#include <cstddef>

#include "base/hash.hpp"

namespace ltr::sampling {
namespace {

std::array<std::byte, 8> little_endian(std::int64_t value) {
  std::array<std::byte, 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
  }
  return bytes;
}

}  // namespace

std::string draws_digest(std::span<const std::int64_t> positions) {
  base::Sha256 hash;
  for (const std::int64_t position : positions) hash.add(little_endian(position));
  return hash.hex();
}

}  // namespace ltr::sampling
