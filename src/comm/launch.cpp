// SPDX-License-Identifier: Apache-2.0
#include "comm/launch.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::comm {
namespace {

bool is_set(const char* name) { return std::getenv(name) != nullptr; }

int number_or_1(const char* name) {
  const std::string_view text = is_set(name) ? std::getenv(name) : "";
  int value = 1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Launch read_launch() {
  constexpr std::array kRankVariables{"PMIX_RANK", "PMIX_NAMESPACE", "PMI_RANK", "PMI_FD"};
  Launch launch;
  launch.has_ranks = std::ranges::any_of(kRankVariables, is_set);
  // mpirun starts its daemons by srun, one a host: their children inherit a task count that is not theirs.
  if (is_set("OMPI_COMM_WORLD_SIZE")) return launch;
  if (is_set("SLURM_STEP_NUM_TASKS")) {
    launch.srun_tasks = number_or_1("SLURM_STEP_NUM_TASKS");
  } else if (is_set("SLURM_STEP_ID")) {
    launch.srun_tasks = number_or_1("SLURM_NTASKS");
  }
  return launch;
}

void check_srun(int srun_tasks, int world_size) {
  if (srun_tasks <= world_size) return;
  throw base::ConfigError(
      base::format("srun started {} tasks but MPI sees {}; every task would run the whole grid by itself, "
                   "all writing the same "
                   "output; use srun --mpi=pmix (srun --mpi=list shows what this Slurm offers), or mpirun",
                   srun_tasks, world_size));
}

}  // namespace ltr::comm
