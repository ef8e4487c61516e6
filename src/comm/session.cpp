// SPDX-License-Identifier: Apache-2.0
#include "comm/session.hpp"

#include <array>
#include <cstdlib>
#include <sstream>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/host.hpp"
#include "comm/group_state.hpp"

namespace ltr::comm {
namespace {

/// While it lives, MPI_Init of a process started alone needs nothing but itself.
class AloneEnvironment {
 public:
  AloneEnvironment() {
    // In the shell of an interactive allocation Open MPI would take itself for a task of srun, and abort.
    if (const char* step = std::getenv("SLURM_STEP_ID")) slurm_step_ = step;
    unsetenv("SLURM_STEP_ID");
  }
  AloneEnvironment(const AloneEnvironment&) = delete;
  AloneEnvironment& operator=(const AloneEnvironment&) = delete;
  ~AloneEnvironment() {
    if (!slurm_step_.empty()) setenv("SLURM_STEP_ID", slurm_step_.c_str(), 1);
  }

 private:
  std::string slurm_step_;
};

void start_mpi() {
  int provided = MPI_THREAD_SINGLE;
  LTR_MPI(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided));
  if (provided >= MPI_THREAD_SERIALIZED) return;
  MPI_Finalize();
  throw base::ConfigError(
      base::format("{} offers thread level {} but {} (MPI_THREAD_SERIALIZED) is needed; gradients are "
                   "exchanged by a thread of "
                   "their own; use an MPI library built with thread support",
                   Session::library_version(), provided, static_cast<int>(MPI_THREAD_SERIALIZED)));
}

Group world_group() {
  LTR_MPI(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN));
  return Group(std::make_shared<Group::State>(MPI_COMM_WORLD, Group::State::Ownership::borrowed,
                                              std::make_shared<StallTimeout>()));
}

}  // namespace

Session::Library::Library() {
  launch = read_launch();
  // A process without others: Open MPI 4 would start a daemon beside it, and for that demands that ssh is
  // installed. Open MPI 5 starts none.
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  if (launch.has_ranks) {
    start_mpi();
    return;
  }
  // Asked before MPI starts: Open MPI would end the process with a text of its own.
  check_launch(launch, 1, Session::library_version());
  const AloneEnvironment environment;
  start_mpi();
}

Session::Library::~Library() { MPI_Finalize(); }

Session::Session() : world_(world_group()), host_(base::host_name()) {
  check_launch(library_.launch, world_.size(), library_version());
  MPI_Comm host = MPI_COMM_NULL;
  LTR_MPI(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, world_.rank(), MPI_INFO_NULL, &host));
  int rank = 0;
  LTR_MPI(MPI_Comm_rank(host, &rank));
  LTR_MPI(MPI_Comm_size(host, &local_size_));
  LTR_MPI(MPI_Comm_free(&host));
  local_rank_ = base::LocalRank(rank);
}

Session::~Session() = default;

std::string Session::library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  LTR_MPI(MPI_Get_library_version(text.data(), &length));
  const std::string whole(text.data(), static_cast<std::size_t>(length));
  std::istringstream words(whole.substr(0, whole.find_first_of(",\n")));
  std::string version;
  for (std::string word; words >> word;) version += (version.empty() ? "" : " ") + word;
  return version;
}

std::string Session::thread_level() {
  int provided = MPI_THREAD_SINGLE;
  LTR_MPI(MPI_Query_thread(&provided));
  return provided == MPI_THREAD_MULTIPLE ? "multiple" : "serialized";
}

void Session::abort(int status) const {
  MPI_Abort(MPI_COMM_WORLD, status);
  std::_Exit(status);
}

}  // namespace ltr::comm
