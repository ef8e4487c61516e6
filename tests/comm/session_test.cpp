// SPDX-License-Identifier: Apache-2.0
#include "comm/session.hpp"

#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "comm/launch.hpp"
#include "comm/mpi_check.hpp"
#include "message_of.hpp"
#include "mpi_main.hpp"

namespace ltr::comm {
namespace {

using Variables = std::map<std::string, std::string>;

/// The launcher's variables as given, for one test; those of the real launcher come back afterwards.
class LaunchVariables {
 public:
  explicit LaunchVariables(const Variables& values) {
    for (const char* name :
         {"PMIX_RANK", "PMIX_NAMESPACE", "PMI_RANK", "PMI_FD", "PMI_SIZE", "MPI_LOCALNRANKS",
          "MV2_COMM_WORLD_SIZE", "PALS_RANKID", "FLUX_JOB_SIZE", "FLUX_TASK_RANK", "OMPI_COMM_WORLD_SIZE",
          "SLURM_STEP_NUM_TASKS", "SLURM_STEP_ID", "SLURM_NTASKS"}) {
      if (const char* value = std::getenv(name)) before_[name] = value;
      unsetenv(name);
      set_.push_back(name);
    }
    for (const auto& [name, value] : values) setenv(name.c_str(), value.c_str(), 1);
  }
  LaunchVariables(const LaunchVariables&) = delete;
  LaunchVariables& operator=(const LaunchVariables&) = delete;
  ~LaunchVariables() {
    for (const std::string& name : set_) unsetenv(name.c_str());
    for (const auto& [name, value] : before_) setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  std::vector<std::string> set_;
  Variables before_;
};

TEST(Session, CountsTheRanksOfThisHost) {
  // The tests run on one host.
  EXPECT_EQ(test::session().local_size(), test::world().size());
  EXPECT_EQ(test::session().local_rank().value(), test::world().rank());
  EXPECT_EQ(test::session().world_rank().value(), test::world().rank());
}

TEST(Session, NamesHostAndLibrary) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  EXPECT_EQ(test::session().host(), host.data());
  const std::string version = Session::library_version();
  EXPECT_NE(version.find("MPI"), std::string::npos) << version;
  EXPECT_EQ(version.find('\n'), std::string::npos) << version;
}

TEST(Launch, KnowsTheTasksOfSrun) {
  const LaunchVariables variables(
      Variables{{"SLURM_STEP_NUM_TASKS", "4"}, {"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "8"}});
  EXPECT_EQ(read_launch().srun_tasks, 4);
  EXPECT_FALSE(read_launch().has_ranks);
}

TEST(Launch, TakesTheJobsTasksOnlyInsideAStep) {
  {
    const LaunchVariables variables(Variables{{"SLURM_STEP_ID", "0"}, {"SLURM_NTASKS", "8"}});
    EXPECT_EQ(read_launch().srun_tasks, 8);
  }
  // A batch script sees the job's tasks too, but runs once.
  const LaunchVariables variables(Variables{{"SLURM_NTASKS", "8"}});
  EXPECT_EQ(read_launch().srun_tasks, 1);
}

TEST(Launch, OverlooksTheStepOfMpirunsDaemons) {
  const LaunchVariables variables(Variables{{"OMPI_COMM_WORLD_SIZE", "2"},
                                            {"PMIX_RANK", "0"},
                                            {"SLURM_STEP_ID", "0"},
                                            {"SLURM_STEP_NUM_TASKS", "7"}});
  EXPECT_EQ(read_launch().srun_tasks, 1);
  EXPECT_TRUE(read_launch().has_ranks);
}

/// What is said of a launch of which MPI sees `world_size` processes, or "accepted".
std::string refusal(const Launch& launch, int world_size, const char* library = "Some MPI v1") {
  return test::message_of<base::ConfigError>([&] { check_launch(launch, world_size, library); });
}

TEST(Launch, RefusesMoreTasksThanRanks) {
  EXPECT_EQ(refusal({.srun_tasks = 1}, 1), "accepted");
  EXPECT_EQ(refusal({.srun_tasks = 4}, 4), "accepted");
  EXPECT_EQ(refusal({.srun_tasks = 1}, 8), "accepted");
  const std::string message = refusal({.srun_tasks = 4}, 1);
  EXPECT_NE(message.find("srun started 4 tasks but MPI sees 1"), std::string::npos) << message;
  EXPECT_NE(message.find("srun --mpi=pmix or --mpi=pmi2, which is what Some MPI v1 needs"), std::string::npos)
      << message;
}

TEST(Launch, SrunIsToldWhatTheLibraryNeeds) {
  const std::pair<const char*, const char*> libraries[] = {
      {"Open MPI v5.0.10", "--mpi=pmix, which"},
      {"MPICH Version: 4.0.2", "--mpi=pmi2 (cray_shasta"},
      {"MPI VERSION : CRAY MPICH version 9", "--mpi=pmi2 (cray_shasta"},
      {"Intel(R) MPI Library 2021.13", "--mpi=pmi2 with I_MPI_PMI_LIBRARY"}};
  for (const auto& [library, kind] : libraries) {
    EXPECT_NE(refusal({.srun_tasks = 4}, 1, library).find(kind), std::string::npos) << library;
  }
}

TEST(Launch, OfAnotherMpiIsRefusedWithItsVariable) {
  const std::pair<Variables, std::string> launches[] = {
      {{{"OMPI_COMM_WORLD_SIZE", "4"}, {"PMIX_RANK", "0"}}, "OMPI_COMM_WORLD_SIZE = 4"},
      {{{"MV2_COMM_WORLD_SIZE", "4"}}, "MV2_COMM_WORLD_SIZE = 4"},
      {{{"PMI_SIZE", "2"}, {"PMI_RANK", "0"}, {"PMI_FD", "5"}}, "PMI_SIZE = 2"},
      {{{"MPI_LOCALNRANKS", "2"}}, "MPI_LOCALNRANKS = 2"},
      {{{"FLUX_JOB_SIZE", "4"}, {"FLUX_TASK_RANK", "0"}}, "FLUX_JOB_SIZE = 4"},
      {{{"PALS_RANKID", "1"}}, "PALS_RANKID = 1"},
      {{{"PMIX_RANK", "3"}, {"PMIX_NAMESPACE", "x"}}, "PMIX_RANK = 3"}};
  for (const auto& [environment, said] : launches) {
    const LaunchVariables variables(environment);
    const Launch launch = read_launch();
    EXPECT_TRUE(launch.has_ranks) << said;
    const std::string message = refusal(launch, 1);
    EXPECT_EQ(message.find(said + " says that a launcher"), 0U) << message;
    EXPECT_NE(message.find("this program's MPI, Some MPI v1;"), std::string::npos) << message;
    EXPECT_EQ(refusal(launch, 4), "accepted") << said;
  }
}

TEST(Launch, OfOneProcessIsNoneOfAnotherMpi) {
  const Variables launches[] = {
      {},
      {{"OMPI_COMM_WORLD_SIZE", "1"}, {"PMIX_RANK", "0"}},
      {{"PMI_SIZE", "1"}, {"PMI_RANK", "0"}},
      {{"PALS_RANKID", "0"}},
      // One process by Open MPI's mpirun, whose daemons another launcher has started.
      {{"OMPI_COMM_WORLD_SIZE", "1"}, {"PMI_SIZE", "4"}, {"PALS_RANKID", "3"}},
      // A batch script of Flux, and text that is no number.
      {{"FLUX_JOB_SIZE", "4"}},
      {{"PMI_SIZE", "many"}}};
  for (const Variables& environment : launches) {
    const LaunchVariables variables(environment);
    EXPECT_EQ(refusal(read_launch(), 1), "accepted");
  }
}

TEST(MpiCheck, NamesCallMessageRankHostAndPlace) {
  const std::string message = test::message_of<CommunicationError>(
      [] { LTR_MPI(MPI_Send(nullptr, 0, MPI_BYTE, test::world().size(), 0, MPI_COMM_WORLD)); });
  const std::string rank = "rank " + std::to_string(test::world().rank());
  for (const std::string& part :
       {std::string("MPI_Send"), rank, test::session().host(), std::string("session_test.cpp:")}) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " is not in: " << message;
  }
  // Each library has its own words.
  EXPECT_TRUE(message.find("MPI_ERR_RANK") != message.npos || message.find("Invalid rank") != message.npos)
      << message;
  EXPECT_EQ(message.find('\n'), message.npos) << message;
}

}  // namespace
}  // namespace ltr::comm
