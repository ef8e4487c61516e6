// SPDX-License-Identifier: Apache-2.0
// Time of a training step without its input: one rank beside all ranks, few micro-batches beside many, and
// how much of a step waits for other ranks. Run under mpirun or srun: step_bench [BACKBONE [SIZE [BATCH
// [ROUNDS]]]].
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <torch/torch.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/stopwatch.hpp"
#include "comm/session.hpp"
#include "model/classifier.hpp"
#include "model/initialise.hpp"
#include "model/state.hpp"
#include "train/determinism.hpp"
#include "train/host_memory.hpp"
#include "train/member.hpp"
#include "train/step.hpp"

namespace ltr::train {
namespace {

constexpr int kManyMicroBatches = 8;
constexpr int kStepsARound = 2;
constexpr std::int32_t kClasses = 10;

/// What is trained, and how often. Units: pixels a side, images a rank.
struct Workload {
  config::BackboneKind backbone = config::BackboneKind::resnet32;
  std::int64_t size = 32;
  std::int64_t batch = 128;
  std::int64_t rounds = 12;  ///< of kStepsARound steps, after one that does not count
};

class SumOfCrossEntropies : public Objective {
 public:
  torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& labels) override {
    return torch::nn::functional::cross_entropy(
        logits, labels, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
  }
};

Trainee trainee_of(const std::shared_ptr<model::Network>& network) {
  return {.name = "network",
          .module = network,
          .logits = [network](const torch::Tensor& pixels) { return network->forward(pixels); },
          .objective = std::make_shared<SumOfCrossEntropies>(),
          .sgd = {},
          .schedule = {.learning_rate = 0.01, .epochs = 1}};
}

/// A network that a group trains with V micro-batches, the same images in every step.
class Variant {
 public:
  Variant(std::string name, const comm::Group& group, const Workload& workload, int micro_batches)
      : name_(std::move(name)),
        group_(group),
        shape_{workload.batch * group.size(), micro_batches, group.size()},
        member_(trainee_of(make_network(workload)), kClasses),
        step_(group, config::Reduction::fixed_order, shape_, {task()}) {
    const std::int64_t images = shape_.global_batch / shape_.micro_batches;
    for (int i = 0; i < micro_batches / group.size(); ++i) {
      batches_.push_back({torch::rand({images, 3, workload.size, workload.size})
                              .contiguous(torch::MemoryFormat::ChannelsLast),
                          torch::randint(kClasses, {images}, torch::kInt64)});
    }
  }

  void run_round(bool counts) {
    for (int i = 0; i < kStepsARound; ++i) {
      const base::Stopwatch stopwatch;
      const double exchange_before = step_.exchange_s();
      auto batch = batches_.begin();
      const StepResult result = step_.run([&] { return *batch++; }, /*stop_requested=*/false);
      member_.descend(0, result.loss_sums.front());
      if (first_loss_ == 0) first_loss_ = result.loss_sums.front();
      last_loss_ = result.loss_sums.front();
      if (!counts) continue;
      seconds_.push_back(stopwatch.seconds());
      exchange_s_ += step_.exchange_s() - exchange_before;
    }
  }

