// SPDX-License-Identifier: Apache-2.0
#include "comm/group.hpp"

#include <algorithm>
#include <utility>

#include "comm/group_state.hpp"
#include "comm/stall_watch.hpp"

namespace ltr::comm {
namespace {

// MPI counts are ints: longer arrays travel in parts of this many elements.
constexpr std::size_t kPart = std::size_t{1} << 27;

template <class Value, class Call>
void for_parts(std::span<Value> values, const Call& call) {
  for (std::size_t begin = 0; begin < values.size(); begin += kPart) {
    const std::span<Value> part = values.subspan(begin, std::min(kPart, values.size() - begin));
    call(part.data(), static_cast<int>(part.size()));
  }
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::vector<std::int64_t> sizes_of_all(const Group::State& state, std::size_t size) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(state.size), static_cast<std::int64_t>(size));
  if (state.size > 1) {
    MPI_Request request = MPI_REQUEST_NULL;
    LTR_MPI(MPI_Iallgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, sizes.data(), 1, MPI_INT64_T,
                           state.communicator, &request));
    await(state, request, "the lengths of a gathering");
  }
  return sizes;
}

}  // namespace

WaitPolicy as_long_as_it_takes() {
  return {[] { return true; }};
}

Group::State::State() = default;

Group::State::State(MPI_Comm of_members, Ownership owned_by_state,
                    std::shared_ptr<StallTimeout> shared_timeout)
    : communicator(of_members), stall_timeout(std::move(shared_timeout)), ownership_(owned_by_state) {
  LTR_MPI(MPI_Comm_rank(communicator, &rank));
  LTR_MPI(MPI_Comm_size(communicator, &size));
  watch = std::make_unique<StallWatch>(communicator, *stall_timeout);
}

Group::State::~State() {
  watch.reset();
  if (ownership_ == Ownership::owned) MPI_Comm_free(&communicator);
}

Group::Group(std::shared_ptr<State> state) : state_(std::move(state)) {}

Group Group::alone() { return Group(std::make_shared<State>()); }

int Group::rank() const { return state_->rank; }

int Group::size() const { return state_->size; }

void Group::set_stall_timeout(double timeout_s, std::function<void(const std::string&)> leave) const {
  if (state_->stall_timeout) *state_->stall_timeout = {timeout_s, std::move(leave)};
}

Group Group::split(int part) const {
  if (size() == 1) return *this;
  MPI_Comm members = MPI_COMM_NULL;
  LTR_MPI(MPI_Comm_split(state_->communicator, part, rank(), &members));
  return Group(std::make_shared<State>(members, State::Ownership::owned, state_->stall_timeout));
}

void Group::barrier(const WaitPolicy& policy) const {
  if (size() == 1) return;
  MPI_Request request = MPI_REQUEST_NULL;
  LTR_MPI(MPI_Ibarrier(state_->communicator, &request));
  await(*state_, request, "all ranks to come together", policy);
}

void Group::broadcast(std::span<std::byte> bytes, int root, const WaitPolicy& policy) const {
  if (size() == 1) return;
  for_parts(bytes, [&](std::byte* part, int count) {
    MPI_Request request = MPI_REQUEST_NULL;
    LTR_MPI(MPI_Ibcast(part, count, MPI_BYTE, root, state_->communicator, &request));
    await(*state_, request, "what one rank tells all", policy);
  });
}

std::string Group::broadcast(std::string_view text, int root) const {
  std::string result(text);
  std::int64_t size_bytes = static_cast<std::int64_t>(text.size());
  broadcast(std::as_writable_bytes(std::span(&size_bytes, 1)), root);
  result.resize(static_cast<std::size_t>(size_bytes));
  broadcast(std::as_writable_bytes(std::span(result)), root);
  return result;
}

void Group::sum(std::span<std::int64_t> values, const WaitPolicy& policy) const {
  if (size() == 1) return;
  for_parts(values, [&](std::int64_t* part, int count) {
    MPI_Request request = MPI_REQUEST_NULL;
    LTR_MPI(MPI_Iallreduce(MPI_IN_PLACE, part, count, MPI_INT64_T, MPI_SUM, state_->communicator, &request));
    await(*state_, request, "the counts of all ranks", policy);
  });
}

void Group::max(std::span<double> values) const {
  if (size() == 1) return;
  for_parts(values, [&](double* part, int count) {
    MPI_Request request = MPI_REQUEST_NULL;
    LTR_MPI(MPI_Iallreduce(MPI_IN_PLACE, part, count, MPI_DOUBLE, MPI_MAX, state_->communicator, &request));
    await(*state_, request, "the times of all ranks");
  });
}

std::vector<std::string> Group::all_gather(std::string_view text) const {
  const std::vector<std::int64_t> sizes = sizes_of_all(*state_, text.size());
  const std::vector<std::byte> gathered = gather(bytes_of(text), 0);
  const std::string joined =
      broadcast(std::string_view(reinterpret_cast<const char*>(gathered.data()), gathered.size()), 0);
  std::vector<std::string> texts;
  std::size_t begin = 0;
  for (const std::int64_t size_bytes : sizes) {
    texts.push_back(joined.substr(begin, static_cast<std::size_t>(size_bytes)));
    begin += static_cast<std::size_t>(size_bytes);
  }
  return texts;
}

std::vector<std::byte> Group::gather(std::span<const std::byte> bytes, int root) const {
  if (size() == 1) return {bytes.begin(), bytes.end()};
  // Point to point, because the offsets of MPI_Gatherv are ints and features of a whole data set are longer.
  constexpr int kTag = 0;
  const std::vector<std::int64_t> sizes = sizes_of_all(*state_, bytes.size());
  if (rank() != root) {
    for_parts(bytes, [&](const std::byte* part, int count) {
      MPI_Request request = MPI_REQUEST_NULL;
      LTR_MPI(MPI_Isend(part, count, MPI_BYTE, root, kTag, state_->communicator, &request));
      await(*state_, request, "a rank to take what it gathers");
    });
    return {};
  }
  std::size_t total = 0;
  for (const std::int64_t size_bytes : sizes) total += static_cast<std::size_t>(size_bytes);
  std::vector<std::byte> gathered(total);
  std::size_t begin = 0;
  for (int source = 0; source < size(); ++source) {
    const auto size_bytes = static_cast<std::size_t>(sizes[static_cast<std::size_t>(source)]);
    const std::span<std::byte> place = std::span(gathered).subspan(begin, size_bytes);
    begin += size_bytes;
    if (source == root) {
      std::ranges::copy(bytes, place.begin());
      continue;
    }
    for_parts(place, [&](std::byte* part, int count) {
      MPI_Request request = MPI_REQUEST_NULL;
      LTR_MPI(MPI_Irecv(part, count, MPI_BYTE, source, kTag, state_->communicator, &request));
      await(*state_, request, "what a rank has to give");
    });
  }
  return gathered;
}

}  // namespace ltr::comm
