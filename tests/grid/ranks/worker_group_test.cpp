// SPDX-License-Identifier: Apache-2.0
// Worker groups on several ranks, with nodes that nobody trains.
#include "grid/worker_group.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "grid/sample_plan.hpp"
#include "shared_folder.hpp"

namespace ltr::grid {
namespace {

using test::kAll;
using test::kWork;
using test::world;
using testing::HasSubstr;
using testing::SizeIs;

/// How often a folder was read, by whomever, and files in it made. Of equal events in a row the kernel tells
/// one, so those of closing are asked for too.
class FolderWatch {
 public:
  explicit FolderWatch(const std::filesystem::path& folder)
      : events_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    watched_ =
        inotify_add_watch(events_.value(), folder.c_str(), IN_OPEN | IN_CLOSE_NOWRITE | IN_CREATE) >= 0;
  }
  [[nodiscard]] bool works() const { return watched_; }
  [[nodiscard]] std::pair<int, int> reads_and_new_files() const {
    int reads = 0;
    int new_files = 0;
    alignas(inotify_event) std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = read(events_.value(), buffer.data(), buffer.size())) > 0;) {
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        if ((event->mask & IN_OPEN) != 0 && (event->mask & IN_ISDIR) != 0) ++reads;
        if ((event->mask & IN_CREATE) != 0) ++new_files;
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
    return {reads, new_files};
  }

 private:
  base::Descriptor events_;
  bool watched_ = false;
};

/// The sample plan: a, a.features, a.stage_2, b, b.features, b.stage_2.
class WorkerGroupTest : public testing::Test {
 protected:
  WorkerGroupTest() { configuration_.parallel.ranks_per_cell = 1; }

  [[nodiscard]] Journal journal() const { return Journal(folder_.path(), plan_); }

  /// All ranks work; `compute` is called on every rank of a node's group. What they throw together.
  template <class Compute>
  std::string work(
      const Compute& compute, const std::function<bool()>& stop_requested = [] { return false; }) {
    const Journal files = journal();
    const Job job{.configuration = configuration_,
                  .plan = plan_,
                  .journal = files,
                  .nodes = nodes_,
                  .work = kWork,
                  .compute =
                      [&](const NodeTask& task) {
                        compute(task);
                        return record::NodeRecord{};
                      },
                  .stop_requested = stop_requested,
                  .since_start = {}};
    WorkerGroup group(world(), job, log_);
    try {
      comm::agree(world(), [&] { group.work(); }, {[&] { return group.others_at_work(); }});
    } catch (const base::Stopped& error) {
      return base::format("stopped: {}", error.what());
    } catch (const base::Error& error) {
      return error.what();
    }
    return "done";
  }

  config::Plan plan_ = test::sample_plan();
  std::vector<std::size_t> nodes_ = kAll;
  config::Configuration configuration_;
  base::Log log_{base::Log::Voice::silent};
  test::SharedFolder folder_;
};

TEST_F(WorkerGroupTest, EveryNodeIsComputedOnceAndAfterWhatItNeeds) {
  std::string computed;
  EXPECT_EQ(work([&](const NodeTask& task) {
              EXPECT_EQ(task.group.size(), 1);
              for (const std::string& need : task.node.needs) {
                EXPECT_TRUE(std::filesystem::exists(folder_ / (need + ".h5"))) << task.node.id;
              }
              computed += task.node.id + " ";
            }),
            "done");
  const std::string all = base::join(world().all_gather(computed), "");
  EXPECT_EQ(std::ranges::count(all, ' '), 6) << all;
  for (const NodeStatus& status : journal().scan()) EXPECT_TRUE(status.finished);
}

