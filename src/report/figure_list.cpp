// SPDX-License-Identifier: Apache-2.0
#include "report/figure_list.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "report/alike.hpp"

namespace ltr::report {
namespace {
void add(FigureList& list, Figure figure) {
  if (!is_empty(figure)) list.figures.push_back(std::move(figure));
}

void add_pooled(FigureList& list, const Pool& pool) {
  add(list, accuracy_figure(pool));
  add(list, accuracy_by_count_figure(pool));
  add(list, draw_probability_figure(pool));
  add(list, weight_norms_figure(pool));
  add(list, tau_figure(pool));
  add(list, learning_curves_figure(pool));
  add(list, reliability_figure(pool));
  add(list, speed_figure(pool));
}
}  // namespace

FigureList figures_of(const std::vector<record::RunRecord>& runs) {
  LTR_EXPECT(!runs.empty());
  FigureList list;
  const Figure scaling = scaling_figure(runs);
  try {
    check_alike(views_of(runs), {});
    add_pooled(list, pool_of(runs));
  } catch (const base::ConfigError& error) {
    list.left_out.push_back(base::format("{} can be drawn of these records together: {}",
                                         is_empty(scaling) ? "no figure" : "only scaling", error.what()));
  }
  add(list, scaling);
  return list;
}

}  // namespace ltr::report
