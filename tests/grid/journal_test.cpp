// SPDX-License-Identifier: Apache-2.0
#include "grid/journal.hpp"

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "own_folder.hpp"

namespace ltr::grid {
namespace {

using testing::HasSubstr;

/// Two stage 1s, each with two nodes that need it.
class JournalTest : public test::OwnFolder {
 protected:
  static constexpr std::size_t kStage1 = 0;
  static constexpr std::size_t kFeatures = 1;
  static constexpr std::size_t kStage2 = 2;
  static constexpr std::size_t kOther = 3;

  void SetUp() override {
    OwnFolder::SetUp();
    config::Configuration configuration;
    configuration.grid.sampling = {config::SamplingKind::class_balanced, config::SamplingKind::square_root};
    configuration.run.seeds = {0};
    plan_ = config::make_plan(configuration);
    ASSERT_EQ(plan_.nodes.size(), 6U);
    ASSERT_EQ(plan_.nodes[kStage2].needs, std::vector{plan_.nodes[kStage1].id});
  }
  const config::PlanNode& node(std::size_t number) const { return plan_.nodes[number]; }
  Journal journal() const { return Journal(folder(), plan_); }

  config::Plan plan_;
};

TEST_F(JournalTest, OneOfSeveralGroupsGetsANode) {
  EXPECT_TRUE(journal().claim(kStage1, "first"));
  EXPECT_FALSE(journal().claim(kStage1, "second"));
  EXPECT_TRUE(journal().scan()[kStage1].claimed);
  journal().release(node(kStage1));
  EXPECT_TRUE(journal().claim(kStage1, "second"));
}

TEST_F(JournalTest, NodesAreReadyOnceAllTheyNeedIsFinished) {
  EXPECT_TRUE(journal().scan()[kStage1].ready);
  EXPECT_FALSE(journal().scan()[kStage2].ready);
  EXPECT_FALSE(journal().claim(kStage2, "too early"));
  journal().finish(node(kStage1), {});
  EXPECT_FALSE(journal().scan()[kStage1].ready);
  EXPECT_TRUE(journal().scan()[kStage1].finished);
  EXPECT_TRUE(journal().scan()[kStage2].ready);
}

TEST_F(JournalTest, WhatNeedsAFailedNodeHasFailedAndOthersHaveNot) {
  ASSERT_TRUE(journal().claim(kStage1, "a group"));
  journal().fail(node(kStage1), "the disk is on fire");
  for (const std::size_t number : {kStage1, kFeatures, kStage2}) EXPECT_TRUE(journal().scan()[number].failed);
  EXPECT_FALSE(journal().scan()[kOther].failed);
  EXPECT_TRUE(journal().scan()[kOther].ready);
  const auto failures = journal().failures();
  EXPECT_EQ(failures.size(), 3U);
  EXPECT_EQ(failures.at(node(kStage1).id), "the disk is on fire");
  EXPECT_THAT(failures.at(node(kStage2).id), HasSubstr(node(kStage1).id + " failed: the disk is on fire"));
}

TEST_F(JournalTest, ANodeThatIsFinishedAllTheSameHasNotFailed) {
  journal().fail(node(kStage1), "after its file was in place");
  journal().finish(node(kStage1), {});
  EXPECT_FALSE(journal().scan()[kStage1].failed);
  EXPECT_TRUE(journal().failures().empty());
}

TEST_F(JournalTest, AFailureThatIsRetriedIsRememberedUntilTheNodeIsFinished) {
  journal().fail(node(kStage1), "once");
  journal().retry_failures();
  // As after the death of the start that was to retry it.
  journal().begin();
  for (const std::size_t number : {kStage1, kFeatures, kStage2}) {
    EXPECT_TRUE(journal().scan()[number].to_be_retried);
    EXPECT_FALSE(journal().scan()[number].failed);
  }
  EXPECT_TRUE(journal().scan()[kStage1].ready);
  EXPECT_FALSE(journal().scan()[kOther].to_be_retried);
  journal().fail(node(kStage1), "twice");
  EXPECT_FALSE(journal().scan()[kStage1].to_be_retried);
  EXPECT_TRUE(journal().scan()[kStage1].failed);
  journal().retry_failures();
  journal().finish(node(kStage1), {});
  EXPECT_FALSE(journal().scan()[kStage1].to_be_retried);
  EXPECT_FALSE(journal().scan()[kStage2].to_be_retried);
}

TEST_F(JournalTest, ANewStartForgetsClaimsAndTheWishToStop) {
  ASSERT_TRUE(journal().claim(kStage1, "a group that was killed"));
  journal().ask_all_to_stop();
  EXPECT_TRUE(journal().stop_asked());
  journal().begin();
  EXPECT_FALSE(journal().stop_asked());
  EXPECT_FALSE(journal().scan()[kStage1].claimed);
}

TEST_F(JournalTest, AFolderThatIsNotThereHoldsNothing) {
  const Journal journal(folder() / "absent", plan_);
  for (const NodeStatus& status : journal.scan()) EXPECT_FALSE(status.finished || status.failed);
  EXPECT_THROW((void)journal.claim(kStage1, "nobody"), base::SystemError);
}

}  // namespace
}  // namespace ltr::grid
