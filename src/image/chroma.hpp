// SPDX-License-Identifier: Apache-2.0
// How an encoded image stores colour, read off its header.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace ltr::image {

/// "4:4:4", "4:2:2", "4:2:0", "4:4:0", "4:1:1", "4:1:0", "grayscale", "four components" or "other sampling"
/// of a JPEG, "PNG", or "unknown". Decodes nothing.
[[nodiscard]] std::string chroma_of(std::span<const std::byte> encoded);

}  // namespace ltr::image
