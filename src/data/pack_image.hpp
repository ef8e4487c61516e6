// SPDX-License-Identifier: Apache-2.0
// What is packed of an image: its own bytes, or a PNG of its pixels.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "data/checked_images.hpp"

namespace ltr::data {

enum class DamagedImages { refuse, as_pil };

/// Decodes images to see what can be packed of them. Thread: one serves all; images of many pixels are
/// decoded one at a time, and their memory is given back, for a small file may unfold to half a GB.
class ImagePacker {
 public:
  /// Images that decode() refuses are refused, or taken as image::decode_as_pil takes them.
  explicit ImagePacker(DamagedImages damaged) : damaged_(damaged) {}

  /// Replaces the image by what is packed of it; `damage` says what is wrong with one that is taken all the
  /// same. Throws: DataError if it cannot be packed.
  CheckedImage check(std::vector<std::byte>& bytes, std::string& damage);
  /// The same for an image that has been checked.
  void repeat(std::vector<std::byte>& bytes, const CheckedImage& checked);

 private:
  template <class Work>
  void with_room_for(std::span<const std::byte> bytes, const Work& work);

  DamagedImages damaged_;
  std::mutex large_;
};

}  // namespace ltr::data
