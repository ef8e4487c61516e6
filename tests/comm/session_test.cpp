// SPDX-License-Identifier: Apache-2.0
#include "comm/session.hpp"

#include <array>
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "comm/launch.hpp"
#include "comm/mpi_check.hpp"
#include "mpi_main.hpp"

namespace ltr::comm {
namespace {

using Variables = std::map<std::string, std::string>;

/// The launcher's variables as given, for one test; those of the real launcher come back afterwards.
class LaunchVariables {
 public:
  explicit LaunchVariables(const Variables& values) {
    for (const char* name : {"PMIX_RANK", "PMIX_NAMESPACE", "PMI_RANK", "PMI_FD", "OMPI_COMM_WORLD_SIZE",
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

TEST(Launch, RefusesMoreTasksThanRanks) {
  EXPECT_NO_THROW(check_srun(1, 1));
  EXPECT_NO_THROW(check_srun(4, 4));
  EXPECT_NO_THROW(check_srun(1, 8));
  try {
    check_srun(4, 1);
    FAIL() << "four tasks of one rank each were accepted";
  } catch (const base::ConfigError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("srun started 4 tasks but MPI sees 1"), std::string::npos) << message;
    EXPECT_NE(message.find("srun --mpi=pmix"), std::string::npos) << message;
  }
}

TEST(MpiCheck, NamesCallMessageRankHostAndPlace) {
  try {
    LTR_MPI(MPI_Send(nullptr, 0, MPI_BYTE, test::world().size(), 0, MPI_COMM_WORLD));
    FAIL() << "a message to a rank that does not exist was accepted";
  } catch (const LostRanks& error) {
    const std::string message = error.what();
    const std::string rank = "rank " + std::to_string(test::world().rank());
    for (const std::string& part : {std::string("MPI_Send"), std::string("MPI_ERR_RANK"), rank,
                                    test::session().host(), std::string("session_test.cpp:")}) {
      EXPECT_NE(message.find(part), std::string::npos) << part << " is not in: " << message;
    }
  }
}

}  // namespace
}  // namespace ltr::comm
