// SPDX-License-Identifier: Apache-2.0
#include "learning/training.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/random.hpp"
#include "learning/cell.hpp"
#include "model/ghost_batch_norm.hpp"
#include "model/safetensors.hpp"
#include "train/feature_pass.hpp"

namespace ltr::learning {
namespace {

constexpr std::string_view kValidation = "validation";
constexpr std::string_view kTest = "test";

std::string_view part_of(const Context& context, const data::Pack& pack) {
  return &pack == &context.test ? kTest : kValidation;
}

std::filesystem::path features_file(const std::filesystem::path& folder, const config::PlanNode& node,
                                    std::string_view part) {
  return folder / base::format("{}.{}.features", stage_1_id(node), part);
}

train::EvaluationOptions evaluation_options(const Context& context) {
  return {.loader = loader_options(context.configuration),
          .device = context.device,
          .most_images = context.limits.evaluation_images};
}

}  // namespace

train::LoopOptions loop_options(const Context& context, const config::PlanNode& node, std::uint64_t seed,
                                config::SamplingKind sampling) {
  const config::Configuration& configuration = context.configuration;
  train::LoopOptions options;
  options.seed = seed;
  options.sampling = sampling;
  options.scheme = sampling::sampling_scheme(configuration, sampling);
  options.global_batch = configuration.stage_1.global_batch;
  options.micro_batches = configuration.stage_1.micro_batches;
  options.step.first_part_statistics = configuration.fidelity.first_part_statistics;
  options.step.reduction = configuration.parallel.reduction;
  options.device = context.device;
  options.step.as_graph = configuration.parallel.cuda_graph;
  options.loader = loader_options(configuration);
  options.keep_decoded = configuration.loader.cache == config::LoaderCache::decoded;
  options.checkpoint = checkpoint_files(context.folder, node);
  options.checkpoint.keep = configuration.checkpoint.keep;
  options.checkpoint.before_write = context.before_write;
  options.checkpoint_every_epochs = configuration.checkpoint.every_epochs;
  options.checkpoint_every_s = configuration.checkpoint.every_s;
  options.warn = context.warn;
  options.progress = context.progress;
  options.stop_requested = context.stop_requested;
  options.most_steps = context.limits.steps;
  return options;
}

std::uint64_t stage_2_seed(std::uint64_t seed) {
  return base::CounterRandom(seed, base::Stream::stage_2_seed).next_u64();
}

void freeze_all_but_last_block(const config::Configuration& configuration, const model::Backbone& backbone) {
  model::freeze_all_but_last_block(backbone);
  if (!configuration.fidelity.frozen_statistics_move) return;
  for (const auto& norm : model::ghost_batch_norms(backbone)) norm->keep_moving();
}

train::SgdOptions sgd_options(const config::Stage1& stage_1, double weight_decay) {
  return {.momentum = stage_1.momentum,
          .weight_decay = weight_decay,
          .nesterov = stage_1.nesterov,
          .decay_norm_and_bias = stage_1.decay_norm_and_bias,
          .clip_norm = stage_1.clip_norm};
}

std::shared_ptr<model::Network> new_network(const Context& context) {
  auto network =
      std::make_shared<model::Network>(context.configuration.model.backbone, context.training.classes());
  network->backbone->compute_in(context.device.precision);
  context.device.take(*network);
  return network;
}

void scale_backbone_rate(train::SgdOptions& options, const config::Stage1& stage_1) {
  options.scaled_names = "backbone.";
  options.scaled_rate = stage_1.backbone_learning_rate_scale;
}

std::shared_ptr<model::Network> trained_network(const Context& context, const config::PlanNode& node) {
  std::shared_ptr<model::Network> network = new_network(context);
  const std::filesystem::path file = weights_file(context.folder, stage_1_id(node));
  comm::agree(context.group,
              [&] { model::load_state(*network, model::read_safetensors(file).tensors, file.string()); });
  require_same_weights(context, *network, file);
  network->eval();
  return network;
}

void require_same_weights(const Context& context, const model::Network& network,
                          const std::filesystem::path& file) {
  const std::string digest = model::weights_digest(model::state(network));
  const std::string first = context.group.broadcast(digest, 0);
  comm::agree(context.group, [&] {
    if (digest == first) return;
    throw base::DataError(
        base::format("{} holds other weights here than on rank 0; ranks would compute different networks; "
                     "put it on a file system that all hosts share",
                     file.string()));
  });
}

train::EvaluationSet watched_images(const Context& context, const data::Pack& pack) {
  const std::string_view images = &pack == &context.training ? "training" : part_of(context, pack);
  train::EvaluationOptions options = evaluation_options(context);
  options.watch = [&context, images](std::int64_t done, std::int64_t batches) {
    if (context.stop_requested && context.stop_requested()) {
      throw base::Stopped(base::format(
          "asked to stop in a pass over the {} images; run the same command again to go on", images));
    }
    if (context.pass_progress) context.pass_progress({images, done, batches});
  };
  return {context.group, pack, std::move(options)};
}

train::EvaluationSet validation_images(const Context& context) {
  return {context.group, context.validation, evaluation_options(context)};
}

Features evaluation_features(const Context& context, const config::PlanNode& node, model::Backbone& backbone,
                             KeepFeatures keep) {
  const auto features_of = [&](const data::Pack& pack) {
    train::EvaluationSet images = watched_images(context, pack);
    if (keep == KeepFeatures::no) return train::features_of(images, backbone);
    return train::features_of(images, backbone,
                              {.file = features_file(context.folder, node, part_of(context, pack)),
                               .before_write = context.before_write,
                               .warn = context.warn});
  };
  return {features_of(context.validation), features_of(context.test)};
}

std::vector<std::filesystem::path> scratch_files(const std::filesystem::path& folder,
                                                 const config::PlanNode& node) {
  return {features_file(folder, node, kValidation), features_file(folder, node, kTest)};
}

}  // namespace ltr::learning
