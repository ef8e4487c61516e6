// SPDX-License-Identifier: Apache-2.0
// The public data sets of long-tailed recognition: their lists, which are recognised by content, and the
// recipe that the paper trains each by. A number measured on another list does not compare with a published
// one.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ltr::config {

/// One published list.
struct PublicList {
  std::string_view name;  ///< as tables call it
  std::string_view file;  ///< as it is published
  std::string_view hash;  ///< git blob hash
  std::int64_t images = 0;
  std::int32_t classes = 0;
};

/// A data set that published accuracies are of.
struct PublicSet {
  std::string_view name{};   ///< as the rows of published values have it
  std::string_view title{};  ///< as people write it
  std::int32_t classes = 0;
  std::int64_t training_images = 0;
  /// nullptr where no list is published, or the suite knows no hash of it.
  const PublicList *train = nullptr, *validation = nullptr, *test = nullptr;
  /// "key=value" where the paper's recipe departs from fidelity's mode "reference".
  std::span<const std::string_view> recipe{};
  bool from_pretrained = false;         ///< whether the recipe starts from weights trained elsewhere
  std::string_view never_comparable{};  ///< why no record can match published values; "" if one can
};

[[nodiscard]] std::span<const PublicList> public_lists();
[[nodiscard]] std::span<const PublicSet> public_sets();

/// The published list of this git blob hash, or nullptr.
[[nodiscard]] const PublicList* public_list(std::string_view hash);

}  // namespace ltr::config
