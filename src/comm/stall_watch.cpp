// SPDX-License-Identifier: Apache-2.0
#include "comm/stall_watch.hpp"

#include <algorithm>
#include <utility>

#include "base/format.hpp"
#include "base/host.hpp"
#include "comm/backoff.hpp"

namespace ltr::comm {
namespace {

constexpr int kQuestion = 1;
constexpr int kAnswer = 2;
/// How often a waiting rank looks whether somebody asks, and how long an asking one waits for answers.
constexpr double kAnswerEveryS = 0.05;
constexpr double kAnswersWithinS = 2;
/// Looks follow each other much faster, unless the process did not run.
constexpr double kLongestGapS = 1;
constexpr double kAskPolicyEveryS = 5;

/// Fixed length, so that one call exchanges them.
constexpr std::size_t kHostBytes = 256;
using HostName = std::array<char, kHostBytes>;

HostName own_place() {
  int world_rank = 0;
  LTR_MPI(MPI_Comm_rank(MPI_COMM_WORLD, &world_rank));
  const std::string text = base::format("rank {} ({})", world_rank, base::host_name());
  HostName name{};
  std::copy_n(text.begin(), std::min(text.size(), name.size() - 1), name.begin());
  return name;
}

}  // namespace

StallWatch::StallWatch(MPI_Comm communicator, const StallTimeout& timeout) : timeout_(timeout) {
  LTR_MPI(MPI_Comm_dup(communicator, &communicator_));
  LTR_MPI(MPI_Comm_rank(communicator_, &rank_));
  LTR_MPI(MPI_Comm_size(communicator_, &size_));
  const HostName own = own_place();
  std::vector<HostName> all(static_cast<std::size_t>(size_));
  LTR_MPI(MPI_Allgather(own.data(), kHostBytes, MPI_CHAR, all.data(), kHostBytes, MPI_CHAR, communicator_));
  for (const HostName& name : all) hosts_.emplace_back(name.data());
}

StallWatch::~StallWatch() { MPI_Comm_free(&communicator_); }

void StallWatch::look(std::string_view awaited, Wait& wait) {
  const double gap_s = wait.since_look.seconds();
  if (gap_s < kAnswerEveryS) return;
  wait.since_look = {};
  wait.seconds += std::min(gap_s, kLongestGapS);
  answer_questions();
  if (timeout_.seconds > 0 && wait.seconds > timeout_.seconds) name_missing(awaited, wait.seconds);
}

void StallWatch::answer_questions() {
  for (;;) {
    int asked = 0;
    MPI_Status status;
    LTR_MPI(MPI_Iprobe(MPI_ANY_SOURCE, kQuestion, communicator_, &asked, &status));
    if (asked == 0) return;
    LTR_MPI(MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, kQuestion, communicator_, MPI_STATUS_IGNORE));
    LTR_MPI(MPI_Send(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, kAnswer, communicator_));
  }
}

/// Who has answered in time. Empty messages need no partner to be sent.
std::vector<bool> StallWatch::ask_all() {
  for (int r = 0; r < size_; ++r) {
    MPI_Request sent = MPI_REQUEST_NULL;
    if (r != rank_) LTR_MPI(MPI_Isend(nullptr, 0, MPI_BYTE, r, kQuestion, communicator_, &sent));
    if (sent != MPI_REQUEST_NULL) LTR_MPI(MPI_Request_free(&sent));
  }
  std::vector<bool> answered(static_cast<std::size_t>(size_), false);
  answered[static_cast<std::size_t>(rank_)] = true;
  const base::Stopwatch asking;
  Backoff backoff;
  while (asking.seconds() < kAnswersWithinS) {
    answer_questions();
    int any = 0;
    MPI_Status status;
    LTR_MPI(MPI_Iprobe(MPI_ANY_SOURCE, kAnswer, communicator_, &any, &status));
    if (any == 0) {
      backoff.pause();
      continue;
    }
    LTR_MPI(MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, kAnswer, communicator_, MPI_STATUS_IGNORE));
    answered[static_cast<std::size_t>(status.MPI_SOURCE)] = true;
  }
  return answered;
}

void StallWatch::name_missing(std::string_view awaited, double waited_s) {
  const std::vector<bool> answered = ask_all();
  std::vector<std::string> missing;
  for (std::size_t r = 0; r < hosts_.size(); ++r) {
    if (!answered[r]) missing.push_back(hosts_[r]);
  }
  const std::string who = missing.empty()
                              ? std::string("no rank is missing, but messages do not arrive: the network")
                              : base::join(missing, ", ");
  const std::string text = base::format(
      "{} has waited {:.0f} s for {}, longer than parallel.stall_timeout_s allows; not there: {}; it stands "
      "still or is gone, so the run ends; look at that process and its host, then start the same command "
      "again: it goes on from the last checkpoint",
      hosts_[static_cast<std::size_t>(rank_)], waited_s, awaited, who);
  if (timeout_.leave) timeout_.leave(text);
  throw CommunicationError(text);
}

void await(const Group::State& state, MPI_Request& request, std::string_view awaited,
           const WaitPolicy& policy) {
  Wait wait;
  Backoff backoff;
  base::Stopwatch since_asking;
  const double ask_every_s = std::min(kAskPolicyEveryS, state.stall_timeout->seconds / 2);
  while (!is_complete(request)) {
    backoff.pause();
    if (policy.may_take_longer && ask_every_s > 0 && since_asking.seconds() > ask_every_s) {
      since_asking = {};
      if (policy.may_take_longer()) wait.seconds = 0;
    }
    state.watch->look(awaited, wait);
  }
}

DuplicateCommunicator::DuplicateCommunicator(const Group::State& original) {
  MPI_Request request = MPI_REQUEST_NULL;
  LTR_MPI(MPI_Comm_idup(original.communicator, &communicator_, &request));
  await(original, request, "all ranks to begin a training");
}

}  // namespace ltr::comm
