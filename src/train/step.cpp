// SPDX-License-Identifier: Apache-2.0
#include "train/step.hpp"

#include <bit>
#include <exception>
#include <span>
#include <stdexcept>
#include <utility>

#include "train/torch_error.hpp"

namespace ltr::train {
namespace {

/// Large enough to fill a network's pipe, small enough that a small network's exchange overlaps too.
constexpr std::int64_t kBucketFloats = (std::int64_t{1} << 20) / static_cast<std::int64_t>(sizeof(float));

/// Pinned where a GPU copies to it.
torch::Tensor host_twin(const torch::Tensor& leaf, Staging staging) {
  if (leaf.is_cpu() && staging == Staging::as_needed) return leaf;
  return torch::zeros(leaf.sizes(), torch::TensorOptions().pinned_memory(!leaf.is_cpu()));
}

std::span<float> floats_of(const torch::Tensor& vector) {
  return {vector.data_ptr<float>(), static_cast<std::size_t>(vector.numel())};
}

}  // namespace

/// Tells the step that autograd has finished a parameter's gradient.
class Step::GradientReady final : public torch::autograd::PostAccumulateGradHook {
 public:
  GradientReady(Step& step, std::size_t bucket, const void* place)
      : step_(step), bucket_(bucket), place_(place) {}

  void operator()(const torch::autograd::Variable& parameter) override {
    if (parameter.grad().data_ptr() != place_) {
      throw std::logic_error("autograd has put a gradient elsewhere than into the vector that is exchanged");
    }
    step_.gradient_ready(bucket_);
  }

 private:
  Step& step_;
  std::size_t bucket_;
  const void* place_;
};

Step::Step(const comm::Group& group, config::Reduction reduction, const sampling::BatchShape& shape,
           std::vector<StepTask> tasks, MovingStatistics statistics, Staging staging)
    : shape_(shape),
      group_(group),
      tasks_(std::move(tasks)),
      moving_(std::move(statistics)),
      leaf_(allocate_leaf()),
      host_(host_twin(leaf_, staging)),
      accumulator_(static_cast<int>(std::bit_ceil(own_micro_batches())),
                   static_cast<std::size_t>(leaf_.numel())),
      exchange_(comm::make_exchange(group, reduction)) {
  bind_gradients();
  bind_statistics();
}

Step::~Step() {
  for (const StepTask& task : tasks_) {
    for (const ParameterSlot& slot : task.parameters->slots()) {
      torch::autograd::impl::set_post_acc_grad_hooks(slot.parameter, nullptr);
    }
  }
}

torch::Tensor Step::allocate_leaf() {
  std::int64_t end = 0;
  for (const StepTask& task : tasks_) end += task.parameters->size();
  statistics_begin_ = end;
  for (const StepTask& task : tasks_) add_norms(*task.module);
  if (moving_.shared) add_norms(*moving_.shared);
  for (const Norm& norm : norms_) end += 2 * norm.layer->channels();
  losses_begin_ = end;
  status_begin_ = losses_begin_ + static_cast<std::int64_t>(tasks_.size());
  return torch::zeros({status_begin_ + 2}, tasks_.front().parameters->values().device());
}

void Step::add_norms(const torch::nn::Module& module) {
  for (auto& norm : model::ghost_batch_norms(module)) {
    if (norm->moves()) norms_.push_back({std::move(norm), {}, {}});
  }
}

torch::Tensor Step::statistics() const {
  return leaf_.narrow(0, statistics_begin_, losses_begin_ - statistics_begin_);
}

void Step::bind_gradients() {
  std::int64_t begin = 0;
  buckets_.push_back({});
  for (const StepTask& task : tasks_) {
    task.parameters->bind_gradients(leaf_.narrow(0, begin, task.parameters->size()));
    for (const ParameterSlot& slot : task.parameters->slots()) {
      const std::int64_t place = begin + slot.offset;
      if (place - buckets_.back().begin >= kBucketFloats) {
        buckets_.back().end = place;
        buckets_.push_back({.begin = place});
      }
      ++buckets_.back().parameters;
      torch::autograd::impl::set_post_acc_grad_hooks(
          slot.parameter,
          std::make_unique<GradientReady>(*this, buckets_.size() - 1, leaf_.data_ptr<float>() + place));
    }
    begin += task.parameters->size();
  }
  buckets_.back().end = leaf_.numel();
}

void Step::bind_statistics() {
  std::int64_t begin = statistics_begin_;
  for (Norm& norm : norms_) {
    const std::int64_t channels = norm.layer->channels();
    norm.mean = leaf_.narrow(0, begin, channels);
    norm.variance = leaf_.narrow(0, begin + channels, channels);
    norm.layer->bind_statistics(norm.mean, norm.variance);
    begin += 2 * channels;
  }
}

std::vector<std::size_t> Step::bucket_sizes() const {
  std::vector<std::size_t> sizes;
  for (const Bucket& bucket : buckets_) sizes.push_back(static_cast<std::size_t>(bucket.end - bucket.begin));
  return sizes;
}

StepResult Step::run(const std::function<MicroBatch()>& next, bool stop_requested) {
  accumulator_.reset();
  next_bucket_ = 0;
  for (Bucket& bucket : buckets_) bucket.missing = bucket.parameters;
  std::exception_ptr error;
  try {
    const unsigned own = own_micro_batches();
    // Only `fastest` allows a number of leaves that no tree halves; zeros fill it up.
    for (unsigned i = own; i < std::bit_ceil(own); ++i) push_zeros();
    for (unsigned i = 0; i < own; ++i) {
      sending_ = i + 1 == own;
      leaf_.zero_();
      translating_torch_errors([&] { backward(next()); });
      const bool first = i == 0 && group_.rank() == 0;
      if (moving_.first_part && !first) statistics().zero_();
      fetch();
      if (!sending_) accumulator_.push(floats_of(host_));
    }
  } catch (...) {
    error = std::current_exception();
  }
  sending_ = false;
  finish_exchange(error != nullptr, stop_requested);

  if (is_staged()) leaf_.copy_(host_);
  const std::span<const float> leaf = floats_of(host_);
  const auto status = static_cast<std::size_t>(status_begin_);
  if (leaf[status] != 0) {
    comm::agree(group_, [&] {
      if (error) std::rethrow_exception(error);
    });
  }
  move_running_buffers();
  const auto losses = leaf.subspan(static_cast<std::size_t>(losses_begin_), tasks_.size());
  return {{losses.begin(), losses.end()}, leaf[status + 1] != 0};
}

void Step::push_zeros() {
  host_.zero_();
  accumulator_.push(floats_of(host_));
}

/// A GPU's results to the host. The losses are there already.
void Step::fetch() {
  if (!is_staged()) return;
  host_.narrow(0, 0, losses_begin_).copy_(leaf_.narrow(0, 0, losses_begin_));
  host_.narrow(0, status_begin_, 2).zero_();
}

void Step::backward(const MicroBatch& batch) {
  torch::Tensor total;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    const StepTask& task = tasks_[i];
    const torch::Tensor loss = task.objective->loss(task.logits(batch.inputs), batch.labels);
    host_.data_ptr<float>()[losses_begin_ + static_cast<std::int64_t>(i)] = loss.item<float>();
    total = total.defined() ? total + loss : loss;
  }
  (total * (1.0 / static_cast<double>(shape_.global_batch))).backward();
}

