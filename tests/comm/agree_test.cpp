// SPDX-License-Identifier: Apache-2.0
#include <new>
#include <stdexcept>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/group.hpp"
#include "message_of.hpp"
#include "mpi_main.hpp"

namespace ltr::comm {
namespace {

using test::world;

template <class Expected>
std::string agreed_message(const std::function<void()>& work) {
  return test::message_of<Expected>([&] { agree(world(), work); });
}

template <class Thrown, class Expected>
void expect_all_throw(std::string_view expected_text) {
  for (int failing = 0; failing < world().size(); ++failing) {
    const std::string message = agreed_message<Expected>([&] {
      if (world().rank() >= failing) throw Thrown(base::format("trouble of {}", world().rank()));
    });
    // The lowest failing rank speaks, on every rank.
    const std::string text = base::format("{}trouble of {}", expected_text, failing);
    if (world().size() == 1) {
      EXPECT_EQ(message, text);
    } else {
      EXPECT_EQ(message, base::format("rank {} ({}): {}", failing, test::session().host(), text));
    }
  }
}

TEST(Agree, IsSilentWhenNoRankFails) {
  int calls = 0;
  agree(world(), [&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(Agree, RaisesTheLowestRanksErrorEverywhereInItsClass) {
  expect_all_throw<base::ConfigError, base::ConfigError>("");
  expect_all_throw<base::DataError, base::DataError>("");
  expect_all_throw<base::SystemError, base::SystemError>("");
  expect_all_throw<base::Stopped, base::Stopped>("");
}

TEST(Agree, TurnsForeignErrorsIntoSystemErrors) {
  expect_all_throw<std::runtime_error, base::SystemError>("");
  expect_all_throw<std::logic_error, base::SystemError>("internal error: ");
}

TEST(Agree, NamesLackOfMemory) {
  const std::string message = agreed_message<base::SystemError>([] {
    if (world().rank() == world().size() - 1) throw std::bad_alloc();
  });
  EXPECT_NE(message.find("out of memory"), std::string::npos) << message;
}

TEST(Agree, SurvivesSomethingThatIsNoException) {
  const std::string message = agreed_message<base::SystemError>([] {
    if (world().rank() == 0) throw 42;
  });
  EXPECT_NE(message.find("internal error"), std::string::npos) << message;
}

TEST(Agree, LeavesTheRanksInStepAfterAFailure) {
  for (int round = 0; round < 20; ++round) {
    const int failing = round % world().size();
    EXPECT_THROW(agree(world(),
                       [&] {
                         if (world().rank() == failing) throw base::DataError("bad image");
                       }),
                 base::DataError);
    EXPECT_EQ(world().broadcast(base::format("round {}", round), failing), base::format("round {}", round));
  }
}

}  // namespace
}  // namespace ltr::comm
