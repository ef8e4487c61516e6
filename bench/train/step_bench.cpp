// SPDX-License-Identifier: Apache-2.0
// Time of a training step without its input, on processors and GPUs: one rank beside all, few micro-batches
// beside many, the fixed order beside the fastest, recorded kernels beside plain ones, four heads beside four
// passes; how much of a step waits for other ranks; and where the time goes. Run under mpirun or srun.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <torch/torch.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/stopwatch.hpp"
#include "comm/session.hpp"
#include "config/enums.hpp"
#include "device/gpus.hpp"
#include "learning/losses.hpp"
#include "model/classifier.hpp"
#include "model/ghost_batch_norm.hpp"
#include "model/initialise.hpp"
#include "model/state.hpp"
#include "train/compute_device.hpp"
#include "train/determinism.hpp"
#include "train/host_memory.hpp"
#include "train/profile.hpp"
#include "train/step.hpp"
#include "train/training.hpp"

namespace ltr::train {
namespace {

constexpr int kManyMicroBatches = 8;
constexpr int kStepsARound = 2;
constexpr int kStepsProfiled = 10;
constexpr int kHeads = 4;

/// What is trained, how, and how often. Units: pixels a side, images a rank.
struct Workload {
  std::string backbone = "resnet32";
  std::int64_t size = 32;
  std::int64_t batch = 128;
  std::int32_t classes = 10;
  std::int64_t rounds = 12;  ///< of kStepsARound steps, after warm-up
  std::string device = "cpu";
  std::string precision = "float32";
  std::string exchange = "mpi";
  bool autotune = false;
  bool profile = false;
  std::vector<std::string> variants{"alone", "few", "many"};
  ComputeDevice compute;  ///< of the names above
};

std::shared_ptr<model::Network> make_network(const Workload& workload) {
  auto network = std::make_shared<model::Network>(
      config::enum_from_name<config::BackboneKind>(workload.backbone), workload.classes);
  model::initialise(*network, /*seed=*/1);
  network->backbone->compute_in(workload.compute.precision);
  workload.compute.take(*network);
  return network;
}

TrainingSpec spec_of(std::string name, const std::shared_ptr<torch::nn::Module>& module, Logits logits) {
  return {.name = std::move(name),
          .module = module,
          .logits = std::move(logits),
          .loss = learning::make_cross_entropy({.configuration = {}, .class_counts = {}}),
          .sgd = {},
          // So low that few steps lower the loss of every network.
          .schedule = {.learning_rate = 0.001, .epochs = 1}};
}

/// A step with what it trains.
struct Pass {
  std::vector<std::unique_ptr<Training>> trainings;
  std::unique_ptr<Step> step;
};

/// What a group trains with V micro-batches, the same images in every step: one pass, or several one after
/// another.
class Variant {
 public:
  /// `heads`: on a frozen backbone, in one pass or in one each; 0: the whole network.
  struct Shape {
    int micro_batches = 1;
    int heads = 0;
    bool one_pass = true;
    StepOptions options;
  };

  Variant(std::string name, const comm::Group& group, const Workload& workload, Shape shape)
      : name_(std::move(name)),
        group_(group),
        shape_{workload.batch * group.size(), shape.micro_batches, group.size()},
        network_(make_network(workload)) {
    shape.options.transport = workload.compute.transport;
    make_batches(workload);
    if (shape.heads > 0) {
      settle_statistics();
      network_->eval();
      shape.options.frozen_backbone = network_->backbone;
    }
    std::vector<std::unique_ptr<Training>> trainings = trainings_of(workload, shape.heads);
    const std::size_t passes = shape.one_pass ? 1 : trainings.size();
    for (std::size_t p = 0; p < passes; ++p) {
      Pass& pass = passes_.emplace_back();
      std::vector<StepTask> tasks;
      for (std::size_t m = p; m < trainings.size(); m += passes) {
        const TrainingSpec& spec = trainings[m]->spec();
        tasks.push_back({spec.module, spec.logits, spec.loss, &trainings[m]->parameters()});
        pass.trainings.push_back(std::move(trainings[m]));
      }
      pass.step = std::make_unique<Step>(group, shape_, std::move(tasks), shape.options);
    }
  }

