// SPDX-License-Identifier: Apache-2.0
// Lists in iNaturalist 2018's JSON: images, annotations and categories that refer to each other by id.
#pragma once

#include <optional>
#include <string_view>

#include "data/list.hpp"

namespace ltr::data {

/// A label is the place of its category in the order of the ids; paths are the images' `file_name`, class
/// names the categories' `name`. Entries are in the order of `images`; images without an annotation are left
/// out, with a note. With expected classes there must be as many categories.
/// Throws: DataError naming file:line:column of what is no JSON; file, section and number of the element for
/// a missing or wrong field, an id or a file name given twice, two annotations of one image, an annotation of
/// an unknown image or category, a category beyond the expected classes, a category without images in a
/// training list.
[[nodiscard]] ImageList parse_json_list(std::string_view text, std::string_view file,
                                        const std::optional<ExpectedClasses>& expected = std::nullopt);

}  // namespace ltr::data
