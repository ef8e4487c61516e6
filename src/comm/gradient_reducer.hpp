// SPDX-License-Identifier: Apache-2.0
// Summing gradient buckets over ranks while the backward pass still runs.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "comm/group.hpp"
#include "config/enums.hpp"
#include "device/stream.hpp"

namespace ltr::comm {

/// Sums buckets over ranks. Buckets are given in the same order on every rank and summed in that order.
/// Streams are of the place where the buckets are: device::Stream::host() or one of the exchange's GPU.
/// Thread: add and finish by any threads, such as autograd's of the GPU, never two at a time. An exchange
/// over MPI makes its MPI calls on a thread of its own, which polls, and within finish; between the first add
/// and the return of finish nobody else may make MPI calls in this process. NCCL's makes them in await alone.
class GradientReducer {
 public:
  /// Completes the buckets on their way, without raising their errors. Collective; must go before the session
  /// does, and after every CUDA graph that holds its work.
  virtual ~GradientReducer() = default;
  /// Starts summing `bucket`, in place, once `filled_by` has done what it has been given so far (the host:
  /// now), one and the same stream between two calls of finish; the memory must stay untouched until the sums
  /// are there.
  /// Shape: bucket [any], float32, where the exchange is.
  /// Throws: ConfigError if it is longer than one MPI call can carry (about 10^9 values); CommunicationError
  /// if the GPU failed.
  virtual void add(std::span<float> bucket, const device::Stream& filled_by) = 0;
  /// What `used_by` is given from now on sees the sums over all ranks in every added bucket. Over MPI it
  /// returns when they are there, apart from copies to the GPU; over NCCL it waits for nothing.
  /// Throws: CommunicationError if MPI or the GPU failed.
  virtual void finish(const device::Stream& used_by) = 0;
  /// The host waits for `event`, recorded after finish on the stream that uses the sums or anywhere before,
  /// and meanwhile looks for failures of the transport and for ranks that do not come.
  /// Thread: the one that makes MPI calls, not between add and finish of an exchange over MPI.
  /// Throws: CommunicationError if a rank or the GPU is lost.
  virtual void await(const device::Event& event) { event.wait(); }
  /// Time the caller has spent inside finish since construction: exchange not hidden by computation. Zero for
  /// NCCL, whose finish does not wait: what it leaves exposed is the GPU's time.
  [[nodiscard]] virtual double exposed_s() const = 0;
  /// Whether a CUDA graph can capture add and finish (in thread-local mode, after one step without capture).
  [[nodiscard]] virtual bool can_be_captured() const { return false; }
};

/// What carries gradients between ranks. nccl: from GPU to GPU; the ranks of a group need one GPU each.
enum class Transport { mpi, nccl };

/// Where buckets are, and what carries them.
struct ReducerOptions {
  int gpu = -1;  ///< CUDA's number of the GPU that holds the buckets; -1: the host
  Transport transport = Transport::mpi;
  /// The longest bucket to come, for which NCCL makes room and connections beforehand. Units: floats.
  std::size_t largest_bucket = 0;
};

/// fixed_order: all-to-all of slices, the owner of a slice adds the R partial sums as the upper levels of the
/// binary tree, all-gather; R a power of two. fastest: MPI_Iallreduce or ncclAllReduce, any R. One rank:
/// nothing to do. A GPU's buckets travel over MPI by way of pinned memory of the host, as their events are
/// done. Float32 on every wire: rounding partial sums where ranks meet would make the bits depend on R.
/// Collective: all members of the group. Thread: place.gpu is the calling thread's current GPU.
/// Throws: ConfigError for fixed_order on a number of ranks that is no power of two, for NCCL on the host,
/// two ranks on one GPU or a build without CUDA; SystemError with NCCL's or CUDA's words if they failed.
[[nodiscard]] std::unique_ptr<GradientReducer> make_gradient_reducer(const Group& group,
                                                                     config::Reduction reduction,
                                                                     const ReducerOptions& place = {});

/// "2.28.9", or "none" in a build without CUDA.
[[nodiscard]] std::string nccl_version();

}  // namespace ltr::comm
