// SPDX-License-Identifier: Apache-2.0
// Every figure of the suite, made from records as plain data.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "record/record.hpp"
#include "report/figure.hpp"
#include "report/figure_pool.hpp"

namespace ltr::report {

/// The figures that the records have numbers for, and why others are left out.
struct FigureList {
  std::vector<Figure> figures;
  std::vector<std::string> left_out;  ///< one sentence each
};

/// Of at least one record. Those of other values of the keys `by` have figures of their own, whose names and
/// titles say the values. Records that cannot stand in one table give the scaling figure alone. `files` name
/// the records in messages, one each, or are empty.
[[nodiscard]] FigureList figures_of(const std::vector<record::RunRecord>& runs,
                                    const std::vector<std::string>& by = {},
                                    std::span<const std::string> files = {});

// Each without panels where the records have no numbers for it.

/// Share of the draws that each class got, by sampling. Paper: section 3, equation 1.
[[nodiscard]] Figure draw_probability_figure(const Pool& pool);
/// Accuracy of many-, medium-, few-shot classes and all, by strategy and sampling. Paper: figure 1.
[[nodiscard]] Figure accuracy_figure(const Pool& pool);
/// Accuracy of classes against their training images.
[[nodiscard]] Figure accuracy_by_count_figure(const Pool& pool);
/// Norms of the classifier's rows by class. Paper: figure 2, left.
[[nodiscard]] Figure weight_norms_figure(const Pool& pool);
/// Accuracy by tau. Paper: figure 2, right.
[[nodiscard]] Figure tau_figure(const Pool& pool);
/// Training loss and validation accuracy by epoch, of stage 1 and of the strategies that train.
[[nodiscard]] Figure learning_curves_figure(const Pool& pool);
/// Accuracy against confidence, in bins that have enough images.
[[nodiscard]] Figure reliability_figure(const Pool& pool);
/// Images per second and where the time goes, by training: a figure for each number of ranks, whose name says
/// it where there are several.
[[nodiscard]] std::vector<Figure> speed_figures(const Runs& runs);
/// Images per second of stage 1 by ranks; without panels unless the numbers of ranks differ.
[[nodiscard]] Figure scaling_figure(const Runs& runs);

}  // namespace ltr::report
