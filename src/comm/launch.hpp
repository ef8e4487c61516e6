// SPDX-License-Identifier: Apache-2.0
// Who started this process, read from the environment: a launcher that knows MPI, srun without it, or nobody.
#pragma once

namespace ltr::comm {

struct Launch {
  /// mpirun or srun offers this process its ranks (PMIx or PMI).
  bool has_ranks = false;
  /// Tasks of the srun step whose direct child this process is; 1 outside of one, and under mpirun.
  int srun_tasks = 1;
};

[[nodiscard]] Launch read_launch();

/// Throws: ConfigError if srun started more tasks than MPI sees ranks.
void check_srun(int srun_tasks, int world_size);

}  // namespace ltr::comm
