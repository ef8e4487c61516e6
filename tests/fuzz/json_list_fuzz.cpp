// SPDX-License-Identifier: Apache-2.0
// iNaturalist's JSON lists: whatever the bytes, an ImageList that holds together or an error of ours.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.hpp"
#include "data/json_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ltr;
  try {
    const data::ImageList list =
        data::parse_json_list({reinterpret_cast<const char*>(data), size}, "list.json", std::nullopt);
    for (const data::PackEntry& entry : list.entries) {
      if (entry.label.value() < 0 || entry.label.value() >= list.classes || entry.path.empty()) std::abort();
    }
  } catch (const base::Error&) {
  }
  return 0;
}
