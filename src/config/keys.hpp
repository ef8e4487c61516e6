// SPDX-License-Identifier: Apache-2.0
// Every key of the TOML file, once: reading, writing, checking and comparing all walk this list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"

namespace ltr::config {

/// Whether a file must give the key, or its default serves.
enum class Presence { optional, required };

/// A field that names a file or a folder, or several, as keys of that kind are visited.
template <class Names>
struct PathField {
  Names& names;
};
template <class Names>
PathField(Names&) -> PathField<Names>;

template <class Field>
inline constexpr bool kNamesFiles = false;
template <class Names>
inline constexpr bool kNamesFiles<PathField<Names>> = true;

/// Calls `visit(path, field, presence)` for every key in the order of the file; `AnyConfiguration` is const
/// or not. Fields that name files come as a PathField.
template <class AnyConfiguration, class Visit>
void visit_keys(AnyConfiguration& c, Visit&& visit) {
  using enum Presence;
  visit("run.output", PathField{c.run.output}, required);
  visit("run.seeds", c.run.seeds, optional);
  visit("data.root", PathField{c.data.root}, optional);
  visit("data.train", PathField{c.data.train}, required);
  visit("data.validation", PathField{c.data.validation}, optional);
  visit("data.test", PathField{c.data.test}, required);
  visit("data.stage", PathField{c.data.stage}, optional);
  visit("data.shots.many_above", c.data.shots.many_above, optional);
  visit("data.shots.few_below", c.data.shots.few_below, optional);
  visit("grid.sampling", c.grid.sampling, optional);
  visit("grid.learning", c.grid.learning, optional);
  visit("grid.replacement", c.grid.replacement, optional);
  visit("model.backbone", c.model.backbone, optional);
  visit("model.pretrained", PathField{c.model.pretrained}, optional);
  visit("input.size", c.input.size, optional);
  visit("input.train_crop", c.input.train_crop, optional);
  visit("input.padding", c.input.padding, optional);
  visit("input.evaluation_resize", c.input.evaluation_resize, optional);
  visit("input.flip", c.input.flip, optional);
  visit("input.scaled_decode", c.input.scaled_decode, optional);
  visit("input.color_jitter", c.input.color_jitter, optional);
  visit("input.mean", c.input.mean, optional);
  visit("input.std", c.input.std, optional);
  visit("loader.threads", c.loader.threads, optional);
  visit("loader.queue_batches", c.loader.queue_batches, optional);
  visit("loader.cache", c.loader.cache, optional);
  visit("stage_1.weights", PathField{c.stage_1.weights}, optional);
  visit("stage_1.trained", c.stage_1.trained, optional);
  visit("stage_1.epochs", c.stage_1.epochs, optional);
  visit("stage_1.global_batch", c.stage_1.global_batch, optional);
  visit("stage_1.micro_batches", c.stage_1.micro_batches, optional);
  visit("stage_1.learning_rate", c.stage_1.learning_rate, optional);
  visit("stage_1.scale_learning_rate", c.stage_1.scale_learning_rate, optional);
  visit("stage_1.backbone_rate_factor", c.stage_1.backbone_rate_factor, optional);
  visit("stage_1.schedule", c.stage_1.schedule, optional);
  visit("stage_1.step.milestones", c.stage_1.step.milestones, optional);
  visit("stage_1.step.factor", c.stage_1.step.factor, optional);
  visit("stage_1.warmup_epochs", c.stage_1.warmup_epochs, optional);
  visit("stage_1.momentum", c.stage_1.momentum, optional);
  visit("stage_1.nesterov", c.stage_1.nesterov, optional);
  visit("stage_1.weight_decay", c.stage_1.weight_decay, optional);
  visit("stage_1.decay_norm_and_bias", c.stage_1.decay_norm_and_bias, optional);
  visit("stage_1.clip_norm", c.stage_1.clip_norm, optional);
  visit("stage_1.label_smoothing", c.stage_1.label_smoothing, optional);
  visit("stage_1.validate_every_epochs", c.stage_1.validate_every_epochs, optional);
  visit("stage_1.loss", c.stage_1.loss, optional);
  visit("stage_2.sampling", c.stage_2.sampling, optional);
  visit("stage_2.learning_rate", c.stage_2.learning_rate, optional);
  visit("stage_2.schedule", c.stage_2.schedule, optional);
  visit("stage_2.crt.epochs", c.stage_2.crt.epochs, optional);
  visit("stage_2.lws.epochs", c.stage_2.lws.epochs, optional);
  visit("stage_2.tau.from", c.stage_2.tau.from, optional);
  visit("stage_2.tau.to", c.stage_2.tau.to, optional);
  visit("stage_2.tau.step", c.stage_2.tau.step, optional);
  visit("stage_2.ncm.distance", c.stage_2.ncm.distance, optional);
  visit("stage_2.finetune.epochs", c.stage_2.finetune.epochs, optional);
  visit("stage_2.finetune.new_classifier", c.stage_2.finetune.new_classifier, optional);
  visit("parallel.threads_per_rank", c.parallel.threads_per_rank, optional);
  visit("parallel.ranks_per_cell", c.parallel.ranks_per_cell, optional);
  visit("parallel.ranks_per_cell_stage_2", c.parallel.ranks_per_cell_stage_2, optional);
  visit("parallel.reduction", c.parallel.reduction, optional);
  visit("parallel.device", c.parallel.device, optional);
  visit("parallel.share_gpus", c.parallel.share_gpus, optional);
  visit("parallel.exchange", c.parallel.exchange, optional);
  visit("parallel.precision", c.parallel.precision, optional);
  visit("parallel.autotune", c.parallel.autotune, optional);
  visit("parallel.cuda_graph", c.parallel.cuda_graph, optional);
  visit("parallel.stall_timeout_s", c.parallel.stall_timeout_s, optional);
  visit("fidelity.mode", c.fidelity.mode, optional);
  visit("fidelity.frozen_statistics_move", c.fidelity.frozen_statistics_move, optional);
  visit("fidelity.first_part_statistics", c.fidelity.first_part_statistics, optional);
  visit("fidelity.class_balanced_runs", c.fidelity.class_balanced_runs, optional);
  visit("fidelity.square_root_independent", c.fidelity.square_root_independent, optional);
  visit("fidelity.progressive_independent", c.fidelity.progressive_independent, optional);
  visit("fidelity.lws_scales_bias", c.fidelity.lws_scales_bias, optional);
  visit("fidelity.lws_decays_scales", c.fidelity.lws_decays_scales, optional);
  visit("fidelity.schedule_ahead", c.fidelity.schedule_ahead, optional);
  visit("checkpoint.every_epochs", c.checkpoint.every_epochs, optional);
  visit("checkpoint.every_s", c.checkpoint.every_s, optional);
  visit("checkpoint.keep", c.checkpoint.keep, optional);
}

/// A key and its value in TOML's notation.
struct KeyText {
  std::string path;
  std::string value;
  bool names_files = false;  ///< the value is a path, or a list of them
};

/// Every key of `configuration` with its value, in the order of the file.
[[nodiscard]] std::vector<KeyText> key_texts(const Configuration& configuration);

}  // namespace ltr::config
