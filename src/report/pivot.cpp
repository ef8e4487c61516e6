// SPDX-License-Identifier: Apache-2.0
#include "report/pivot.hpp"

#include <algorithm>

#include "base/format.hpp"
#include "config/enums.hpp"

namespace ltr::report {
namespace {
std::string epochs_label(std::int64_t epochs) { return base::format("{} epochs", epochs); }

template <class Range, class Projection>
std::size_t place_in(const Range& range, const std::string& name, Projection projection) {
  return static_cast<std::size_t>(std::ranges::find(range, std::string_view(name), projection) -
                                  range.begin());
}

template <class Enum>
std::size_t place_among(const std::string& name) {
  return place_in(config::enum_entries<Enum>(), name, &config::EnumEntry<Enum>::name);
}

/// The place of a label among the choices that it is one of; equal for those that are none.
std::size_t rank_of(Axis axis, const std::string& label) {
  switch (axis) {
    case Axis::dataset:
      return place_in(public_sets(), label, &PublicSet::name);
    case Axis::backbone:
      return place_among<config::BackboneKind>(label);
    case Axis::epochs:
      return std::stoul(label);
    case Axis::sampling:
      return place_among<config::SamplingKind>(label);
    case Axis::learning:
      return place_among<config::LearningKind>(label);
    case Axis::measure:
      break;
  }
  return 0;
}
}  // namespace

const std::string& Coordinates::along(Axis axis) const {
  switch (axis) {
    case Axis::dataset:
      return dataset;
    case Axis::backbone:
      return backbone;
    case Axis::epochs:
      return epochs;
    case Axis::sampling:
      return sampling;
    case Axis::learning:
    case Axis::measure:
      break;
  }
  return learning;
}

Coordinates coordinates_of(const Cell& cell, const std::vector<std::string>& by) {
  Coordinates result{.by = {},
                     .dataset = cell.view->dataset,
                     .backbone = std::string(config::name_of(cell.view->configuration.model.backbone)),
                     .epochs = epochs_label(cell.view->configuration.stage_1.epochs),
                     .sampling = std::string(config::name_of(cell.sampling)),
                     .learning = std::string(config::name_of(cell.learning))};
  for (const std::string& key : by) {
    result.by.push_back(base::format("{} = {}", key, cell.view->value_of(key)));
  }
  return result;
}

Coordinates coordinates_of(const PublishedRow& row) {
  return {.by = {},
          .dataset = row.dataset,
          .backbone = row.backbone,
          .epochs = epochs_label(row.epochs),
          .sampling = std::string(config::name_of(row.sampling)),
          .learning = row.strategy};
}

void Side::add(const Coordinates& coordinates) {
  const Labels labels = labels_of(coordinates);
  if (!places_.emplace(labels, labels_.size()).second) return;
  labels_.push_back(labels);
  for (const std::string& label : labels) seen_.emplace(label, seen_.size());
}

void Side::arrange() {
  std::ranges::stable_sort(labels_, {}, [this](const Labels& labels) { return ranks_of(labels); });
  for (std::size_t i = 0; i < labels_.size(); ++i) places_[labels_[i]] = i;
}

std::size_t Side::place(const Coordinates& coordinates) const {
  const auto at = places_.find(labels_of(coordinates));
  return at == places_.end() ? size() : at->second;
}

Side::Labels Side::labels_of(const Coordinates& coordinates) const {
  Labels labels;
  if (by_ == By::first) labels = coordinates.by;
  for (const Axis axis : axes_) {
    if (axis != Axis::measure) labels.push_back(coordinates.along(axis));
  }
  return labels;
}

std::vector<std::size_t> Side::ranks_of(const Labels& labels) const {
  const std::size_t measured = std::ranges::count(axes_, Axis::measure);
  const std::size_t by = labels.size() + measured - axes_.size();
  std::vector<std::size_t> ranks;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i >= by) ranks.push_back(rank_of(axes_[i - by], labels[i]));
    ranks.push_back(seen_.at(labels[i]));
  }
  return ranks;
}

}  // namespace ltr::report
