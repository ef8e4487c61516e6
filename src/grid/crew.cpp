// SPDX-License-Identifier: Apache-2.0
#include "grid/crew.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <set>
#include <thread>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/host.hpp"
#include "grid/plan_text.hpp"
#include "grid/stop_signal.hpp"
#include "grid/workspace.hpp"
#include "store/atomic_file.hpp"

namespace ltr::grid {
namespace {

constexpr std::chrono::milliseconds kLookForWorkEvery{200};
/// A look costs a file system call.
constexpr double kLookForStopEveryS = 1;

double unix_time_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Crew::Crew(const comm::Group& world, const Job& job, base::Log& log)
    : job_(job),
      log_(log),
      shows_progress_(world.rank() == 0),
      sizes_(config::group_sizes(job.configuration, world.size())),
      crews_(world.size() / std::max(sizes_.stage_1, sizes_.stage_2)),
      whole_{.group = world, .size = std::max(sizes_.stage_1, sizes_.stage_2)},
      part_{.group = world, .size = std::min(sizes_.stage_1, sizes_.stage_2)},
      work_(total_work(job.plan, job.inputs, job.configuration)),
      costs_(job.plan, work_),
      measured_(job.plan.nodes.size(), false),
      line_(std::accumulate(job.nodes.begin(), job.nodes.end(), 0.0,
                            [this](double sum, std::size_t node) { return sum + work_[node]; }) /
            crews_) {
  for (Ranks* ranks : {&whole_, &part_}) {
    const int number = world.rank() / ranks->size;
    ranks->first_rank = number * ranks->size;
    if (ranks->size < world.size()) ranks->group = world.split(number);
  }
  if (part_.size == whole_.size) part_ = whole_;
}

void Crew::work() {
  for (;;) {
    const std::int64_t next = next_of(whole_);
    if (next == static_cast<std::int64_t>(Next::done)) return;
    if (next == static_cast<std::int64_t>(Next::wait)) continue;
    if (next != static_cast<std::int64_t>(Next::parts)) {
      compute(whole_, static_cast<std::size_t>(next));
      continue;
    }
    comm::agree(whole_.group, [&] { take_all_ready(part_); }, {[this] { return others_at_work(); }});
  }
}

/// Until none is ready: nodes that these still wait for may be longer than the parts' patience.
void Crew::take_all_ready(const Ranks& ranks) {
  for (std::int64_t next = next_of(ranks); next >= 0; next = next_of(ranks)) {
    compute(ranks, static_cast<std::size_t>(next));
  }
}

/// The same on all ranks of `ranks`.
std::int64_t Crew::next_of(const Ranks& ranks) {
  std::int64_t next = 0;
  comm::agree(ranks.group, [&] {
    try {
      if (stop_requested(ranks)) {
        throw base::Stopped(
            "asked to stop between two nodes of the plan; run the same command again to go on");
      }
      if (ranks.group.rank() == 0) next = choose(ranks);
    } catch (const base::Error&) {
      job_.journal.ask_all_to_stop();
      throw;
    }
  });
  ranks.group.broadcast(std::as_writable_bytes(std::span(&next, 1)), 0);
  return next;
}

/// On rank 0 of `ranks`: a node, by its number in the plan, or what else to do.
std::int64_t Crew::choose(const Ranks& ranks) {
  const std::vector<Standing> standings = job_.journal.look();
  learn_times(standings);
  if (const std::int64_t node = take_longest(ranks, standings); node >= 0) return node;
  const bool for_parts =
      part_.size < whole_.size &&
      std::ranges::any_of(
          job_.nodes, [&](std::size_t node) { return can_be_taken(node, part_.size, standings[node]); });
  if (for_parts) return static_cast<std::int64_t>(Next::parts);
  if (all_done(standings)) return static_cast<std::int64_t>(Next::done);
  (void)others_at_work();
  std::this_thread::sleep_for(kLookForWorkEvery);
  return static_cast<std::int64_t>(Next::wait);
}

bool Crew::can_be_taken(std::size_t node, int size, const Standing& standing) const {
  return size_of(node) == size && standing.ready && !standing.claimed;
}

std::int64_t Crew::take_longest(const Ranks& ranks, const std::vector<Standing>& standings) {
  std::vector<std::size_t> candidates;
  for (const std::size_t node : job_.nodes) {
    if (can_be_taken(node, ranks.size, standings[node])) candidates.push_back(node);
  }
  sort_longest_first(candidates, costs_);
  const std::string holder = base::format("ranks {} to {} ({})", ranks.first_rank,
                                          ranks.first_rank + ranks.size - 1, base::host_name());
  for (const std::size_t node : candidates) {
    if (job_.journal.claim(node, holder)) return static_cast<std::int64_t>(node);
  }
  return static_cast<std::int64_t>(Next::wait);
}

/// Whether none of the nodes can be finished any more in this start, or all are.
bool Crew::all_done(const std::vector<Standing>& standings) const {
  std::set<std::string> open;
  const auto can_be_finished = [&](const std::string& id) {
    const auto place = std::ranges::find(job_.plan.nodes, id, &config::PlanNode::id);
    return open.contains(id) || standings[static_cast<std::size_t>(place - job_.plan.nodes.begin())].finished;
  };
  // What a node needs stands before it.
  for (const std::size_t number : job_.nodes) {
    const config::PlanNode& node = job_.plan.nodes[number];
    if (standings[number].finished || standings[number].failed) continue;
    if (std::ranges::all_of(node.needs, can_be_finished)) open.insert(node.id);
  }
  return open.empty();
}

/// Each node's time is read once, when it is there.
void Crew::learn_times(const std::vector<Standing>& standings) {
  for (const std::size_t node : job_.nodes) {
    if (measured_[node] || !standings[node].finished) continue;
    costs_.measured(node, record::read_node_time(job_.journal.node_file(job_.plan.nodes[node])));
    measured_[node] = true;
  }
}

/// Nobody waits for ranks that are gone: a claim that its holder no longer renews is the sign.
bool Crew::others_at_work() const {
  const double timeout_s = job_.configuration.parallel.stall_timeout_s;
  const std::vector<Standing> standings = job_.journal.look();
  bool at_work = false;
  for (const std::size_t number : job_.nodes) {
    const Standing& standing = standings[number];
    if (!standing.claimed || standing.finished || standing.failed) continue;
    at_work = true;
    const std::filesystem::path claim = job_.journal.claim_file(job_.plan.nodes[number]);
    const double silent_s = timeout_s > 0 ? silence_.silent_s(claim) : 0;
    if (silent_s <= std::max(timeout_s, kSilentAfterS)) continue;
    throw comm::LostRanks(base::format(
        "{} are silent for {:.0f} s, and the others wait for {} from them; they stand still or are gone, so "
        "the run ends; look at their processes and hosts, then start the same command again: it goes on from "
        "the last checkpoint",
        store::read_text_file(claim), silent_s, job_.plan.nodes[number].id));
  }
  return at_work;
}

bool Crew::stop_requested(const Ranks& ranks) {
  if (StopSignal::requested()) return true;
  if (crews_ == 1 && part_.size == whole_.size) return false;
  if (ranks.group.rank() != 0 || since_stop_look_.seconds() < kLookForStopEveryS) return false;
  since_stop_look_ = {};
  return job_.journal.stop_asked();
}

int Crew::size_of(std::size_t node) const { return group_size(sizes_, job_.plan.nodes[node].kind); }

/// What a rank throws by itself, where the others are not asked, would leave them waiting.
void Crew::compute(const Ranks& ranks, std::size_t number) {
  try {
    compute_or_fail(ranks, number);
  } catch (const base::Error&) {
    if (ranks.group.rank() == 0) {
      job_.journal.ask_all_to_stop();
      job_.journal.release(job_.plan.nodes[number]);
    }
    throw;
  } catch (const comm::LostRanks&) {
    throw;
  } catch (const std::exception& error) {
    const std::string text =
        base::format("rank {} ({}), {}: internal error: {}", ranks.first_rank + ranks.group.rank(),
                     base::host_name(), job_.plan.nodes[number].id, error.what());
    if (ranks.size > 1) throw comm::LostRanks(text);
    log_.error(text);
    job_.journal.fail(job_.plan.nodes[number], text);
  }
}

/// A node that fails is noted; a stop and a bad configuration end the run.
void Crew::compute_or_fail(const Ranks& ranks, std::size_t number) {
  const config::PlanNode& node = job_.plan.nodes[number];
  const bool leads = ranks.group.rank() == 0;
  const auto show = [&](const auto& progress) {
    const std::string text = line_.line(progress);
    if (shows_progress_) log_.progress(text);
  };
  const learning::Context context{
      .configuration = job_.configuration,
      .group = ranks.group,
      .training = *job_.inputs.training,
      .validation = *job_.inputs.validation,
      .test = *job_.inputs.test,
      .folder = Paths(job_.configuration).folder,
      .progress = show,
      .pass_progress = show,
      .stop_requested = [&] { return stop_requested(ranks); },
      .warn =
          [&](const std::string& text) {
            if (leads) log_.warning(base::format("{}: {}", node.id, text));
          },
      .before_write = [&] { job_.lease.require(); },
      .limits = job_.limits,
  };
  std::optional<Heartbeat> heartbeat;
  if (leads) heartbeat.emplace(job_.journal.claim_file(node));
  line_.begin_node(node, number + 1, job_.plan.nodes.size(), work_[number]);
  const base::Stopwatch watch;
  record::NodeTime time{.node = node.id, .first_rank = ranks.first_rank, .ranks = ranks.size};
  time.started_at_s = unix_time_s();
  time.after_s = job_.since_start.seconds();
  try {
    record::NodeRecord done = learning::run_node(context, node);
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
