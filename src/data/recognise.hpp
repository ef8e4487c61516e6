// SPDX-License-Identifier: Apache-2.0
// Which published list an image list is: a number measured on another one does not compare with a published
// one.
#pragma once

#include <string>

#include "config/public_sets.hpp"
#include "data/list.hpp"

namespace ltr::data {

/// What a list is among the published ones.
struct Recognition {
  const config::PublicList* known = nullptr;  ///< the same lines, line ends and blanks aside
  std::string warning;                        ///< "" unless it could be taken for one that it is not
};

/// By hash; a list with a published file name or number of classes but other lines is warned of.
[[nodiscard]] Recognition recognise(const ImageList& list);

}  // namespace ltr::data