void Step::gradient_ready(std::size_t bucket) {
  // What a GPU has queued is not there yet.
  if (!sending_ || is_staged()) return;
  --buckets_[bucket].missing;
  // The last bucket carries the status word, which is known only when the backward pass has returned.
  while (next_bucket_ + 1 < buckets_.size() && buckets_[next_bucket_].missing == 0) {
    send_next_bucket(/*complete=*/true);
  }
}

void Step::send_next_bucket(bool complete) {
  const Bucket& bucket = buckets_[next_bucket_++];
  const auto begin = static_cast<std::size_t>(bucket.begin);
  const std::span<float> sums = floats_of(host_).subspan(begin, static_cast<std::size_t>(bucket.end) - begin);
  if (complete) accumulator_.complete(begin, sums);
  exchange_->add(sums);
}

/// Sends what the backward pass has left: the last bucket, those of parameters it never reached, and after a
/// failure all others, whose values nobody will use.
void Step::finish_exchange(bool failed, bool stop_requested) {
  float* status = host_.data_ptr<float>() + status_begin_;
  status[0] = failed ? 1.0F : 0.0F;
  status[1] = stop_requested ? 1.0F : 0.0F;
  while (next_bucket_ < buckets_.size()) send_next_bucket(!failed);
  exchange_->finish();
}

void Step::move_running_buffers() {
  const torch::NoGradGuard no_grad;
  if (!moving_.first_part) statistics().div_(shape_.micro_batches);
  for (const Norm& norm : norms_) norm.layer->apply_statistics(norm.mean, norm.variance);
}

}  // namespace ltr::train