  /// Seconds of the slowest rank, sorted. Collective: its group.
  [[nodiscard]] std::vector<double> seconds() const {
    std::vector<double> slowest = seconds_;
    group_.max(slowest);
    std::ranges::sort(slowest);
    return slowest;
  }
  /// Of this rank's time, waited for other ranks' gradients.
  [[nodiscard]] double exposed_share() const {
    double all = 0;
    for (const double s : seconds_) all += s;
    return exchange_s_ / all;
  }
  /// Training has to lower the loss, and all ranks have to hold the same weights. Collective: its group.
  [[nodiscard]] bool is_right() const {
    const std::string own = model::weights_digest(model::state(*member_.trainee().module));
    const std::vector<std::string> all = group_.all_gather(own);
    return last_loss_ < first_loss_ &&
           std::ranges::all_of(all, [&](const std::string& digest) { return digest == own; });
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const sampling::BatchShape& shape() const { return shape_; }

 private:
  static std::shared_ptr<model::Network> make_network(const Workload& workload) {
    auto network = std::make_shared<model::Network>(workload.backbone, kClasses);
    model::initialise(*network, /*seed=*/1);
    return network;
  }
  StepTask task() {
    const Trainee& trainee = member_.trainee();
    return {trainee.module, trainee.logits, trainee.objective, &member_.parameters()};
  }

  std::string name_;
  comm::Group group_;
  sampling::BatchShape shape_;
  Member member_;
  Step step_;
  std::vector<MicroBatch> batches_;
  std::vector<double> seconds_;
  double exchange_s_ = 0;
  double first_loss_ = 0;
  double last_loss_ = 0;
};

double quantile(const std::vector<double>& sorted, double q) {
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

/// images/s of a rank, or nothing on those that were not in the group.
std::string row(const Variant& variant, double reference_per_rank, double& per_rank) {
  const std::vector<double> seconds = variant.seconds();
  const double median = quantile(seconds, 0.5);
  const auto images = static_cast<double>(variant.shape().global_batch);
  per_rank = images / median / variant.shape().ranks;
  return base::format(
      "{:<14} {:>5} {:>3} {:>6} {:>10.1f} {:>10.1f} {:>10.1f} {:>11.1f} {:>10.1f} %  {:>8.1f} %  {}",
      variant.name(), variant.shape().ranks, variant.shape().micro_batches, variant.shape().global_batch,
      1e3 * median, 1e3 * quantile(seconds, 0.95), images / median, per_rank,
      100 * per_rank / (reference_per_rank > 0 ? reference_per_rank : per_rank),
      100 * variant.exposed_share(), variant.is_right() ? "OK" : "WRONG");
}

std::int64_t number(std::string_view text, const char* what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value > 0) return value;
  throw base::ConfigError(
      base::format("{} = '{}' is no number above 0; step_bench takes BACKBONE SIZE BATCH ROUNDS, such as "
                   "resnet32 32 128 12",
                   what, text));
}

Workload workload_of(const std::vector<std::string>& arguments) {
  Workload workload;
  if (!arguments.empty()) workload.backbone = config::enum_from_name<config::BackboneKind>(arguments[0]);
  if (arguments.size() > 1) workload.size = number(arguments[1], "SIZE");
  if (arguments.size() > 2) workload.batch = number(arguments[2], "BATCH");
  if (arguments.size() > 3) workload.rounds = number(arguments[3], "ROUNDS");
  if (workload.batch % kManyMicroBatches != 0) {
    throw base::ConfigError(
        base::format("BATCH = {} cannot be cut into {} micro-batches; give a multiple of {}", workload.batch,
                     kManyMicroBatches, kManyMicroBatches));
  }
  return workload;
}

int run(const std::vector<std::string>& arguments) {
  const comm::Session session;
  const comm::Group& world = session.world();
  const Workload workload = workload_of(arguments);
  make_deterministic(1);
  keep_freed_memory();
  const bool first = world.rank() == 0;
  const comm::Group alone = world.split(world.rank());

  std::unique_ptr<Variant> one;
  if (first) one = std::make_unique<Variant>("one rank alone", alone, workload, 1);
  Variant few("all, V = R", world, workload, world.size());
  Variant many("all, V = 8", world, workload, std::max(kManyMicroBatches, world.size()));
  // In turn, so that a machine whose speed drifts does the same to all.
  for (std::int64_t round = -1; round < workload.rounds; ++round) {
    if (one) one->run_round(round >= 0);
    world.barrier();
    few.run_round(round >= 0);
    many.run_round(round >= 0);
  }

  if (first) {
    std::printf(
        "# %s at %lld px, %lld images a rank, float32, one thread a rank, images in memory; %s, %d ranks, %d "
        "on %s\n",
        std::string(config::name_of(workload.backbone)).c_str(), static_cast<long long>(workload.size),
        static_cast<long long>(workload.batch), comm::Session::library_version().c_str(), world.size(),
        session.local_size(), session.host().c_str());
    std::printf("%-14s %5s %3s %6s %10s %10s %10s %11s %12s %10s\n", "", "ranks", "V", "batch", "median ms",
                "p95 ms", "images/s", "of a rank", "of one alone", "exchange");
  }
  bool right = true;
  double reference = 0;
  double per_rank = 0;
  if (one) {
    std::puts(row(*one, 0, reference).c_str());
    right = one->is_right();
  }
  for (const Variant* variant : {&few, &many}) {
    const std::string line = row(*variant, reference, per_rank);
    right = variant->is_right() && right;
    if (first) std::puts(line.c_str());
  }
  if (first) std::puts(right ? "# OK" : "# FAILED: a loss has not fallen, or ranks hold different weights");
  return right ? 0 : 1;
}

}  // namespace
}  // namespace ltr::train

int main(int argc, char** argv) {
  try {
    return ltr::train::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "step_bench: %s\n", error.what());
    return 2;
  }
}
