// SPDX-License-Identifier: Apache-2.0
// The data sets of published tables: how a record's is recognised, and the recipe the paper trains it by.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/record.hpp"

namespace ltr::report {

/// A data set that published accuracies are of.
struct PublicSet {
  std::string_view name;   ///< as the rows of published values have it
  std::string_view title;  ///< as people write it
  std::int64_t classes = 0;
  std::int64_t training_images = 0;
  /// Files of data::KnownList; "" where the suite knows no hash, or there is no such list.
  std::string_view train_list, validation_list, test_list;
  std::span<const std::string_view>
      recipe;                         ///< "key=value" where it departs from fidelity's mode "reference"
  bool from_pretrained = false;       ///< whether the recipe starts from weights trained elsewhere
  std::string_view never_comparable;  ///< why no record can match published values; "" if one can
};

[[nodiscard]] std::span<const PublicSet> public_sets();

/// The set that a record was trained on: by the hash of its training list, or else by its numbers of classes
/// and images, which synthetic stand-ins share; nullptr if it is none.
[[nodiscard]] const PublicSet* public_set_of(const record::RunRecord& run);

/// In what the packs are not the whole of their lists, one sentence a pack: "train list: 61,770 images
/// dropped, 3 taken although damaged"; empty if nothing is missing or damaged.
[[nodiscard]] std::vector<std::string> holes_of(const record::RunRecord& run);

/// Whether `hash` is that of the published list with this file name.
[[nodiscard]] bool is_list(std::string_view hash, std::string_view file);

}  // namespace ltr::report
