// SPDX-License-Identifier: Apache-2.0
// The commands of ltr_data: each adds itself to the command line and runs when it is the one typed.
#pragma once

#include <CLI/CLI.hpp>

#include "app/data_interruption.hpp"
#include "base/log.hpp"

namespace ltr::app {

void add_pack_command(CLI::App& app, base::Log& log, Interruption& interruption);
void add_subset_command(CLI::App& app, base::Log& log, Interruption& interruption);
void add_check_command(CLI::App& app, base::Log& log);
void add_stats_command(CLI::App& app);
void add_synthesise_command(CLI::App& app, base::Log& log, Interruption& interruption);
void add_draws_command(CLI::App& app);

}  // namespace ltr::app
