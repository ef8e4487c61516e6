// SPDX-License-Identifier: Apache-2.0
// The grid: checks everything, computes every node that is not there yet, merges the record.
#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "comm/session.hpp"
#include "config/configuration.hpp"
#include "grid/node_selection.hpp"

namespace ltr::grid {

/// What a run ends with; the text is for standard output on rank 0.
struct Outcome {
  base::ExitStatus status = base::ExitStatus::done;
  std::string text;
};

/// What the program gives to a run.
struct ProcessContext {
  const comm::Session& session;
  base::Log& log;
  std::function<bool()> stop_requested;  ///< by a signal to this process
};

/// Checks configuration, packs and ranks, and describes the plan; trains nothing, writes nothing.
/// Collective: all ranks.
[[nodiscard]] Outcome show_plan(const comm::Session& session, const config::Configuration& configuration);

/// Runs two steps of every node at full shape, with checkpoints and short passes, in a folder beside the
/// record that is removed again, and says what it measured. Throws: as run. Collective: all ranks.
[[nodiscard]] Outcome smoke(const ProcessContext& process, const config::Configuration& configuration);

/// Runs or continues the grid of a configuration, writes its record, and returns its table. A complete one is
/// left alone. A node that fails is reported in the cells that depend on it, and the others go on. Throws:
/// ConfigError, DataError before anything is started; Stopped after a checkpoint; CommunicationError where a
/// rank is gone or stands still. Collective: all ranks.
[[nodiscard]] Outcome run(const ProcessContext& process, const config::Configuration& configuration,
                          NodeFilter nodes);

}  // namespace ltr::grid
