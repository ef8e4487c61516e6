// SPDX-License-Identifier: Apache-2.0
#include "data/decoded_images.hpp"

#include <cstddef>

namespace ltr::data {

std::int64_t decoded_bytes(const Pack& pack) {
  std::int64_t bytes = 0;
  for (std::int64_t i = 0; i < pack.images(); ++i) {
    const auto [height, width] = pack.resolution(base::SampleIndex(i));
    bytes += std::int64_t{3} * height * width;
  }
  return bytes;
}

DecodedImages::DecodedImages(const Pack& pack)
    : images_(static_cast<std::size_t>(pack.images())), states_(images_.size()) {}

const image::Image* DecodedImages::find(base::SampleIndex sample) const {
  const auto i = static_cast<std::size_t>(sample.value());
  return states_[i].load(std::memory_order_acquire) == State::kept ? &images_[i] : nullptr;
}

void DecodedImages::keep(base::SampleIndex sample, const image::Image& image) {
  const auto i = static_cast<std::size_t>(sample.value());
  State expected = State::absent;
  if (!states_[i].compare_exchange_strong(expected, State::being_kept)) return;
  images_[i] = image;
  states_[i].store(State::kept, std::memory_order_release);
}

}  // namespace ltr::data
