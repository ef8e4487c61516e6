// SPDX-License-Identifier: Apache-2.0
#include "grid/worker_group.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/host.hpp"
#include "store/atomic_file.hpp"

namespace ltr::grid {
namespace {

/// A wish to stop reaches a group that waits within this time, at whichever of its ranks.
constexpr std::chrono::milliseconds kRound{100};
/// A look costs a file system call.
constexpr double kLookForStopEveryS = 1;

double unix_time_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double sum_over(const std::vector<std::size_t>& nodes, const std::vector<double>& work) {
  double sum = 0;
  for (const std::size_t node : nodes) sum += work[node];
  return sum;
}

}  // namespace

std::string WorkerGroup::Ranks::name() const {
  return base::format("ranks {} to {} ({})", first_rank, first_rank + size - 1, base::host_name());
}

WorkerGroup::WorkerGroup(const comm::Group& world, const Job& job, base::Log& log)
    : job_(job),
      log_(log),
      policy_(job.plan, job.nodes, config::group_sizes(job.configuration, world.size())),
      shows_progress_(world.rank() == 0),
      alone_(policy_.part_size() == world.size()),
      whole_{.group = world, .size = policy_.whole_size()},
      part_{.group = world, .size = policy_.part_size()},
      costs_(job.plan, job.work),
      measured_(job.plan.nodes.size(), false),
      line_(sum_over(job.nodes, job.work) * whole_.size / world.size()) {
  for (Ranks* ranks : {&whole_, &part_}) {
    const int number = world.rank() / ranks->size;
    ranks->first_rank = number * ranks->size;
    if (ranks->size < world.size()) ranks->group = world.split(number);
  }
  if (part_.size == whole_.size) part_ = whole_;
}

void WorkerGroup::work() {
  for (;;) {
    const Decision next = next_of(whole_);
    if (next.kind == Decision::Kind::done) return;
    if (next.kind == Decision::Kind::take) compute(whole_, next.node);
    if (next.kind == Decision::Kind::go_apart) {
      comm::agree(whole_.group, [&] { take_all_ready(part_); }, {[this] { return others_at_work(); }});
    }
  }
}

/// Until none is ready: what these still wait for may take longer than parts wait for each other.
void WorkerGroup::take_all_ready(const Ranks& ranks) {
  for (Decision next = next_of(ranks); next.kind == Decision::Kind::take; next = next_of(ranks)) {
    compute(ranks, next.node);
  }
}

/// The same on all ranks of `ranks`.
Decision WorkerGroup::next_of(const Ranks& ranks) {
  begin_to_wait();
  Decision next;
  comm::agree(ranks.group, [&] {
    try {
      if (stop_requested(ranks)) {
        throw base::Stopped(
            "asked to stop between two nodes of the plan; run the same command again to go on");
      }
      if (ranks.group.rank() == 0) next = decide(ranks);
    } catch (const base::Error&) {
      job_.journal.ask_all_to_stop();
      throw;
    }
  });
  ranks.group.broadcast(std::as_writable_bytes(std::span(&next, 1)), 0);
  return next;
}

/// On rank 0 of `ranks`. A node that it is to take is claimed.
Decision WorkerGroup::decide(const Ranks& ranks) {
  if (look_times_.is_due()) {
    std::vector<NodeStatus> statuses = job_.journal.scan();
    learn_times(statuses);
    for (;;) {
      const Decision next = policy_.next(ranks.size, statuses, costs_);
      if (next.kind == Decision::Kind::wait) break;
      look_times_.begin_anew();
      if (next.kind != Decision::Kind::take) return next;
      if (job_.journal.claim(next.node, ranks.name())) return next;
      statuses[next.node].claimed = true;
    }
    (void)any_at_work(statuses);
    look_times_.wait_longer();
  }
  std::this_thread::sleep_for(kRound);
  return {Decision::Kind::wait};
}

/// Each node's time is read once, when it is there.
void WorkerGroup::learn_times(const std::vector<NodeStatus>& statuses) {
  for (const std::size_t node : job_.nodes) {
    if (measured_[node] || !statuses[node].finished) continue;
    costs_.measured(node, record::read_node_time(job_.journal.node_file(job_.plan.nodes[node])));
    measured_[node] = true;
  }
}

/// Nobody waits for ranks that are gone: a claim that its holder no longer renews is the sign.
bool WorkerGroup::any_at_work(const std::vector<NodeStatus>& statuses) {
  const double timeout_s = job_.configuration.parallel.stall_timeout_s;
  bool at_work = false;
  for (const std::size_t number : job_.nodes) {
    const NodeStatus& status = statuses[number];
    if (!status.claimed || status.finished || status.failed) continue;
    at_work = true;
    const std::filesystem::path claim = job_.journal.claim_file(job_.plan.nodes[number]);
    const double silent_s = timeout_s > 0 ? silence_.silent_s(claim) : 0;
    if (silent_s <= std::max(timeout_s, kSilentAfterS)) continue;
    throw comm::CommunicationError(base::format(
        "{} are silent for {:.0f} s, and the others wait for {} from them; they stand still or are gone, so "
        "the run ends; look at their processes and hosts, then start the same command again: it goes on from "
        "the last checkpoint",
        store::read_text_file(claim), silent_s, job_.plan.nodes[number].id));
  }
  return at_work;
}

void WorkerGroup::begin_to_wait() {
  since_look_at_others_ = {};
  others_were_at_work_ = true;
}

bool WorkerGroup::others_at_work() {
  // The first ranks of the parts share the looks of their group. If they stand still themselves, the other
  // ranks find that out.
  const double late_s = job_.configuration.parallel.stall_timeout_s / 2;
  const double every_s =
      part_.group.rank() == 0 ? std::min(LookTimes::kLongestS * whole_.size / part_.size, late_s) : late_s;
  if (since_look_at_others_.seconds() >= every_s) {
    since_look_at_others_ = {};
    others_were_at_work_ = any_at_work(job_.journal.scan());
  }
  return others_were_at_work_;
}

bool WorkerGroup::stop_requested(const Ranks& ranks) {
  if (job_.stop_requested()) return true;
  if (alone_ || ranks.group.rank() != 0) return false;
  if (!look_times_.is_due() || since_stop_look_.seconds() < kLookForStopEveryS) return false;
  since_stop_look_ = {};
  return job_.journal.stop_asked();
}

/// What a rank throws by itself, where the others are not asked, would leave them waiting.
void WorkerGroup::compute(const Ranks& ranks, std::size_t number) {
  try {
    compute_or_fail(ranks, number);
  } catch (const base::Error&) {
    begin_to_wait();
    if (ranks.group.rank() == 0) {
      job_.journal.ask_all_to_stop();
      job_.journal.release(job_.plan.nodes[number]);
    }
    throw;
  } catch (const comm::CommunicationError&) {
    throw;
  } catch (const std::exception& error) {
    const std::string text =
        base::format("rank {} ({}), {}: internal error: {}", ranks.first_rank + ranks.group.rank(),
                     base::host_name(), job_.plan.nodes[number].id, error.what());
    if (ranks.size > 1) throw comm::CommunicationError(text);
    log_.error(text);
    job_.journal.fail(job_.plan.nodes[number], text);
  }
}

record::NodeRecord WorkerGroup::computed(const Ranks& ranks, const config::PlanNode& node) {
  const auto show = [this](const auto& progress) {
    const std::string text = line_.line(progress);
    if (shows_progress_) log_.progress(text);
  };
  return job_.compute({.node = node,
                       .group = ranks.group,
                       .progress = show,
                       .pass_progress = show,
                       .stop_requested = [&] { return stop_requested(ranks); },
                       .warn =
                           [&](const std::string& text) {
                             if (ranks.group.rank() != 0) return;
                             log_.warning(base::format("{}: {}", node.id, text));
                           }});
}

/// A node that fails is noted; a stop and a bad configuration end the run.
void WorkerGroup::compute_or_fail(const Ranks& ranks, std::size_t number) {
  const config::PlanNode& node = job_.plan.nodes[number];
  const bool leads = ranks.group.rank() == 0;
  std::optional<Heartbeat> heartbeat;
  if (leads) heartbeat.emplace(job_.journal.claim_file(node));
  line_.begin_node(node, number + 1, job_.plan.nodes.size(), job_.work[number]);
  const base::Stopwatch watch;
  record::NodeTime time{.node = node.id, .first_rank = ranks.first_rank, .ranks = ranks.size};
  time.started_at_s = unix_time_s();
  time.after_s = job_.since_start.seconds();
  try {
    record::NodeRecord done = computed(ranks, node);
    time.seconds = watch.seconds();
    time.share = line_.own_share();
    done.time = time;
    comm::agree(ranks.group, [&] {
      if (leads) job_.journal.finish(node, done);
    });
    if (leads) log_.info(base::format("{} done in {}", node.id, base::duration(watch.seconds())));
  } catch (const base::Stopped&) {
    throw;
  } catch (const base::ConfigError&) {
    throw;
  } catch (const base::Error& error) {
    comm::agree(ranks.group, [&] {
      if (!leads) return;
      log_.error(base::format("{}: {}", node.id, error.what()));
      job_.journal.fail(node, error.what());
    });
  }
  line_.end_node();
}

}  // namespace ltr::grid