  void run_round(bool counts) {
    for (int i = 0; i < kStepsARound; ++i) {
      const base::Stopwatch stopwatch;
      const double exchange_before = exchange_s();
      const double loss = step();
      if (first_loss_ == 0) first_loss_ = loss;
      last_loss_ = loss;
      if (!counts) continue;
      seconds_.push_back(stopwatch.seconds());
      exchange_s_ += exchange_s() - exchange_before;
    }
  }
  /// Loss of the first training.
  double step() {
    double loss = 0;
    for (Pass& pass : passes_) {
      auto batch = batches_.begin();
      const StepResult result = pass.step->run([&] { return *batch++; });
      for (std::size_t m = 0; m < pass.trainings.size(); ++m) {
        pass.trainings[m]->step(0, result.loss_sums[m]);
      }
      if (&pass == &passes_.front()) loss = result.loss_sums.front();
    }
    return loss;
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
    const std::string own = digest();
    const std::vector<std::string> all = group_.all_gather(own);
    return last_loss_ < first_loss_ &&
           std::ranges::all_of(all, [&](const std::string& digest) { return digest == own; });
  }
  /// Of all that is trained.
  [[nodiscard]] std::string digest() const {
    std::string all;
    for (const Pass& pass : passes_) {
      for (const auto& training : pass.trainings) {
        all += model::weights_digest(model::state(*training->spec().module));
      }
    }
    return all;
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const sampling::BatchShape& shape() const { return shape_; }

 private:
  std::vector<std::unique_ptr<Training>> trainings_of(const Workload& workload, int heads) {
    std::vector<std::unique_ptr<Training>> trainings;
    if (heads == 0) {
      const auto network = network_;
      trainings.push_back(std::make_unique<Training>(
          spec_of("network", network,
                  [network](const torch::Tensor& pixels) { return network->forward(pixels); }),
          workload.classes));
    }
    for (int h = 0; h < heads; ++h) {
      const auto head = std::make_shared<model::Classifier>(network_->backbone->features(), workload.classes);
      model::initialise(*head, static_cast<std::uint64_t>(h));
      workload.compute.take(*head);
      trainings.push_back(std::make_unique<Training>(
          spec_of(base::format("head {}", h), head,
                  [head](const torch::Tensor& features) { return head->forward(features); }),
          workload.classes));
    }
    return trainings;
  }
  /// Running statistics of the first batch, without which features of a new network are huge.
  void settle_statistics() {
    const torch::NoGradGuard no_grad;
    model::RunningBuffers buffers;
    for (const auto& norm : model::ghost_batch_norms(*network_)) {
      const torch::Tensor mean = torch::zeros_like(norm->running_mean);
      const torch::Tensor variance = torch::zeros_like(norm->running_var);
      norm->bind_statistics(mean, variance);
      buffers.add(*norm, mean, variance);
    }
    network_->train();
    (void)network_->forward(batches_.front().inputs);
    buffers.move(/*momentum=*/1);
  }
  void make_batches(const Workload& workload) {
    const std::int64_t images = shape_.global_batch / shape_.micro_batches;
    torch::manual_seed(static_cast<std::uint64_t>(group_.rank()));
    const torch::Device& device = workload.compute.device;
    const bool bfloat16 = device.is_cuda() && workload.compute.precision == config::Precision::bfloat16;
    for (int i = 0; i < shape_.micro_batches / shape_.ranks; ++i) {
      batches_.push_back({torch::rand({images, 3, workload.size, workload.size})
                              .contiguous(torch::MemoryFormat::ChannelsLast)
                              .to(device, bfloat16 ? torch::kBFloat16 : torch::kFloat32),
                          torch::randint(workload.classes, {images}, torch::kInt64).to(device)});
    }
  }
  [[nodiscard]] double exchange_s() const {
    double seconds = 0;
    for (const Pass& pass : passes_) seconds += pass.step->exchange_s();
    return seconds;
  }

  std::string name_;
  comm::Group group_;
  sampling::BatchShape shape_;
  std::shared_ptr<model::Network> network_;
  std::vector<Pass> passes_;
  std::vector<MicroBatch> batches_;
  std::vector<double> seconds_;
  double exchange_s_ = 0;
  double first_loss_ = 0;
  double last_loss_ = 0;
};

double quantile(const std::vector<double>& sorted, double q) {
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

/// The table's line of a variant. Collective: its group.
std::string row(const Variant& variant) {
  const std::vector<double> seconds = variant.seconds();
  const double median = quantile(seconds, 0.5);
  const auto images = static_cast<double>(variant.shape().global_batch);
  return base::format("{:<22} {:>5} {:>3} {:>6} {:>10.2f} {:>10.2f} {:>10.1f} {:>11.1f} {:>8.1f} %  {}",
                      variant.name(), variant.shape().ranks, variant.shape().micro_batches,
                      variant.shape().global_batch, 1e3 * median, 1e3 * quantile(seconds, 0.95),
                      images / median, images / median / variant.shape().ranks, 100 * variant.exposed_share(),
                      variant.is_right() ? "OK" : "WRONG");
}

/// Variants by the names that --variants takes. Some are of one rank alone: null on the others.
std::vector<std::unique_ptr<Variant>> make_variants(const Workload& workload, const comm::Group& world) {
  const comm::Group alone = world.split(world.rank());
  const int few = world.size();
  const int many = std::max(kManyMicroBatches, few);
  std::vector<std::unique_ptr<Variant>> variants;
  const auto add = [&](const char* name, const comm::Group& group, Variant::Shape shape) {
    if (workload.batch * group.size() % shape.micro_batches != 0) {
      throw base::ConfigError(base::format("--batch {} on {} ranks cannot be cut into {} micro-batches",
                                           workload.batch, group.size(), shape.micro_batches));
    }
    variants.push_back(std::make_unique<Variant>(name, group, workload, std::move(shape)));
  };
  for (const std::string& name : workload.variants) {
    Variant::Shape shape;
    shape.micro_batches = few;
    if (name == "alone") {
      shape.micro_batches = 1;
      if (world.rank() == 0) add("one rank alone", alone, shape);
    } else if (name == "few") {
      add("all, V = R", world, shape);
    } else if (name == "many") {
      shape.micro_batches = many;
      add("all, V = 8", world, shape);
    } else if (name == "fastest") {
      shape.options.reduction = config::Reduction::fastest;
      add("all, V = R, fastest", world, shape);
    } else if (name == "graph") {
      shape.options.as_graph = true;
      add("all, V = R, graph", world, shape);
    } else if (name == "graph_many") {
      shape.options.as_graph = true;
      shape.micro_batches = many;
      add("all, V = 8, graph", world, shape);
    } else if (name == "heads") {
      shape.heads = kHeads;
      add("4 heads in one pass", world, shape);
      shape.one_pass = false;
      add("4 heads, 4 passes", world, shape);
    } else {
      throw base::ConfigError(base::format(
          "'{}' is no variant; the choices are alone, few, many, fastest, graph, graph_many, heads", name));
    }
  }
  return variants;
}

/// Two variants that do the same in another way have to end in the same bits, where they are both run.
bool same_bits(const std::vector<std::unique_ptr<Variant>>& variants, std::string_view one,
               std::string_view other) {
  std::array<const Variant*, 2> found{};
  for (const auto& variant : variants) {
    if (variant->name() == one) found[0] = variant.get();
    if (variant->name() == other) found[1] = variant.get();
  }
  return found[0] == nullptr || found[1] == nullptr || found[0]->digest() == found[1]->digest();
}

void set_up(const comm::Session& session, Workload& workload) {
  make_deterministic(1);
  keep_freed_memory();
  torch::Device gpu_or_host = torch::kCPU;
  comm::Transport transport = comm::Transport::mpi;
  const auto precision = config::enum_from_name<config::Precision>(workload.precision);
  set_gpu_arithmetic(precision, workload.autotune);
  if (config::enum_from_name<config::DeviceKind>(workload.device) == config::DeviceKind::cuda) {
    const auto gpus = static_cast<std::int64_t>(device::visible_gpus().size());
    if (gpus == 0) {
      throw base::ConfigError(
          base::format("--device cuda, but no GPU is seen: {}; give --device cpu", device::why_no_gpu()));
    }
    gpu_or_host =
        torch::Device(torch::kCUDA, static_cast<c10::DeviceIndex>(session.local_rank().value() % gpus));
    if (config::enum_from_name<config::ExchangeKind>(workload.exchange) == config::ExchangeKind::nccl) {
      transport = comm::Transport::nccl;
    }
  }
  workload.compute = make_compute_device(gpu_or_host, precision, transport);
}

int run(Workload workload) {
  const comm::Session session;
  const comm::Group& world = session.world();
  set_up(session, workload);
  const bool first = world.rank() == 0;
  const std::vector<std::unique_ptr<Variant>> variants = make_variants(workload, world);
  // In turn, so that a machine whose speed drifts does the same to all. A GPU's kernels are recorded in the
  // second round.
  const std::int64_t warm_up = workload.compute.device.is_cuda() ? 3 : 1;
  for (std::int64_t round = -warm_up; round < workload.rounds; ++round) {
    for (const auto& variant : variants) variant->run_round(round >= 0);
    world.barrier();
  }

  if (first) {
    std::printf(
        "# %s at %lld px, %lld images a rank, %s on %s, one thread a rank, images in memory; %s, %d ranks, "
        "%d on %s\n",
        workload.backbone.c_str(), static_cast<long long>(workload.size),
        static_cast<long long>(workload.batch), workload.precision.c_str(),
        workload.compute.device.is_cpu() ? "processors" : device::visible_gpus().front().description.c_str(),
        comm::Session::library_version().c_str(), world.size(), session.local_size(), session.host().c_str());
    std::printf("%-22s %5s %3s %6s %10s %10s %10s %11s %10s\n", "", "ranks", "V", "batch", "median ms",
                "p95 ms", "images/s", "of a rank", "exchange");
  }
  bool right = true;
  for (const auto& variant : variants) {
    const std::string line = row(*variant);
    right = variant->is_right() && right;
    if (first) std::puts(line.c_str());
  }
  for (const auto& [one, other] :
       {std::pair{"all, V = R", "all, V = R, graph"}, std::pair{"all, V = 8", "all, V = 8, graph"},
        std::pair{"4 heads in one pass", "4 heads, 4 passes"}}) {
    if (same_bits(variants, one, other)) continue;
    right = false;
    if (first) std::printf("# '%s' and '%s' end in other bits\n", one, other);
  }
  if (workload.profile) {
    const Profile measured = profile(workload.compute.device, [&] {
      for (int i = 0; i < kStepsProfiled; ++i) variants.back()->step();
    });
    if (first)
      std::printf("# %s\n%s", variants.back()->name().c_str(),
                  profile_text(measured, kStepsProfiled).c_str());
  }
  if (first) std::puts(right ? "# OK" : "# FAILED: a loss has not fallen, or weights differ that should not");
  return right ? 0 : 1;
}

}  // namespace
}  // namespace ltr::train

int main(int argc, char** argv) {
  ltr::train::Workload workload;
  CLI::App app{
      "Time of a training step without its input, on all ranks; each variant checks what it computes."};
  app.add_option("--backbone", workload.backbone, "as model.backbone")->capture_default_str();
  app.add_option("--size", workload.size, "pixels a side")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--batch", workload.batch, "images a rank, a multiple of 8")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--classes", workload.classes)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--rounds", workload.rounds, "of two steps")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--device", workload.device)->check(CLI::IsMember({"cpu", "cuda"}))->capture_default_str();
  app.add_option("--precision", workload.precision, "as parallel.precision")->capture_default_str();
  app.add_option("--exchange", workload.exchange)
      ->check(CLI::IsMember({"mpi", "nccl"}))
      ->capture_default_str();
  app.add_flag("--autotune", workload.autotune, "as parallel.autotune");
  app.add_flag("--profile", workload.profile, "where the time of the last variant's steps goes");
  app.add_option("--variants", workload.variants, "alone, few, many, fastest, graph, graph_many, heads")
      ->delimiter(',')
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return ltr::train::run(workload);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "step_bench: %s\n", error.what());
    return 2;
  }
}
