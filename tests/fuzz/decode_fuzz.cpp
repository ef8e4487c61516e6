// SPDX-License-Identifier: Apache-2.0
// Encoded images: whatever the bytes, pixels or an error of ours; a part of an image has the pixels of the
// whole, what verify takes is what decode takes, and where decode_as_pil takes it too, the pixels are the
// same. The last six bytes choose the part and how far it is shrunk.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "base/error.hpp"
#include "image/decode.hpp"

namespace {

using namespace ltr;

template <class Work>
bool succeeds(const Work& work) {
  try {
    work();
    return true;
  } catch (const base::DataError&) {
    return false;
  }
}

/// A box within height x width, chosen by four bytes.
image::Box box_from(std::span<const std::uint8_t> bytes, int height, int width) {
  const int top = bytes[0] * height / 256;
  const int left = bytes[1] * width / 256;
  return {top, left, 1 + bytes[2] * (height - top - 1) / 255, 1 + bytes[3] * (width - left - 1) / 255};
}

bool same_pixels(const image::Image& part, const image::Image& whole, const image::Box& box) {
  for (int y = box.top; y < box.top + box.height; ++y) {
    const auto row = [&](const image::Image& image) {
      return image.pixels.begin() + 3 * (std::ptrdiff_t{y - image.top} * image.width + box.left - image.left);
    };
    if (!std::equal(row(part), row(part) + 3 * std::ptrdiff_t{box.width}, row(whole))) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kChoices = 6;
  if (size < kChoices) return 0;
  const std::span choices(data + size - kChoices, kChoices);
  const auto encoded = std::as_bytes(std::span(data, size - kChoices));
  static image::Decoder decoder;
  static image::Image whole;
  static image::Image part;
  const bool decodes = succeeds([&] { decoder.decode(encoded, whole); });
  if (succeeds([&] { static_cast<void>(decoder.verify(encoded, part)); }) != decodes) std::abort();
  image::Image as_pil;
  const bool pil_decodes = succeeds([&] { image::decode_as_pil(encoded, as_pil); });
  if (!decodes) return 0;
  if (pil_decodes && as_pil.pixels != whole.pixels) std::abort();
  const bool png = image::recognise(encoded) == image::Encoding::png;
  const int shrink = png ? 1 : 1 << (choices[4] % 4);
  const int height = (whole.height + shrink - 1) / shrink;
  const int width = (whole.width + shrink - 1) / shrink;
  if (shrink > 1) decoder.decode_part(encoded, {0, 0, height, width}, whole, shrink);
  const image::Box box = box_from(choices, height, width);
  decoder.decode_part(encoded, box, part, shrink);
  if (!contains(part.box(), box) || !same_pixels(part, whole, box)) std::abort();
  return 0;
}
