// SPDX-License-Identifier: Apache-2.0
// The files of published values that are compiled in, so that the program needs no folder beside it.
#pragma once

#include <span>
#include <string_view>

namespace ltr::report {

struct PublishedText {
  std::string_view name;
  std::string_view text;
};

[[nodiscard]] std::span<const PublishedText> published_texts();

}  // namespace ltr::report
