// SPDX-License-Identifier: Apache-2.0
// Whether a measured accuracy may be judged by a published one: same split, same recipe, same weights to
// start from.
#pragma once

#include <string>
#include <vector>

#include "config/enums.hpp"
#include "report/published.hpp"
#include "report/run_view.hpp"

namespace ltr::report {

/// Everything in which a cell of `view` with this strategy differs from what the row was measured on, one
/// clause each; empty if it may be judged. Paper: section 5.1 and appendix A have the recipes.
[[nodiscard]] std::vector<std::string> differences_from_published(const RunView& view,
                                                                  config::LearningKind learning,
                                                                  const PublishedRow& row);

}  // namespace ltr::report
