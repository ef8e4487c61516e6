// SPDX-License-Identifier: Apache-2.0
#include "learning/memory_use.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <vector>

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include "learning/losses.hpp"
#include "learning/training.hpp"
#include "model/classifier.hpp"
#include "train/sgd.hpp"
#include "train/step.hpp"

namespace ltr::learning {
namespace {

/// Follows what torch takes and gives back, in this thread.
class PeakWatch : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* /*memory*/, std::int64_t change, std::size_t /*allocated*/,
                         std::size_t /*reserved*/, c10::Device /*device*/) override {
    now_ += change;
    peak_ = std::max(peak_, now_);
  }
  [[nodiscard]] bool memoryProfilingEnabled() const override { return true; }
  /// The most since then counts; networks being made need more than what they are in the end.
  void begin() { peak_ = now_; }
  [[nodiscard]] std::int64_t peak() const { return peak_; }

 private:
  std::int64_t now_ = 0;
  std::int64_t peak_ = 0;
};

/// What a node trains: a whole network, or heads on a frozen backbone.
struct Trial {
  std::shared_ptr<model::Network> network;
  std::vector<std::shared_ptr<model::Classifier>> heads;
  std::vector<std::unique_ptr<train::FlatParameters>> parameters;
  std::vector<train::StepTask> tasks;
  train::StepOptions options;
};

bool trains_last_block(const config::Configuration& configuration, const config::PlanNode& node) {
  return node.kind == config::NodeKind::finetune
             ? config::method_of(node.learning.front()).part == config::TrainedPart::last_block
             : configuration.stage_1.trained == config::TrainedPart::last_block;
}

Trial trained_by(const config::Configuration& configuration, const config::PlanNode& node,
                 std::int64_t classes) {
  Trial made;
  made.network = std::make_shared<model::Network>(configuration.model.backbone, classes);
  made.network->backbone->compute_in(configuration.parallel.precision);
  // Of as many classes, whatever their images.
  const std::vector<std::int64_t> class_counts(static_cast<std::size_t>(classes), 1);
  const bool is_stage_1 = node.kind == config::NodeKind::stage_1;
  const auto loss =
      make_loss(is_stage_1 ? node.loss : configuration.stage_2.loss, {configuration, class_counts});
  if (node.kind == config::NodeKind::stage_2) {
    made.options.frozen_backbone = made.network->backbone;
    made.options.update_statistics = configuration.fidelity.frozen_statistics_move;
    made.network->train(made.options.update_statistics);
    // A new classifier is the largest of heads.
    for (std::size_t i = 0; i < node.learning.size(); ++i) {
      const auto head = std::make_shared<model::Classifier>(made.network->backbone->features(), classes);
      made.parameters.push_back(std::make_unique<train::FlatParameters>(*head));
      made.tasks.push_back({head, logits_of(head), loss, made.parameters.back().get()});
      made.heads.push_back(head);
    }
    return made;
  }
  if (trains_last_block(configuration, node))
    freeze_all_but_last_block(configuration, *made.network->backbone);
  made.network->train();
  made.parameters.push_back(std::make_unique<train::FlatParameters>(*made.network));
  made.tasks.push_back({made.network, logits_of(made.network), loss, made.parameters.back().get()});
  return made;
}

/// What a step was seen to need.
struct Seen {
  std::int64_t peak_bytes = 0;    ///< with optimisers
  std::int64_t moved_floats = 0;  ///< of the parameters that it trains
};

Seen run_step(const config::Configuration& configuration, const config::PlanNode& node, std::int64_t classes,
              std::int64_t images) {
  const auto watch = std::make_shared<PeakWatch>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, watch);
  Trial trained = trained_by(configuration, node, classes);
  Seen seen;
  std::vector<train::Sgd> optimisers;
  for (const auto& parameters : trained.parameters) {
    optimisers.emplace_back(train::SgdOptions{}, *parameters);
    seen.moved_floats += parameters->size();
  }
  train::Step step(comm::Group::alone(), {images, 1, 1}, trained.tasks, trained.options);
  const std::int64_t size = configuration.input.size;
  watch->begin();
  (void)step.run([&] {
    return train::MicroBatch{
        torch::zeros({images, 3, size, size}).contiguous(torch::MemoryFormat::ChannelsLast),
        torch::zeros({images}, torch::kInt64)};
  });
  seen.peak_bytes = watch->peak();
  return seen;
}

}  // namespace

MemoryUse memory_use(const config::Configuration& configuration, const config::PlanNode& node,
                     std::int64_t classes, int ranks) {
  constexpr auto kFloatBytes = static_cast<std::int64_t>(sizeof(float));
  // So many that images, not copies of weights, are what the most memory goes to: where there is no backward
  // pass few are kept at a time. One alone takes other ways through libraries.
  const bool freezes = node.kind == config::NodeKind::stage_2 || trains_last_block(configuration, node);
  const std::int64_t few = freezes ? 4 : 2;
  const Seen of_few = run_step(configuration, node, classes, few);
  const Seen of_twice = run_step(configuration, node, classes, 2 * few);
  const auto own = static_cast<unsigned>(std::max(1, configuration.stage_1.micro_batches / ranks));
  // Levels of the tree of gradients, the best weights, and a copy on its way to a checkpoint.
  const std::int64_t copies = std::countr_zero(std::bit_ceil(own)) + 2;
  MemoryUse use;
  use.per_image = (of_twice.peak_bytes - of_few.peak_bytes) / few;
  use.fixed = of_few.peak_bytes - few * use.per_image + copies * kFloatBytes * of_few.moved_floats;
  use.images = configuration.stage_1.global_batch / configuration.stage_1.micro_batches;
  return use;
}

}  // namespace ltr::learning
