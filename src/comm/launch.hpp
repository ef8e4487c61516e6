// SPDX-License-Identifier: Apache-2.0
// Who started this process, read from the environment: a launcher that knows MPI, srun without it, or nobody.
#pragma once

#include <string>
#include <string_view>

namespace ltr::comm {

struct Launch {
  /// mpirun or srun offers this process its ranks (PMIx or PMI), or another launcher of MPI programs has
  /// started it.
  bool has_ranks = false;
  /// Tasks of the srun step whose direct child this process is; 1 outside of one, and under mpirun.
  int srun_tasks = 1;
  /// Processes that a launcher of some MPI, which need not be this program's, has started together; 1 without
  /// one.
  int processes = 1;
  /// The variable of the environment that says so, as "PMI_SIZE = 4"; "" without one.
  std::string said_by{};
};

[[nodiscard]] Launch read_launch();

/// Throws: ConfigError if srun, or the launcher of another MPI than `library`, has started several processes
/// of which each sees itself alone.
void check_launch(const Launch& launch, int world_size, std::string_view library);

}  // namespace ltr::comm
