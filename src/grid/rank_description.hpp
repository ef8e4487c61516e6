// SPDX-License-Identifier: Apache-2.0
// What each rank finds itself on, gathered once at the start.
#pragma once

#include <string>
#include <vector>

#include "comm/session.hpp"
#include "device/gpus.hpp"

namespace ltr::grid {

struct RankDescription {
  std::string host{};
  int local_rank = 0;
  std::vector<int> processors{};    ///< it may run on, rising
  std::string processor{};          ///< "AMD EPYC 9B14 (96 hardware threads)"
  std::string instructions{};       ///< what bits on a processor depend on: "AVX512 on AMD EPYC 9B14"
  std::vector<device::Gpu> gpus{};  ///< that it sees, in CUDA's order
  std::string why_no_gpu{};         ///< the driver's reason where there are none
};

/// Of every rank, in rank order, on every rank. To be called after train::make_deterministic, which sets what
/// CUDA reads at its start. Collective: all ranks.
[[nodiscard]] std::vector<RankDescription> describe_ranks(const comm::Session& session);

/// As a text, and back.
[[nodiscard]] std::string serialise(const RankDescription& rank);
[[nodiscard]] RankDescription parse_rank_description(const std::string& text);

}  // namespace ltr::grid
