// SPDX-License-Identifier: Apache-2.0
#include "sampling/permutation.hpp"

#include <bit>
#include <cstddef>
#include <numeric>
#include <utility>

#include "base/check.hpp"

namespace ltr::sampling {
namespace {

/// `bits` bits that depend on all bits of `value`: two rounds of multiply and fold (constants of SplitMix64).
std::uint64_t mixed_bits(std::uint64_t value, int bits) {
  value *= 0xbf58476d1ce4e5b9u;
  value ^= value >> 32;
  value *= 0x94d049bb133111ebu;
  return value >> (64 - bits);
}

}  // namespace

Permutation::Permutation(std::int64_t size, base::CounterRandom random, int rounds)
    : size_(size), rounds_(rounds) {
  LTR_EXPECT(size >= 1 && rounds % 2 == 0);
  if (size <= kLargestShuffled) {
    shuffle(random);
    return;
  }
  const int bits = std::bit_width(static_cast<std::uint64_t>(size - 1));
  left_bits_ = bits / 2;
  right_bits_ = bits - left_bits_;
  key_ = random.next_u64();
  key_step_ = random.next_u64() | 1;
}

void Permutation::shuffle(base::CounterRandom& random) {
  std::iota(order_.begin(), order_.end(), std::uint8_t{0});
  for (auto left = static_cast<std::size_t>(size_); left > 1; --left) {
    std::swap(order_[left - 1], order_[random.below(left)]);
  }
}

std::uint64_t Permutation::network(std::uint64_t value) const {
  std::uint64_t left = value >> right_bits_;
  std::uint64_t right = value & ((std::uint64_t{1} << right_bits_) - 1);
  std::uint64_t key = key_;
  for (int round = 0; round < rounds_; round += 2) {
    left ^= mixed_bits(right ^ key, left_bits_);
    key += key_step_;
    right ^= mixed_bits(left ^ key, right_bits_);
    key += key_step_;
  }
  return left << right_bits_ | right;
}

std::int64_t Permutation::operator()(std::int64_t position) const {
  LTR_EXPECT(position >= 0 && position < size_);
  if (size_ <= kLargestShuffled) return order_[static_cast<std::size_t>(position)];
  auto item = static_cast<std::uint64_t>(position);
  do {
    item = network(item);
  } while (item >= static_cast<std::uint64_t>(size_));
  return static_cast<std::int64_t>(item);
}

}  // namespace ltr::sampling
