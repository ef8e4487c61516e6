// SPDX-License-Identifier: Apache-2.0
#include "train/reduce_buffer.hpp"

namespace ltr::train {
namespace {

constexpr std::int64_t kStatusEntries = 3;

/// Large enough to fill a network's pipe, small enough that a small network's exchange overlaps too. GPUs are
/// faster, and every bucket costs them a dozen calls. Sums are value by value, so that no bit depends on it.
std::int64_t bucket_floats(const torch::Device& device) {
  constexpr auto kFloatBytes = static_cast<std::int64_t>(sizeof(float));
  return (std::int64_t{1} << (device.is_cuda() ? 23 : 20)) / kFloatBytes;
}

}  // namespace

ReduceBuffer::ReduceBuffer(const std::vector<FlatParameters*>& tasks, const Norms& norms) : tasks_(tasks) {
  for (const FlatParameters* task : tasks_) statistics_begin_ += task->size();
  losses_begin_ = statistics_begin_;
  for (const auto& norm : norms) losses_begin_ += 2 * norm->channels();
  status_begin_ = losses_begin_ + static_cast<std::int64_t>(tasks_.size());
  all_ = torch::zeros({status_begin_ + kStatusEntries}, tasks_.front()->values().device());

  const std::int64_t bucket_size = bucket_floats(all_.device());
  std::int64_t begin = 0;
  buckets_.push_back({});
  for (FlatParameters* task : tasks_) {
    task->bind_gradients(all_.narrow(0, begin, task->size()));
    for (const ParameterSlot& slot : task->slots()) {
      if (begin + slot.offset - buckets_.back().begin >= bucket_size) {
        buckets_.back().end = begin + slot.offset;
        buckets_.push_back({.begin = begin + slot.offset});
      }
      ++buckets_.back().parameters;
    }
    begin += task->size();
  }
  buckets_.back().end = all_.numel();

  for (const auto& norm : norms) {
    const torch::Tensor mean = all_.narrow(0, begin, norm->channels());
    const torch::Tensor variance = all_.narrow(0, begin + norm->channels(), norm->channels());
    norm->bind_statistics(mean, variance);
    running_buffers_.add(*norm, mean, variance);
    begin += 2 * norm->channels();
  }
}

torch::Tensor ReduceBuffer::statistics() const {
  return all_.narrow(0, statistics_begin_, losses_begin_ - statistics_begin_);
}

torch::Tensor ReduceBuffer::losses() const {
  return all_.narrow(0, losses_begin_, status_begin_ - losses_begin_);
}

torch::Tensor ReduceBuffer::status() const { return all_.narrow(0, status_begin_, kStatusEntries); }

torch::Tensor ReduceBuffer::losses_and_status() const {
  return all_.narrow(0, losses_begin_, all_.numel() - losses_begin_);
}

torch::Tensor ReduceBuffer::part(const Bucket& bucket) const {
  return all_.narrow(0, bucket.begin, bucket.end - bucket.begin);
}

void ReduceBuffer::visit(const Visitor& visitor) const {
  std::size_t bucket = 0;
  std::int64_t begin = 0;
  for (const FlatParameters* task : tasks_) {
    for (const ParameterSlot& slot : task->slots()) {
      const std::int64_t place = begin + slot.offset;
      if (place >= buckets_[bucket].end) ++bucket;
      visitor(slot, bucket, all_.const_data_ptr<float>() + place);
    }
    begin += task->size();
  }
}

}  // namespace ltr::train
