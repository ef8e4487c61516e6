// SPDX-License-Identifier: Apache-2.0
// Images of a small set, kept decoded so that later epochs neither read nor decode.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "data/pack.hpp"
#include "image/decode.hpp"

namespace ltr::data {

/// Bytes that all images of a pack take once decoded.
[[nodiscard]] std::int64_t decoded_bytes(const Pack& pack);

/// Whole images by their place in a pack, each kept once. Thread: any number may find and keep.
class DecodedImages {
 public:
  explicit DecodedImages(const Pack& pack);

  /// Null if it has not been kept yet; otherwise valid as long as this object.
  [[nodiscard]] const image::Image* find(base::SampleIndex sample) const;
  /// Copies `image`, all of it, unless another thread was faster.
  void keep(base::SampleIndex sample, const image::Image& image);

 private:
  enum class State : std::uint8_t { absent, being_kept, kept };

  std::vector<image::Image> images_;
  std::vector<std::atomic<State>> states_;
};

}  // namespace ltr::data
