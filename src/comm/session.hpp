// SPDX-License-Identifier: Apache-2.0
// The process's life as an MPI rank.
#pragma once

#include <string>

#include "base/ids.hpp"
#include "comm/group.hpp"
#include "comm/launch.hpp"

namespace ltr::comm {

/// Starts MPI (serialised threads) and ends it; one a process, made in main.
/// Started alone, without mpirun or srun, it is rank 0 of 1.
class Session {
 public:
  /// Throws: ConfigError if Slurm, or the launcher of another MPI, started more processes than MPI sees.
  Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  /// Collective: waits for all ranks. After an error that the other ranks do not share (see agree) they never
  /// come: call abort instead.
  ~Session();

  [[nodiscard]] const Group& world() const { return world_; }
  [[nodiscard]] base::WorldRank world_rank() const { return base::WorldRank(world_.rank()); }
  [[nodiscard]] base::LocalRank local_rank() const { return local_rank_; }
  [[nodiscard]] int local_size() const { return local_size_; }
  [[nodiscard]] const std::string& host() const { return host_; }
  /// e.g. "Open MPI v4.1.4".
  [[nodiscard]] static std::string library_version();
  /// What the library allows threads: "serialized" or "multiple".
  [[nodiscard]] static std::string thread_level();
  /// Ends every rank of the job at once; for errors that the other ranks cannot learn of.
  [[noreturn]] void abort(int status) const;

 private:
  /// MPI between its start and its end; the first member, so that it outlives the others.
  struct Library {
    Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library();
    Launch launch;
  };

  Library library_;
  Group world_;
  base::LocalRank local_rank_;
  int local_size_ = 1;
  std::string host_;
};

}  // namespace ltr::comm
