// SPDX-License-Identifier: Apache-2.0
// The synthetic set: a long-tailed training pack with balanced validation and test packs, drawn without any
// download.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "base/log.hpp"
#include "data/pack_writer.hpp"

namespace ltr::data {

/// In one pack; drawn at the usual size they fill some 20 GB and take hours.
inline constexpr std::int64_t kMostDrawnImages = 20'000'000;

struct SyntheticOptions {
  std::vector<std::int64_t> train_counts;  ///< Shape: [K]
  std::int64_t validation_per_class = 20;
  std::int64_t test_per_class = 50;
  int size = 32;  ///< pixels a side
  std::uint64_t seed = 0;
  int threads = 0;         ///< 0: one a processor
  std::stop_token stop{};  ///< asked between images
};

/// One pack written.
struct SyntheticPack {
  std::filesystem::path path;
  PackReport report;
};

/// Draws train.h5, validation.h5 and test.h5 into `folder`, which is created if it is not there. An image is
/// a pure function of (seed, pack, class, number), so a larger set holds the images of a smaller one. The
/// three appear together, in the place of those that an earlier call drew. Throws: ConfigError for impossible
/// options; DataError if anything else stands at one of the three names; SystemError if the disk refuses;
/// Stopped. Then earlier packs are as they were and nothing of this call is left.
std::vector<SyntheticPack> synthesise(const std::filesystem::path& folder, const SyntheticOptions& options,
                                      base::Log& log);

}  // namespace ltr::data
