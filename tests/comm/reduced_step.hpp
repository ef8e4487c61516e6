// SPDX-License-Identifier: Apache-2.0
// What ranks sum in one step, and what comes out by the plain serial tree.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "comm/gradient_reducer.hpp"
#include "comm/leaves.hpp"
#include "comm/tree_sum.hpp"
#include "mpi_main.hpp"

namespace ltr::test {

inline constexpr int kLeaves = 8;

inline std::vector<std::size_t> bucket_sizes() {
  const auto ranks = static_cast<std::size_t>(world().size());
  return {0, 1, 7, ranks - 1, ranks, 1000, 100003, 1000, 64};
}

/// This rank's share of the leaves, summed as training does it.
inline std::vector<float> partial_sum(const std::vector<std::vector<float>>& leaves) {
  const int own = kLeaves / world().size();
  const auto first = static_cast<std::size_t>(own * world().rank());
  return comm::tree_sum(std::span(leaves).subspan(first, static_cast<std::size_t>(own)));
}

struct Step {
  std::vector<std::vector<std::vector<float>>> leaves;
  std::vector<std::vector<float>> buckets;

  Step(const std::vector<std::size_t>& sizes, std::uint64_t seed) {
    for (std::size_t b = 0; b < sizes.size(); ++b) {
      leaves.push_back(make_leaves(kLeaves, sizes[b], seed * 1000 + b));
      buckets.push_back(partial_sum(leaves.back()));
    }
  }

  void sum(comm::GradientReducer& exchange) {
    for (std::vector<float>& bucket : buckets) exchange.add(bucket, device::Stream::host());
    exchange.finish(device::Stream::host());
  }

  void expect_within_rounding() const {
    for (std::size_t b = 0; b < buckets.size(); ++b) {
      for (std::size_t i = 0; i < buckets[b].size(); ++i) {
        double truth = 0;
        double magnitude = 0;
        for (const std::vector<float>& leaf : leaves[b]) {
          truth += leaf[i];
          magnitude += std::abs(leaf[i]);
        }
        ASSERT_NEAR(buckets[b][i], truth, kLeaves * magnitude * 0x1p-24) << "bucket " << b << ", value " << i;
      }
    }
  }

  void expect_bits_of_the_serial_tree() const {
    for (std::size_t b = 0; b < buckets.size(); ++b) {
      EXPECT_TRUE(bits_equal(buckets[b], comm::tree_sum(leaves[b])))
          << "bucket " << b << " of " << buckets[b].size();
    }
  }
};

}  // namespace ltr::test
