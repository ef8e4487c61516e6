// SPDX-License-Identifier: Apache-2.0
// Main of the tests that run under mpirun: every rank runs every test, rank 0 tells, and one failure fails
// them all.
#include "mpi_main.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace ltr::test {
namespace {

std::optional<comm::Session>& session_slot() {
  static std::optional<comm::Session> slot;
  return slot;
}

/// The voice of the other ranks: failures only.
class FailurePrinter : public testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : rank_(rank) {}

  void OnTestStart(const testing::TestInfo& test) override {
    // Kept, because asking for it while a failure is reported waits for a lock that is already held.
    name_ = std::string(test.test_suite_name()) + "." + test.name();
  }

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "rank %d: %s: %s:%d: %s\n", rank_, name_.c_str(),
                 result.file_name() ? result.file_name() : "?", result.line_number(), result.message());
  }

 private:
  int rank_;
  std::string name_;
};

int run_all_tests() {
  testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
  if (world().rank() != 0) {
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailurePrinter(world().rank()));
  }
  int status = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    std::fprintf(stderr, "rank %d: no test was run\n", world().rank());
    status = 1;
  }
  std::array<std::int64_t, 1> failed{status};
  world().sum(failed);
  return failed[0] == 0 ? 0 : 1;
}

}  // namespace

const comm::Session& session() { return *session_slot(); }

const comm::Group& world() { return session().world(); }

}  // namespace ltr::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  try {
    ltr::test::session_slot().emplace();
    const int status = ltr::test::run_all_tests();
    ltr::test::session_slot().reset();
    return status;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
