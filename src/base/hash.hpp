// SPDX-License-Identifier: Apache-2.0
// Hashes: SHA-256 for digests, git's SHA-1 for known lists, CRC-32 for images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ltr::base {

/// SHA-256 over pieces given one after another.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);
  /// 64 lower-case hexadecimal digits; nothing may be added afterwards.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::string_view text);

/// The object name git gives a file of this content, 40 hexadecimal digits.
[[nodiscard]] std::string git_blob_hash(std::string_view content);

/// CRC-32 as zlib computes it.
[[nodiscard]] std::uint32_t crc32(std::span<const std::byte> bytes);

}  // namespace ltr::base
