// SPDX-License-Identifier: Apache-2.0
// iNaturalist's JSON lists.
#include "data/json_list.hpp"
#include "list_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ltr::data;
  return fuzz_list(data, size, [](std::string_view text) { return parse_json_list(text, "list.json"); });
}
