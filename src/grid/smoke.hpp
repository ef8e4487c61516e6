// SPDX-License-Identifier: Apache-2.0
// A trial of a configuration: a few steps of every node at full shape, and what the whole run would take.
#pragma once

#include <cstdint>
#include <string>

#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "grid/inputs.hpp"
#include "learning/node.hpp"
#include "record/record.hpp"

namespace ltr::grid {

/// Two steps of an epoch, five where kernels are to be recorded, which is done in the fourth; and two
/// evaluation batches a rank of every pass.
[[nodiscard]] learning::Limits smoke_limits(const config::Configuration& configuration, int ranks);

/// `configuration` with one epoch of everything and the record at `output`; shapes stay as they are.
[[nodiscard]] config::Configuration smoke_configuration(const config::Configuration& configuration,
                                                        const std::string& output);

/// What a trial has left to be read. Units: bytes, of the rank with most.
struct Trial {
  const record::RunRecord& record;  ///< every cell is complete
  learning::Limits limits;
  std::int64_t peak_bytes = 0;      ///< of its host
  std::int64_t peak_gpu_bytes = 0;  ///< of its GPU, for tensors; 0: none
  int ranks = 1;
};

/// What a trial measured, for a person: seconds a step, peak memory, time of the whole run by `plan`, which
/// is that of the whole configuration.
[[nodiscard]] std::string smoke_text(const Trial& trial, const config::Plan& plan, const Inputs& inputs,
                                     const config::Configuration& configuration);

}  // namespace ltr::grid
