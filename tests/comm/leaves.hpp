// SPDX-License-Identifier: Apache-2.0
// Gradients to sum, the same on every rank, of magnitudes so different that every order of addition shows in
// the bits.
#pragma once

#include <cmath>
#include <cstring>
#include <vector>

#include "base/random.hpp"

namespace ltr::test {

/// Shape: [leaves][size], values between 2^-20 and 2^20 in magnitude, either sign.
inline std::vector<std::vector<float>> make_leaves(int leaves, std::size_t size, std::uint64_t seed) {
  std::vector<std::vector<float>> values(static_cast<std::size_t>(leaves), std::vector<float>(size));
  for (std::size_t l = 0; l < values.size(); ++l) {
    base::CounterRandom random(seed, base::Stream::test, l);
    for (float& value : values[l]) {
      value = static_cast<float>(random.uniform(-1, 1) * std::exp2(random.uniform(-20, 20)));
    }
  }
  return values;
}

inline bool bits_equal(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

}  // namespace ltr::test
