// SPDX-License-Identifier: Apache-2.0
// Every figure of the suite as plain data, made from results: what is drawn and what stands beside it, but
// not by which program.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "report/results.hpp"

namespace ltr::report {

enum class Mark { line, points, line_and_points, boxes };
enum class PanelSide { left, right };
enum class Scale { linear, logarithmic };
/// How the names at an axis are written: short ones level, long ones slanted.
enum class TickLabels { level, slanted };

/// The styles of a series beside the numbered ones: a thin grey line or a pale area behind the others.
inline constexpr std::size_t kReferenceStyle = 100;
inline constexpr std::size_t kBackgroundStyle = 101;

/// One curve, cloud or row of boxes. Shape: x and y of equal length; low and high likewise or empty.
struct Series {
  std::string label{};  ///< in the legend; series of one label and style share an entry
  Mark mark = Mark::line_and_points;
  /// The same number, the same colour, dashes, marker and filling, in every panel and every figure.
  std::size_t style = 0;
  PanelSide side = PanelSide::left;
  std::vector<double> x{}, y{};
  std::vector<double> low{}, high{};  ///< ends of the error bars, or of the boxes; not drawn where empty
  double box_width = 0;               ///< boxes only, in units of x
};

/// A name at a point of an axis, instead of its number.
struct Tick {
  double at = 0;
  std::string label{};
};

struct PanelAxis {
  std::string label{};
  Scale scale = Scale::linear;
  std::optional<double> from{}, to{};  ///< empty: as the data wants
  std::vector<Tick> ticks{};           ///< empty: numbers
  TickLabels tick_labels = TickLabels::level;
};

/// A thin vertical line with a word above its upper end, to the left or to the right of it.
struct Annotation {
  double at = 0;
  std::string label{};
  PanelSide label_side = PanelSide::right;
};

struct Panel {
  std::string title{};
  PanelAxis x{}, y{};
  std::optional<PanelAxis> right{};  ///< of the series of PanelSide::right
  std::vector<Series> series{};
  std::vector<Annotation> annotations{};
};

/// Panels in rows of `columns`, with one legend for all of them.
struct Figure {
  std::string name{};     ///< of its files and of its place in a page
  std::string title{};    ///< what is drawn, of which data
  std::string caption{};  ///< what a reader must know of the numbers, in sentences
  std::size_t columns = 1;
  std::vector<Panel> panels{};
};

/// The figures that the records have numbers for, and why others are left out.
struct FigureList {
  std::vector<Figure> figures;
  std::vector<std::string> left_out;  ///< one sentence each
};

/// Records of other values of the keys `by` have figures of their own, whose names and titles say the values.
/// Records that cannot stand in one table give the scaling figure alone.
[[nodiscard]] FigureList figures_of(const Results& results, const std::vector<std::string>& by = {});

// Each of a set of one group; without panels where the records have no numbers for it.

/// Share of the draws that each class got, by sampling. Paper: section 3, equation 1.
[[nodiscard]] Figure draw_probability_figure(const ResultSet& set);
/// Accuracy of many-, medium-, few-shot classes and all, by strategy and sampling. Paper: figure 1.
[[nodiscard]] Figure accuracy_figure(const ResultSet& set);
/// Accuracy of classes against their training images.
[[nodiscard]] Figure accuracy_by_count_figure(const ResultSet& set);
/// Norms of the classifier's rows by class. Paper: figure 2, left.
[[nodiscard]] Figure weight_norms_figure(const ResultSet& set);
/// Accuracy by tau. Paper: figure 2, right.
[[nodiscard]] Figure tau_figure(const ResultSet& set);
/// Training loss and validation accuracy by epoch, of stage 1 and of the strategies that train.
[[nodiscard]] Figure learning_curves_figure(const ResultSet& set);
/// Accuracy against confidence, in bins that have enough images.
[[nodiscard]] Figure reliability_figure(const ResultSet& set);
/// Images per second and where the time goes, by training: a figure for each number of ranks, whose name says
/// it where there are several.
[[nodiscard]] std::vector<Figure> speed_figures(const Results& results,
                                                const std::vector<const RunView*>& runs);
/// Images per second of stage 1 by ranks; without panels unless the numbers of ranks differ.
[[nodiscard]] Figure scaling_figure(const std::vector<const RunView*>& runs);

// What several of them are made of.

/// Data set and backbone, for titles.
[[nodiscard]] std::string subject_of(const ResultSet& set);
/// " Means over 3 seeds." where there are several, for captions; "" otherwise.
[[nodiscard]] std::string seeds_sentence(const ResultSet& set);
[[nodiscard]] std::size_t seeds_in(const ResultSet& set);
/// Whether the test set served as validation, in any record.
[[nodiscard]] bool chosen_on_test(const ResultSet& set);

/// An empty series with the label and the style that the representation, or the strategy, has in every
/// figure.
[[nodiscard]] Series series_of(const Representation& representation);
[[nodiscard]] Series series_of(config::LearningKind learning);

/// Gives panels of one kind the same upper end of y, a little above their highest point, to compare them by
/// eye.
void share_top(std::span<Panel> panels);

/// Mean over records of the vector that `values_of` each, element by element; vectors of another length than
/// the first's are left out, and nothing comes of none or of empty ones.
template <class Record, class ValuesOf>
[[nodiscard]] std::vector<double> mean_over(const std::vector<const Record*>& records,
                                            const ValuesOf& values_of) {
  std::vector<double> sums;
  std::size_t n = 0;
  for (const Record* record : records) {
    const auto& values = values_of(*record);
    if (values.empty() || (n > 0 && values.size() != sums.size())) continue;
    if (n == 0) sums.resize(values.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(values[i]);
    ++n;
  }
  for (double& sum : sums) sum /= static_cast<double>(n);
  return sums;
}

}  // namespace ltr::report
