// SPDX-License-Identifier: Apache-2.0
// The published lists of long-tailed recognition, recognised by content: a number measured on another list
// does not compare with a published one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/list.hpp"

namespace ltr::data {

/// One published list.
struct KnownList {
  std::string_view name;  ///< as tables call it
  std::string_view file;  ///< as it is published
  std::string_view hash;  ///< git blob hash
  std::int64_t images = 0;
  std::int32_t classes = 0;
};

/// The published list of this git blob hash, or nullptr.
[[nodiscard]] const KnownList* known_list(std::string_view hash);

/// What a list is among the published ones.
struct Recognition {
  const KnownList* known = nullptr;  ///< the same lines, line ends and blanks aside
  std::string warning;               ///< "" unless it could be taken for one that it is not
};

/// By hash; a list with a published file name or number of classes but other lines is warned of.
[[nodiscard]] Recognition recognise(const ImageList& list);

}  // namespace ltr::data