TEST_F(WorkerGroupTest, PartsTakeTheNodesOfTheSmallerSize) {
  configuration_.parallel.ranks_per_cell = 0;
  configuration_.parallel.ranks_per_cell_stage_2 = 1;
  EXPECT_EQ(work([&](const NodeTask& task) {
              EXPECT_EQ(task.group.size(), task.node.needs.empty() ? world().size() : 1) << task.node.id;
            }),
            "done");
  std::set<std::int64_t> first_ranks;
  for (const config::PlanNode& node : plan_.nodes) {
    const record::NodeTime time = record::read_node_time(journal().node_file(node));
    EXPECT_EQ(time.ranks, node.needs.empty() ? world().size() : 1) << node.id;
    EXPECT_EQ(time.first_rank % time.ranks, 0) << node.id;
  }
}

TEST_F(WorkerGroupTest, AFailedNodeIsNotedAndTheOthersGoOn) {
  EXPECT_EQ(work([](const NodeTask& task) {
              if (task.node.id == "a") throw base::SystemError("no memory");
            }),
            "done");
  const auto failures = journal().failures();
  EXPECT_THAT(failures, SizeIs(3));
  EXPECT_EQ(failures.at("a"), "no memory");
  EXPECT_THAT(failures.at("a.stage_2"), HasSubstr("a failed: no memory"));
  EXPECT_TRUE(journal().scan()[5].finished);
}

TEST_F(WorkerGroupTest, AGroupThatIsStoppedStopsTheOthersAndGivesItsNodeBack) {
  EXPECT_THAT(work([](const NodeTask& task) {
                if (task.node.id == "a") throw base::Stopped("after a checkpoint");
              }),
              HasSubstr("stopped: "));
  EXPECT_TRUE(journal().stop_asked());
  EXPECT_FALSE(journal().scan()[0].claimed);
  EXPECT_FALSE(journal().scan()[0].finished);
}

TEST_F(WorkerGroupTest, AWishToStopReachesAGroupThatWaits) {
  // One rank computes a, the only node; the last of the others is told to stop meanwhile.
  if (world().size() == 1) GTEST_SKIP() << "nobody waits";
  nodes_ = {0};
  bool computes = false;
  const auto told = [&] { return !computes && world().rank() >= world().size() - 2; };
  EXPECT_THAT(work(
                  [&](const NodeTask& task) {
                    computes = true;
                    while (!task.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
                    throw base::Stopped("after a checkpoint");
                  },
                  told),
              HasSubstr("stopped: "));
}

/// Looks of one group in `waited_s` seconds: pauses grow from a tenth of a second by a quarter, up to 2.5 s
/// in 15 steps.
double most_looks(double waited_s) { return 15 + waited_s / 2.5; }

TEST_F(WorkerGroupTest, GroupsThatWaitHardlyReadTheFolder) {
  if (world().size() == 1) GTEST_SKIP() << "nobody waits";
  nodes_ = {0, 1};
  EXPECT_EQ(work([&](const NodeTask& task) {
              if (task.node.id != "a") return;
              const FolderWatch watch(folder_.path());
              ASSERT_TRUE(watch.works());
              const base::Stopwatch waiting;
              std::this_thread::sleep_for(std::chrono::seconds(5));
              const auto [reads, new_files] = watch.reads_and_new_files();
              EXPECT_LE(reads, (world().size() - 1) * most_looks(waiting.seconds()));
              EXPECT_GE(reads, world().size() - 1);
              EXPECT_EQ(new_files, 0);
            }),
            "done");
}

TEST_F(WorkerGroupTest, PartsThatWaitForOneAnotherShareTheLooks) {
  if (world().size() == 1) GTEST_SKIP() << "nobody waits";
  configuration_.parallel.ranks_per_cell = 0;
  configuration_.parallel.ranks_per_cell_stage_2 = 1;
  nodes_ = {0, 1};
  EXPECT_EQ(work([&](const NodeTask& task) {
              if (task.node.id == "a") return;
              std::this_thread::sleep_for(std::chrono::seconds(1));  // until the others wait
              const FolderWatch watch(folder_.path());
              const base::Stopwatch waiting;
              std::this_thread::sleep_for(std::chrono::seconds(6));
              EXPECT_LE(watch.reads_and_new_files().first, 1 + waiting.seconds() / 2.5);
            }),
            "done");
}

}  // namespace
}  // namespace ltr::grid
