// SPDX-License-Identifier: Apache-2.0
#include "train/step.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/group.hpp"
#include "train/compute_device.hpp"
#include "train/gpu_stream.hpp"
#include "train/torch_error.hpp"

namespace ltr::train {
namespace {

/// Steps before the kernels of one are recorded: libraries have chosen and set up theirs by then.
constexpr int kStepsBeforeGraph = 3;

/// Of the same shape on the host, pinned where a GPU copies.
torch::Tensor host_twin(const torch::Tensor& tensor) {
  return torch::zeros(tensor.sizes(), torch::TensorOptions().pinned_memory(!tensor.is_cpu()));
}

std::vector<FlatParameters*> parameters_of(const std::vector<StepTask>& tasks) {
  std::vector<FlatParameters*> parameters;
  for (const StepTask& task : tasks) parameters.push_back(task.parameters);
  return parameters;
}

/// The layers whose statistics a step moves.
ReduceBuffer::Norms moving_norms(const std::vector<StepTask>& tasks, const StepOptions& options) {
  ReduceBuffer::Norms norms;
  const auto add = [&](const torch::nn::Module& module) {
    for (auto& norm : model::ghost_batch_norms(module)) {
      if (norm->moves()) norms.push_back(std::move(norm));
    }
  };
  for (const StepTask& task : tasks) add(*task.module);
  if (options.frozen_backbone && options.update_statistics) add(*options.frozen_backbone);
  return norms;
}

/// The next micro-batch, for which a GPU needs memory too.
MicroBatch fetched(const std::function<MicroBatch()>& next) {
  MicroBatch batch;
  translating_torch_errors([&] { batch = next(); });
  return batch;
}

/// What to try where memory does not suffice.
std::string smaller_micro_batches(const sampling::BatchShape& shape) {
  const std::int64_t images = shape.global_batch / shape.micro_batches;
  std::int64_t more = 2 * std::int64_t{shape.micro_batches};
  while (more <= shape.global_batch && shape.global_batch % more != 0) more *= 2;
  if (more > shape.global_batch) {
    return base::format("use a smaller stage_1.global_batch than {}, whose {} micro-batches have {} images",
                        shape.global_batch, shape.micro_batches, images);
  }
  return base::format("use stage_1.micro_batches = {}, of {} images each instead of {}", more,
                      shape.global_batch / more, images);
}

std::span<float> floats_of(const torch::Tensor& vector) {
  return {vector.data_ptr<float>(), static_cast<std::size_t>(vector.numel())};
}

/// Summed in the order of torch's own losses, which by themselves give a sum or one value an image.
torch::Tensor sum_of(const torch::Tensor& values) {
  return torch::nll_loss(-values.unsqueeze(1), torch::zeros_like(values, torch::kInt64), {},
                         at::Reduction::Sum);
}

/// Shape: logits [b, K], labels [b] -> [].
torch::Tensor weighted_sum(Loss& loss, const torch::Tensor& logits, const torch::Tensor& labels) {
  const torch::Tensor values = loss.values(logits, labels);
  const torch::Tensor weights = loss.class_weights();
  return sum_of(weights.defined() ? values * weights.index_select(0, labels) : values);
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

Step::Step(const comm::Group& group, const sampling::BatchShape& shape, std::vector<StepTask> tasks,
           StepOptions options)
    : shape_(shape),
      group_(group),
      tasks_(std::move(tasks)),
      options_(std::move(options)),
      buffer_(parameters_of(tasks_), moving_norms(tasks_, options_)),
      scales_(buffer_.all().new_zeros({static_cast<std::int64_t>(tasks_.size())})),
      host_scales_(host_twin(scales_)),
      status_(torch::zeros_like(buffer_.status())),
      host_status_(host_twin(status_)),
      host_tail_(host_twin(buffer_.losses_and_status())),
      tree_(std::bit_ceil(own_micro_batches()), buffer_.all()),
      missing_(buffer_.buckets().size()) {
  buffer_.visit([this](const ParameterSlot& slot, std::size_t bucket, const float* gradient) {
    torch::autograd::impl::set_post_acc_grad_hooks(slot.parameter,
                                                   std::make_unique<GradientReady>(*this, bucket, gradient));
  });
  // What torch keeps of earlier nodes' memory it does not give to other libraries.
  if (!device().is_cpu()) free_kept_memory();
  exchange_ = comm::make_gradient_reducer(group, options_.reduction,
                                          {.gpu = device().is_cpu() ? -1 : device().index(),
                                           .transport = options_.transport,
                                           .largest_bucket = std::ranges::max(bucket_sizes())});
  if (!options_.as_graph) return;
  if (device().is_cpu() || !exchange_->can_be_captured()) {
    throw base::ConfigError(
        "parallel.cuda_graph = true, but a step of this run is not made of a GPU's kernels alone: it "
        "computes "
        "on the processor, or messages over MPI stand in between; set it to false, or give every rank a GPU "
        "of its own and parallel.exchange = \"nccl\"");
  }
  graph_ = std::make_unique<StepGraph>();
}

Step::~Step() {
  buffer_.visit([](const ParameterSlot& slot, std::size_t /*bucket*/, const float* /*gradient*/) {
    torch::autograd::impl::set_post_acc_grad_hooks(slot.parameter, nullptr);
  });
}

std::vector<std::size_t> Step::bucket_sizes() const {
  std::vector<std::size_t> sizes;
  for (const ReduceBuffer::Bucket& bucket : buffer_.buckets()) {
    sizes.push_back(static_cast<std::size_t>(bucket.end - bucket.begin));
  }
  return sizes;
}

StepResult Step::run(const std::function<MicroBatch()>& next, const StepSignals& asks,
                     const std::function<void()>& meanwhile, std::span<const double> weight_sums) {
  set_scales(weight_sums);
  const bool recorded = graph_ && plain_steps_ >= kStepsBeforeGraph;
  const std::exception_ptr error = recorded ? run_graph(next, asks) : run_plain(next, asks);
  host_tail_.copy_(buffer_.losses_and_status(), /*non_blocking=*/true);
  computed_.record(current_stream(device()));
  if (meanwhile) meanwhile();
  exchange_->await(computed_);

  const std::span<const float> known = floats_of(host_tail_);
  std::vector<double> losses(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(tasks_.size()));
  for (std::size_t i = 0; i < weight_sums.size(); ++i) {
    losses[i] *= static_cast<double>(shape_.global_batch) / weight_sums[i];
  }
  const std::span<const float> status = known.subspan(tasks_.size());
  if (status[0] != 0) {
    comm::agree(group_, [&] {
      if (error) std::rethrow_exception(error);
    });
  }
  if (!options_.first_part_statistics) buffer_.statistics().div_(shape_.micro_batches);
  buffer_.move_running_buffers();
  return {std::move(losses), {.stop = status[1] != 0, .checkpoint = status[2] != 0}};
}

/// Starts every kernel by itself. Returns what this rank failed with, if it did.
std::exception_ptr Step::run_plain(const std::function<MicroBatch()>& next, const StepSignals& asks) {
  std::exception_ptr error;
  ++plain_steps_;
  begin_passes();
  try {
    for (unsigned i = 0; i < own_micro_batches(); ++i) pass(fetched(next), i);
  } catch (...) {
    error = std::current_exception();
  }
  set_status(error != nullptr, asks);
  finish_exchange(error == nullptr);
  return error;
}

/// Fills the inputs that the recorded kernels read, records those if that has not been done, and starts them.
std::exception_ptr Step::run_graph(const std::function<MicroBatch()>& next, const StepSignals& asks) {
  std::exception_ptr error;
  try {
    for (unsigned i = 0; i < own_micro_batches(); ++i) {
      const MicroBatch batch = fetched(next);
      if (fixed_inputs_.size() <= i) {
        fixed_inputs_.push_back({batch.inputs.clone(), batch.labels.clone()});
      } else {
        fixed_inputs_[i].inputs.copy_(batch.inputs);
        fixed_inputs_[i].labels.copy_(batch.labels);
      }
    }
  } catch (...) {
    error = std::current_exception();
  }
  set_status(error != nullptr, asks);
  if (!graph_->is_recorded()) {
    comm::agree(group_, [&] {
      if (error) std::rethrow_exception(error);
    });
    record_graph();
  }
  graph_->replay();
  return error;
}

/// Where a recording breaks off, torch's memory of the GPU is no longer to be relied on: that ends the run.
void Step::record_graph() {
  try {
    graph_->record([&] {
      begin_passes();
      for (unsigned i = 0; i < own_micro_batches(); ++i) pass(fixed_inputs_[i], i);
      finish_exchange(/*complete=*/true);
    });
  } catch (const std::exception& error) {
    throw comm::CommunicationError(base::format(
        "the kernels of a step cannot be recorded ({}); checkpoints are kept; set parallel.cuda_graph = "
        "false and run the same command again",
        error.what()));
  }
}

void Step::begin_passes() {
  tree_.reset();
  next_bucket_ = 0;
  for (std::size_t b = 0; b < missing_.size(); ++b) missing_[b] = buffer_.buckets()[b].parameters;
  // Only `fastest` allows a number of leaves that no tree halves; zeros fill it up.
  const unsigned own = own_micro_batches();
  if (own < std::bit_ceil(own)) buffer_.all().zero_();
  for (unsigned i = own; i < std::bit_ceil(own); ++i) tree_.push(buffer_.all());
}

/// Micro-batch number 0 .. V / R - 1 of this rank, from its inputs to its part of the sums.
void Step::pass(const MicroBatch& batch, unsigned number) {
  sending_ = number + 1 == own_micro_batches();
  buffer_.all().zero_();
  translating_torch_errors([&] { backward(batch); }, smaller_micro_batches(shape_));
  const bool first = number == 0 && group_.rank() == 0;
  if (options_.first_part_statistics && !first) buffer_.statistics().zero_();
  if (!sending_) tree_.push(buffer_.all());
}

void Step::backward(const MicroBatch& batch) {
  torch::Tensor inputs = batch.inputs;
  if (options_.frozen_backbone) {
    const torch::NoGradGuard no_grad;
    inputs = options_.frozen_backbone->forward(inputs);
  }
  torch::Tensor total;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    const StepTask& task = tasks_[i];
    const auto place = static_cast<std::int64_t>(i);
    const torch::Tensor loss = weighted_sum(*task.loss, task.logits(inputs), batch.labels);
    buffer_.losses()[place].copy_(loss.detach());
    const torch::Tensor scaled = loss * scales_[place];
    total = total.defined() ? total + scaled : scaled;
  }
  total.backward();
}

/// Called by autograd, for a GPU's gradients on its thread for that GPU.
void Step::gradient_ready(std::size_t bucket) {
  if (!sending_) return;
  --missing_[bucket];
  // The last bucket carries the status word, which is known only when the backward pass has returned.
  while (next_bucket_ + 1 < missing_.size() && missing_[next_bucket_] == 0) {
    send_next_bucket(/*complete=*/true);
  }
}

void Step::send_next_bucket(bool complete) {
  const ReduceBuffer::Bucket& bucket = buffer_.buckets()[next_bucket_++];
  const torch::Tensor sums = buffer_.part(bucket);
  const torch::NoGradGuard no_grad;
  if (complete) tree_.complete(bucket.begin, sums);
  exchange_->add(floats_of(sums), current_stream(device()));
}

void Step::set_scales(std::span<const double> weight_sums) {
  const std::span<float> scales = floats_of(host_scales_);
  for (std::size_t i = 0; i < scales.size(); ++i) {
    const double sum = weight_sums.empty() ? static_cast<double>(shape_.global_batch) : weight_sums[i];
    scales[i] = static_cast<float>(1.0 / sum);
  }
  scales_.copy_(host_scales_, /*non_blocking=*/true);
}

void Step::set_status(bool failed, const StepSignals& asks) {
  host_status_[0] = failed ? 1.0F : 0.0F;
  host_status_[1] = asks.stop ? 1.0F : 0.0F;
  host_status_[2] = asks.checkpoint ? 1.0F : 0.0F;
  status_.copy_(host_status_, /*non_blocking=*/true);
}

/// Sends what the backward pass has left: the last bucket, those of parameters it never reached, and after a
/// failure all others, whose values nobody will use.
void Step::finish_exchange(bool complete) {
  sending_ = false;
  buffer_.status().copy_(status_);
  while (next_bucket_ < missing_.size()) send_next_bucket(complete);
  exchange_->finish(current_stream(device()));
}

}  // namespace ltr::train
