// SPDX-License-Identifier: Apache-2.0
// Operations run on the stream's thread, over an MPI communicator of their own: what is between
// ncclGroupStart and ncclGroupEnd as one, everything else by itself. As with NCCL, none ends before its peers
// have come, unless the communicator is aborted.
#include "comm/stand_in/nccl_stand_in.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <cuda_runtime_api.h>
#include <nccl.h>

#include "comm/mpi_check.hpp"
#include "comm/stand_in/cuda_stand_in.hpp"

/// The program asks for one MPI call at a time; streams' threads make theirs beside it.
extern "C" int MPI_Init_thread(int* argc, char*** argv, int /*required*/, int* provided) {
  return PMPI_Init_thread(argc, argv, MPI_THREAD_MULTIPLE, provided);
}

/// What NCCL leaves incomplete.
struct ncclComm {
  MPI_Comm mpi = MPI_COMM_NULL;
  int rank = 0;
  int size = 1;
  std::atomic<bool> aborted = false;
  /// What MPI may still be sending when an operation is given up.
  std::vector<std::vector<float>> unsent;
};

namespace {

using ltr::stand_in::conditions;

constexpr std::string_view kMark = "NCCL's stand-in";
constexpr auto kBetweenLooks = std::chrono::microseconds(20);

std::atomic<int> aborts_of_this_rank = 0;

/// Communicators stay until the process ends: freeing MPI's would need ranks that may be gone.
ncclComm* add_communicator() {
  static std::mutex mutex;
  static std::list<ncclComm> all;
  const std::scoped_lock lock(mutex);
  return &all.emplace_back();
}

/// Messages that travel together.
struct Operation {
  struct Sent {
    const float* values;
    std::size_t size;
    int to;
  };
  struct Received {
    float* values;
    std::size_t size;
    int from;
  };
  std::vector<Sent> sent;
  std::vector<Received> received;
};

/// One carried out on the stream's thread.
class Exchange {
 public:
  Exchange(ncclComm& communicator, const Operation& operation) : communicator_(communicator) {
    for (const auto& [values, size, from] : operation.received) {
      LTR_MPI(MPI_Irecv(values, static_cast<int>(size), MPI_FLOAT, from, 0, communicator.mpi,
                        &receives_.emplace_back(MPI_REQUEST_NULL)));
    }
    for (const auto& [values, size, to] : operation.sent) {
      const std::vector<float>& copy = copies_.emplace_back(values, values + size);
      LTR_MPI(MPI_Isend(copy.data(), static_cast<int>(size), MPI_FLOAT, to, 0, communicator.mpi,
                        &sends_.emplace_back(MPI_REQUEST_NULL)));
    }
  }

