// SPDX-License-Identifier: Apache-2.0
#include "report/axis_index.hpp"

#include <algorithm>

#include "base/format.hpp"

namespace ltr::report {
namespace {
std::string epochs_label(std::int64_t epochs) { return base::format("{} epochs", epochs); }

template <class Range, class Projection>
std::size_t rank_in(const Range& range, std::string_view name, Projection projection) {
  return static_cast<std::size_t>(std::ranges::find(range, name, projection) - range.begin());
}

template <class Enum>
std::size_t rank_among(std::string_view name) {
  return rank_in(config::enum_entries<Enum>(), name, &config::EnumEntry<Enum>::name);
}

/// The rank of a label among the choices that it is one of; equal for those that are none.
std::size_t rank_of(Axis axis, const std::string& label) {
  switch (axis) {
    case Axis::dataset:
      return rank_in(config::public_sets(), label, &config::PublicSet::name);
    case Axis::backbone:
      return rank_among<config::BackboneKind>(label);
    case Axis::epochs:
      return std::stoul(label);
    case Axis::sampling:
      return rank_among<config::SamplingKind>(label);
    case Axis::learning:
      return rank_among<config::LearningKind>(label);
    case Axis::measure:
      break;
  }
  return 0;
}
}  // namespace

Coordinates coordinates_of(const Cell& cell, const std::vector<std::string>& by) {
  Coordinates result;
  result.at(Axis::dataset) = cell.view->dataset;
  result.at(Axis::backbone) = config::name_of(cell.view->configuration.model.backbone);
  result.at(Axis::epochs) = epochs_label(cell.view->configuration.stage_1.epochs);
  result.at(Axis::sampling) = name_of(cell.key);
  result.at(Axis::learning) = config::name_of(cell.key.learning);
  for (const std::string& key : by) {
    result.by.push_back(base::format("{} = {}", key, cell.view->value_of(key)));
  }
  return result;
}

Coordinates coordinates_of(const PublishedRow& row, const std::vector<std::string>& by) {
  Coordinates result;
  result.by = by;
  result.at(Axis::dataset) = row.dataset;
  result.at(Axis::backbone) = row.backbone;
  result.at(Axis::epochs) = epochs_label(row.epochs);
  result.at(Axis::sampling) = config::name_of(row.sampling);
  result.at(Axis::learning) = row.strategy;
  return result;
}

void AxisIndex::add(const Coordinates& coordinates) {
  const Labels labels = labels_of(coordinates);
  if (!numbers_.emplace(labels, labels_.size()).second) return;
  labels_.push_back(labels);
  for (const std::string& label : labels) seen_.emplace(label, seen_.size());
}

void AxisIndex::arrange() {
  std::ranges::stable_sort(labels_, {}, [this](const Labels& labels) { return ranks_of(labels); });
  for (std::size_t i = 0; i < labels_.size(); ++i) numbers_[labels_[i]] = i;
}

std::size_t AxisIndex::find(const Coordinates& coordinates) const {
  const auto at = numbers_.find(labels_of(coordinates));
  return at == numbers_.end() ? size() : at->second;
}

AxisIndex::Labels AxisIndex::labels_of(const Coordinates& coordinates) const {
  Labels labels;
  if (by_ == By::first) labels = coordinates.by;
  for (const Axis axis : axes_) labels.push_back(coordinates.at(axis));
  return labels;
}

std::vector<std::size_t> AxisIndex::ranks_of(const Labels& labels) const {
  const std::size_t by = labels.size() - axes_.size();
  std::vector<std::size_t> ranks;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i >= by) ranks.push_back(rank_of(axes_[i - by], labels[i]));
    ranks.push_back(seen_.at(labels[i]));
  }
  return ranks;
}

}  // namespace ltr::report
