// SPDX-License-Identifier: Apache-2.0
// The grid: checks everything, computes every node that is not there yet, merges the record.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "comm/session.hpp"
#include "config/configuration.hpp"

namespace ltr::grid {

/// What a run ends with; the text is for standard output on rank 0.
struct Outcome {
  base::ExitStatus status = base::ExitStatus::done;
  std::string text;
};

/// Checks configuration, packs and ranks, and describes the plan; trains nothing, writes nothing.
/// Collective: all ranks.
[[nodiscard]] Outcome show_plan(const comm::Session& session, const config::Configuration& configuration);

/// Runs two steps of every node at full shape, with checkpoints and short passes, in a folder beside the
/// record that is removed again, and says what it measured. Throws: as run. Collective: all ranks.
[[nodiscard]] Outcome smoke(const comm::Session& session, const config::Configuration& configuration,
                            base::Log& log);

/// The nodes of the plan that a start computes: those that are neither finished nor failed; or those that
/// failed in earlier starts, with what needs them.
enum class Which { unfinished, failed };

/// Runs or continues the grid of a configuration, writes its record, and returns its table. A complete one is
/// left alone. A node that fails is reported in the cells that depend on it, and the others go on. Throws:
/// ConfigError, DataError before anything is started; Stopped after a checkpoint; LostRanks where a rank is
/// gone or stands still. Collective: all ranks.
[[nodiscard]] Outcome run(const comm::Session& session, const config::Configuration& configuration,
                          Which which, base::Log& log);

}  // namespace ltr::grid
