// SPDX-License-Identifier: Apache-2.0
#include "comm/launch.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::comm {
namespace {

bool is_set(const char* name) { return std::getenv(name) != nullptr; }

int number_in(const char* name, int otherwise) {
  const std::string_view text = is_set(name) ? std::getenv(name) : "";
  int value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// What launchers say of how many processes they started: the number, or the rank of one, which is below it.
/// Of two launchers, one inside the other, the inner one's stands first.
struct Hint {
  const char* variable;
  int above;                     ///< the number of processes is at least this much more than the value
  const char* beside = nullptr;  ///< only together with this variable: others inherit the first
};
constexpr Hint kHints[] = {
    {"OMPI_COMM_WORLD_SIZE", 0},             // Open MPI
    {"MV2_COMM_WORLD_SIZE", 0},              // MVAPICH
    {"PMI_SIZE", 0},                         // Hydra of MPICH and Intel MPI, srun --mpi=pmi2, Cray's PALS
    {"MPI_LOCALNRANKS", 0},                  // Hydra, on this host
    {"FLUX_JOB_SIZE", 0, "FLUX_TASK_RANK"},  // Flux, whose batch scripts are no tasks
    {"PALS_RANKID", 1},
    {"PMIX_RANK", 1},
};

/// What srun has to be told for an MPI library to find its ranks.
std::string_view srun_kind(std::string_view library) {
  if (library.starts_with("Open MPI")) return "pmix";
  if (library.find("Intel") != library.npos) return "pmi2 with I_MPI_PMI_LIBRARY set to Slurm's libpmi2.so";
  for (const char* family : {"MPICH", "MVAPICH", "CRAY"}) {
    if (library.find(family) != library.npos) return "pmi2 (cray_shasta on a Cray)";
  }
  return "pmix or --mpi=pmi2";
}

}  // namespace

Launch read_launch() {
  constexpr std::array kRankVariables{"PMIX_RANK", "PMIX_NAMESPACE", "PMI_RANK", "PMI_FD", "PALS_RANKID"};
  Launch launch;
  for (const Hint& hint : kHints) {
    if (!is_set(hint.variable) || (hint.beside != nullptr && !is_set(hint.beside))) continue;
    launch.processes = std::max(1, number_in(hint.variable, 1 - hint.above) + hint.above);
    launch.said_by = base::format("{} = {}", hint.variable, std::getenv(hint.variable));
    break;
  }
  launch.has_ranks = !launch.said_by.empty() || std::ranges::any_of(kRankVariables, is_set);
  // mpirun starts its daemons by srun, one a host: their children inherit a task count that is not theirs.
  if (is_set("OMPI_COMM_WORLD_SIZE")) return launch;
  if (is_set("SLURM_STEP_NUM_TASKS")) {
    launch.srun_tasks = number_in("SLURM_STEP_NUM_TASKS", 1);
  } else if (is_set("SLURM_STEP_ID")) {
    launch.srun_tasks = number_in("SLURM_NTASKS", 1);
  }
  return launch;
}

void check_launch(const Launch& launch, int world_size, std::string_view library) {
  if (launch.srun_tasks > world_size) {
    throw base::ConfigError(base::format(
        "srun started {} tasks but MPI sees {}; every task would run the whole grid by itself, "
        "all writing the same "
        "output; use srun --mpi={}, which is what {} needs (srun --mpi=list shows what this Slurm "
        "offers), or its mpirun",
        launch.srun_tasks, world_size, srun_kind(library), library));
  }
  if (launch.processes > 1 && world_size == 1) {
    throw base::ConfigError(base::format(
        "{} says that a launcher of MPI programs started several processes, but each sees itself alone: the "
        "launcher is "
        "not that of this program's MPI, {}; every process would run the whole grid by itself, all writing "
        "the same "
        "output; start it by that library's own mpirun, or build it with the MPI whose launcher this is",
        launch.said_by, library));
  }
}

}  // namespace ltr::comm