  /// Whether it was carried out, rather than given up.
  bool run() {
    // Sends first: none may be held up by what this rank waits for.
    while (!are_done(sends_) || !are_done(receives_)) {
      if (communicator_.aborted) {
        give_up();
        return false;
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
    return true;
  }

 private:
  static bool are_done(std::vector<MPI_Request>& requests) {
    int all = 0;
    LTR_MPI(MPI_Testall(static_cast<int>(requests.size()), requests.data(), &all, MPI_STATUSES_IGNORE));
    return all != 0;
  }

  void give_up() {
    for (MPI_Request& request : receives_) {
      if (request == MPI_REQUEST_NULL) continue;
      LTR_MPI(MPI_Cancel(&request));
      LTR_MPI(MPI_Wait(&request, MPI_STATUS_IGNORE));
    }
    for (MPI_Request& request : sends_) {
      if (request != MPI_REQUEST_NULL) LTR_MPI(MPI_Request_free(&request));
    }
    std::ranges::move(copies_, std::back_inserter(communicator_.unsent));
  }

  ncclComm& communicator_;
  std::vector<MPI_Request> receives_;
  std::vector<MPI_Request> sends_;
  std::vector<std::vector<float>> copies_;
};

/// Queues an operation that is made, on the stream's thread, when its turn has come; `then` follows it.
ncclResult_t queue(ncclComm_t communicator, cudaStream_t stream, std::function<Operation()> make,
                   std::function<void()> then = {}) {
  const int late_us = conditions().nccl_us;
  const cudaError_t launched = ltr::stand_in::launch(stream, [=] {
    std::this_thread::sleep_for(std::chrono::microseconds(late_us));
    if (communicator->aborted) return;
    if (Exchange(*communicator, make()).run() && then) then();
  });
  return launched == cudaSuccess ? ncclSuccess : ncclUnhandledCudaError;
}

/// Calls since ncclGroupStart.
struct Group {
  int depth = 0;
  Operation operation;
  ncclComm_t communicator = nullptr;
  cudaStream_t stream = nullptr;
};

thread_local Group group;

/// Between ncclGroupStart and ncclGroupEnd only: alone, either would wait for ever where both ranks send
/// first.
ncclResult_t join_group(ncclDataType_t type, ncclComm_t communicator, cudaStream_t stream) {
  const bool other =
      group.communicator != nullptr && (group.communicator != communicator || group.stream != stream);
  if (group.depth == 0 || other || type != ncclFloat32) return ncclInvalidArgument;
  group.communicator = communicator;
  group.stream = stream;
  return ncclSuccess;
}

template <class Visit>
void for_each_other(const ncclComm& communicator, const Visit& visit) {
  for (int r = 0; r < communicator.size; ++r) {
    if (r != communicator.rank) visit(r);
  }
}

/// Whether each rank has a GPU to itself. Collective.
bool gpus_differ(int size) {
  int gpu = 0;
  cudaGetDevice(&gpu);
  std::vector<int> all(static_cast<std::size_t>(size));
  LTR_MPI(MPI_Allgather(&gpu, 1, MPI_INT, all.data(), 1, MPI_INT, MPI_COMM_WORLD));
  return std::set<int>(all.begin(), all.end()).size() == all.size();
}

}  // namespace

namespace ltr::stand_in {

int aborts() { return aborts_of_this_rank; }

}  // namespace ltr::stand_in

extern "C" {

ncclResult_t ncclGetVersion(int* version) {
  *version = NCCL_VERSION_CODE;
  return ncclSuccess;
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  *id = {};
  std::ranges::copy(kMark, id->internal);
  return ncclSuccess;
}

/// Of all ranks of the world alone.
ncclResult_t ncclCommInitRankConfig(ncclComm_t* communicator, int size, ncclUniqueId id, int rank,
                                    ncclConfig_t* /*configuration*/) {
  *communicator = nullptr;
  int world_rank = 0;
  int world_size = 0;
  LTR_MPI(MPI_Comm_rank(MPI_COMM_WORLD, &world_rank));
  LTR_MPI(MPI_Comm_size(MPI_COMM_WORLD, &world_size));
  if (id.internal != kMark || rank != world_rank || size != world_size) return ncclInvalidArgument;
  if (!gpus_differ(size)) return ncclInvalidUsage;
  ncclComm* const made = add_communicator();
  made->rank = rank;
  made->size = size;
  LTR_MPI(MPI_Comm_dup(MPI_COMM_WORLD, &made->mpi));
  if (conditions().cannot_join) return ncclSystemError;
  *communicator = made;
  return ncclSuccess;
}

ncclResult_t ncclCommDestroy(ncclComm_t /*communicator*/) { return ncclSuccess; }

ncclResult_t ncclCommAbort(ncclComm_t communicator) {
  communicator->aborted = true;
  ++aborts_of_this_rank;
  return ncclSuccess;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t /*communicator*/, ncclResult_t* error) {
  *error = conditions().peer_is_gone ? ncclRemoteError : ncclSuccess;
  return ncclSuccess;
}

const char* ncclGetErrorString(ncclResult_t /*error*/) { return "the stand-in for NCCL failed"; }

const char* ncclGetLastError(ncclComm_t /*communicator*/) {
  return conditions().peer_is_gone ? ltr::stand_in::kPeerIsGone : "";
}

ncclResult_t ncclGroupStart() {
  ++group.depth;
  return ncclSuccess;
}

ncclResult_t ncclGroupEnd() {
  if (--group.depth > 0) return ncclSuccess;
  const Group ended = std::exchange(group, {});
  if (ended.communicator == nullptr) return ncclSuccess;
  return queue(ended.communicator, ended.stream, [operation = ended.operation] { return operation; });
}

ncclResult_t ncclSend(const void* values, std::size_t size, ncclDataType_t type, int peer,
                      ncclComm_t communicator, cudaStream_t stream) {
  const ncclResult_t joined = join_group(type, communicator, stream);
  if (joined == ncclSuccess) group.operation.sent.push_back({static_cast<const float*>(values), size, peer});
  return joined;
}

ncclResult_t ncclRecv(void* values, std::size_t size, ncclDataType_t type, int peer, ncclComm_t communicator,
                      cudaStream_t stream) {
  const ncclResult_t joined = join_group(type, communicator, stream);
  if (joined == ncclSuccess) group.operation.received.push_back({static_cast<float*>(values), size, peer});
  return joined;
}

/// In place alone.
ncclResult_t ncclAllGather(const void* own, void* all, std::size_t size, ncclDataType_t type,
                           ncclComm_t communicator, cudaStream_t stream) {
  auto* const values = static_cast<float*>(all);
  const auto part = [=](int rank) { return values + static_cast<std::size_t>(rank) * size; };
  if (type != ncclFloat32 || own != part(communicator->rank)) return ncclInvalidArgument;
  return queue(communicator, stream, [=] {
    Operation operation;
    for_each_other(*communicator, [&](int r) {
      operation.sent.push_back({part(communicator->rank), size, r});
      operation.received.push_back({part(r), size, r});
    });
    return operation;
  });
}

/// In place alone; added in the order of ranks.
ncclResult_t ncclAllReduce(const void* from, void* to, std::size_t size, ncclDataType_t type,
                           ncclRedOp_t operator_, ncclComm_t communicator, cudaStream_t stream) {
  if (type != ncclFloat32 || operator_ != ncclSum || from != to) return ncclInvalidArgument;
  auto* const values = static_cast<float*>(to);
  const auto ranks = static_cast<std::size_t>(communicator->size);
  const auto parts = std::make_shared<std::vector<std::vector<float>>>(ranks, std::vector<float>(size));
  const auto make = [=] {
    Operation operation;
    std::copy_n(values, size, (*parts)[static_cast<std::size_t>(communicator->rank)].begin());
    for_each_other(*communicator, [&](int r) {
      operation.sent.push_back({values, size, r});
      operation.received.push_back({(*parts)[static_cast<std::size_t>(r)].data(), size, r});
    });
    return operation;
  };
  const auto add = [=] {
    std::fill_n(values, size, 0.0F);
    for (const std::vector<float>& part : *parts)
      std::ranges::transform(part, std::span(values, size), values, std::plus());
  };
  return queue(communicator, stream, make, add);
}

}  // extern "C"
