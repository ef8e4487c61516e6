// SPDX-License-Identifier: Apache-2.0
// Whether a measured accuracy may be judged by a published one: same split, same recipe, same weights to
// start from.
#pragma once

#include <string>
#include <vector>

#include "report/cells.hpp"
#include "report/published.hpp"

namespace ltr::report {

/// In what cells differ from what a published row was measured on.
class FromPublished {
 public:
  /// A difference that is said as it is.
  void add(std::string clause);
  /// A key of the recipe. Points of fidelity are said in one clause where there are several.
  void add(const config::KeyText& here, const std::string& published);
  /// Takes what is not said yet.
  void add(const FromPublished& other);

  [[nodiscard]] bool empty() const { return clauses_.empty() && fidelity_.empty(); }
  /// One clause each.
  [[nodiscard]] std::vector<std::string> clauses() const;

 private:
  struct Point {
    config::KeyText here;
    std::string published;
  };
  std::vector<std::string> clauses_;
  std::vector<Point> fidelity_;
};

/// Everything in which the cell differs from what the row was measured on; empty if it may be judged. Keys
/// that are of no account to the cell's sampling and strategy are not asked. Paper: section 5.1 and appendix
/// A have the recipes; differs: where the authors' code does not follow them, its manner counts.
[[nodiscard]] FromPublished differences_from_published(const Cell& cell, const PublishedRow& row);

}  // namespace ltr::report
