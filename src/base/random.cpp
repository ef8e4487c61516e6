// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"

#include <cmath>
#include <numbers>

#include <Random123/philox.h>

namespace ltr::base {
namespace {

using Philox = r123::Philox4x32;

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  const Philox::ctr_type in{{counter[0], counter[1], counter[2], counter[3]}};
  const Philox::ctr_type out = Philox{}(in, Philox::key_type{{key[0], key[1]}});
  return {out[0], out[1], out[2], out[3]};
}

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

}  // namespace

CounterRandom::CounterRandom(std::uint64_t seed, Stream stream, std::uint64_t a, std::uint64_t b) {
  // The seed, stream and `a` become the key through one block; `b` stays in the counter.
  const auto derived =
      philox({static_cast<std::uint32_t>(stream), low(a), high(a), 0}, {low(seed), high(seed)});
  key_ = {derived[0], derived[1]};
  counter_ = {0, derived[2], low(b), high(b)};
}

void CounterRandom::refill() {
  block_ = philox(counter_, key_);
  ++counter_[0];
  used_ = 0;
}

std::uint32_t CounterRandom::next_u32() {
  if (used_ == block_.size()) refill();
  return block_[used_++];
}

std::uint64_t CounterRandom::next_u64() {
  const std::uint64_t first = next_u32();
  return first << 32 | next_u32();
}

std::uint64_t CounterRandom::below(std::uint64_t bound) {
  // Lemire's multiplication, rejecting the values that would make some results likelier than others.
  std::uint64_t value = next_u64();
  auto product = static_cast<unsigned __int128>(value) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold) {
      value = next_u64();
      product = static_cast<unsigned __int128>(value) * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double CounterRandom::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }

double CounterRandom::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

}  // namespace ltr::base
