// SPDX-License-Identifier: Apache-2.0
// Numbers that must not be mistaken for one another.
#pragma once

#include <compare>
#include <cstdint>

namespace ltr::base {

/// An integer of its own type: compares with its like, converts to nothing.
template <class Tag, class Integer>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(Integer value) : value_(value) {}
  [[nodiscard]] constexpr Integer value() const { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Integer value_ = 0;
};

/// A class, 0..K-1.
using ClassId = StrongId<struct ClassIdTag, std::int32_t>;
/// An image's position in its pack, 0..N-1; images of a class are neighbours.
using SampleIndex = StrongId<struct SampleIndexTag, std::int64_t>;
/// A rank among all ranks of the run.
using WorldRank = StrongId<struct WorldRankTag, int>;
/// A rank among those of its host; chooses the device.
using LocalRank = StrongId<struct LocalRankTag, int>;

}  // namespace ltr::base
