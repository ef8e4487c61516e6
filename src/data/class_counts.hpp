// SPDX-License-Identifier: Apache-2.0
// Training images of each class: a published set's, or an exponential tail.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace ltr::data {

/// n_j = floor(largest * imbalance^(-j / (K - 1))), at least 1: the profile of CIFAR-LT. Shape: [K].
/// Throws: ConfigError if classes < 1, largest < 1 or imbalance is not within 1..largest.
[[nodiscard]] std::vector<std::int64_t> exponential_counts(std::int32_t classes, std::int64_t largest,
                                                           double imbalance);

/// One integer a line, in label order. Shape: [K].
/// Throws: DataError naming file:line if one is no integer from 1 on, or the file is empty.
[[nodiscard]] std::vector<std::int64_t> read_class_counts(const std::filesystem::path& path);

}  // namespace ltr::data
