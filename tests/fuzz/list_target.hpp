// SPDX-License-Identifier: Apache-2.0
// What the targets of both kinds of lists do: whatever the bytes, an ImageList that holds together or an
// error of ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.hpp"
#include "data/list.hpp"

namespace ltr::data {

/// `parse` makes an ImageList of a text.
template <class Parse>
int fuzz_list(const std::uint8_t* bytes, std::size_t size, const Parse& parse) {
  try {
    const ImageList list = parse(std::string_view(reinterpret_cast<const char*>(bytes), size));
    for (const PackEntry& entry : list.entries) {
      if (entry.label.value() < 0 || entry.label.value() >= list.classes || entry.path.empty()) std::abort();
    }
  } catch (const base::Error&) {
  }
  return 0;
}

}  // namespace ltr::data
