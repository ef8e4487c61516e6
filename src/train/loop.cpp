// SPDX-License-Identifier: Apache-2.0
#include "train/loop.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/stopwatch.hpp"
#include "sampling/class_weights.hpp"
#include "sampling/draw_statistics.hpp"
#include "train/batch_stream.hpp"
#include "train/checkpoint_writer.hpp"
#include "train/delivered_draws.hpp"
#include "train/feature_pass.hpp"
#include "train/step.hpp"
#include "train/torch_error.hpp"
#include "train/training.hpp"

namespace ltr::train {
namespace {

/// What must be equal for one training to go on from the other's state.
std::string identity_of(const BatchStreamOptions& stream, const data::Pack& pack,
                        const std::vector<std::unique_ptr<Training>>& trainings) {
  std::string text = base::format("seed {}, {}, {}, batch {} in {}, images {}{}", stream.draws.seed,
                                  config::name_of(stream.draws.kind), config::name_of(stream.draws.scheme),
                                  stream.shape.global_batch, stream.shape.micro_batches, pack.content_hash(),
                                  stream.device.device.is_cpu() ? "" : ", on a GPU");
  for (const auto& training : trainings) {
    text += base::format(", {}: {} epochs, {} parameters", training->spec().name,
                         training->spec().schedule.epochs, training->parameter_floats());
  }
  if (stream.device.precision != config::Precision::float32) {
    text += base::format(", {}", config::name_of(stream.device.precision));
  }
  return text;
}

void check_shape(const data::Pack& pack, const sampling::BatchShape& shape) {
  if (shape.micro_batches < 1 || shape.micro_batches % shape.ranks != 0) {
    throw base::ConfigError(base::format(
        "{} ranks cannot share {} micro-batches: every rank takes equally many; start a number of ranks that "
        "divides stage_1.micro_batches, or change it",
        shape.ranks, shape.micro_batches));
  }
  if (pack.images() < shape.global_batch) {
    throw base::ConfigError(base::format(
        "the global batch of {} images is larger than the {} images of {}: an epoch would have no step; "
        "lower stage_1.global_batch",
        shape.global_batch, pack.images(), pack.location()));
  }
}

}  // namespace

struct TrainingLoop::State {
  State(const comm::Group& group_in, const data::Pack& pack_in, EvaluationSet& validation_in,
        LoopOptions options_in, std::vector<TrainingSpec> specs);

  [[nodiscard]] bool update_statistics() const {
    return options.step.frozen_backbone && options.step.update_statistics;
  }
  void restore();
  void set_aside(const FoundCheckpoint& found) const;
  void run_epoch();
  [[nodiscard]] std::unique_ptr<BatchStream> next_stream(std::int64_t of_epoch, std::int64_t first_step);
  void begin_epoch();
  void choose_active();
  [[nodiscard]] std::vector<double> weight_sums() const;
  [[nodiscard]] MicroBatch next_micro_batch();
  StepSignals step_once();
  void check_finite(const StepResult& result) const;
  void report(double loss);
  [[nodiscard]] sampling::DrawStatistics draw_statistics();
  void finish_epoch();
  void validate_and_finish(record::EpochRow row, const sampling::DrawStatistics& draws_made);
  [[nodiscard]] LoopState state();
  void restore_delivered(std::optional<DeliveredImages> stored);
  void begin_checkpoint();
  void write_checkpoint_now();

  comm::Group group;
  const data::Pack& pack;
  EvaluationSet& validation;
  LoopOptions options;
  std::vector<std::unique_ptr<Training>> trainings;
  BatchStreamOptions stream_options;
  std::int64_t steps = 0;  ///< an epoch
  std::int64_t epoch = 0;
  std::int64_t epoch_steps = 0;            ///< done in this epoch
  EpochTimes times;                        ///< of them
  data::LoaderTimes loaded;                ///< of the part of them before this process took the epoch over
  std::optional<CheckpointWriter> writer;  ///< of rank 0, if checkpoints are kept
  base::Stopwatch since_checkpoint;
  std::vector<Training*> active;
  std::vector<std::vector<double>> class_weights;  ///< [K] of each active training's loss; empty: none
  std::unique_ptr<Step> step;                      ///< for the active trainings
  std::unique_ptr<data::DecodedImages> decoded;    ///< outlives the stream, which fills it; null: not kept
  std::optional<sampling::DrawSequence> draws;     ///< the next is of the epoch after the stream's
  std::unique_ptr<BatchStream> stream;             ///< of this epoch, from the first step still to be done
  std::optional<DeliveredDraws> delivered;         ///< in this epoch
};

TrainingLoop::State::State(const comm::Group& group_in, const data::Pack& pack_in,
                           EvaluationSet& validation_in, LoopOptions options_in,
                           std::vector<TrainingSpec> specs)
    : group(group_in), pack(pack_in), validation(validation_in), options(std::move(options_in)) {
  stream_options.shape = {options.global_batch, options.micro_batches, group.size()};
  check_shape(pack, stream_options.shape);
  steps = pack.images() / options.global_batch;
  if (options.most_steps > 0) steps = std::min(steps, options.most_steps);
  stream_options.rank = group.rank();
  stream_options.loader = options.loader;
  stream_options.device = options.device;
  options.step.transport = options.device.transport;
  if (options.keep_decoded) {
    decoded = std::make_unique<data::DecodedImages>(pack);
    stream_options.loader.decoded = decoded.get();
  }
  stream_options.draws = {options.seed, options.sampling, options.scheme, 0, steps * options.global_batch};
  model::NamedTensors moving;
  if (update_statistics()) moving = model::buffers(*options.step.frozen_backbone);
  for (TrainingSpec& spec : specs) {
    stream_options.draws.epochs = std::max(stream_options.draws.epochs, spec.schedule.epochs);
    comm::agree(group, [&] {
      translating_torch_errors(
          [&] { trainings.push_back(std::make_unique<Training>(std::move(spec), pack.classes(), moving)); });
    });
  }
  delivered.emplace(stream_options.shape, pack.classes());
  if (options.step.frozen_backbone) options.step.frozen_backbone->train(options.step.update_statistics);
  if (group.rank() == 0 && !options.checkpoint.newest.empty()) {
    writer.emplace(options.checkpoint, identity_of(stream_options, pack, trainings));
  }
}

/// Collective: all ranks, for what each of them was given.
LoopState TrainingLoop::State::state() {
  LoopState now{epoch, epoch_steps, times, {}, delivered->gather(group)};
  for (const auto& training : trainings) now.trainings.push_back(training->state());
  return now;
}

/// Training goes on meanwhile; a failure is raised in the next step, where all ranks learn of it.
void TrainingLoop::State::begin_checkpoint() {
  if (options.checkpoint.newest.empty()) return;
  const LoopState now = state();
  if (writer) writer->begin(now);
  since_checkpoint = {};
}

void TrainingLoop::State::write_checkpoint_now() {
  if (options.checkpoint.newest.empty()) return;
  const LoopState now = state();
  comm::agree(group, [&] {
    if (writer) writer->write(now);
  });
}

/// A damaged file must not take the place of a sound one when the next is written.
void TrainingLoop::State::set_aside(const FoundCheckpoint& found) const {
  for (const FoundCheckpoint::Damage& damage : found.damaged) {
    std::filesystem::rename(damage.file, damage.file.string() + ".damaged");
    if (!options.warn) continue;
    options.warn(base::format("{}; {}", damage.what,
                              found.state ? "an older one is taken" : "this training begins anew"));
  }
}

void TrainingLoop::State::restore_delivered(std::optional<DeliveredImages> stored) {
  if (!stored && epoch_steps > 0) {
    sampling::DrawSequence from_here(stream_options.draws, pack.class_counts(), epoch);
    stored = images_of(from_here.next(), epoch_steps * options.global_batch, pack.classes());
    if (options.warn) {
      options.warn(base::format(
          "checkpoint {} is of a version that did not note which images training was given; for the first {} "
          "steps of epoch {} the record's counts and digest are those of the draws",
          options.checkpoint.newest.string(), epoch_steps, epoch));
    }
  }
  delivered->begin_epoch(stored ? std::move(*stored) : DeliveredImages{});
}

void TrainingLoop::State::restore() {
  if (options.checkpoint.newest.empty()) return;
  FoundCheckpoint found;
  comm::agree(group, [&] {
    found = read_checkpoint(options.checkpoint, identity_of(stream_options, pack, trainings));
  });
  comm::agree(group, [&] {
    if (group.rank() == 0) set_aside(found);
  });
  const std::optional<LoopState>& stored = found.state;
  const std::string place = stored ? base::format("{} {}", stored->epoch, stored->step) : "none";
  const std::string seen = group.broadcast(place, 0);
  comm::agree(group, [&] {
    if (seen == place) return;
    throw base::SystemError(base::format(
        "ranks see different states of checkpoint {}, so they would train on from different steps; put "
        "run.output on a file system that all hosts share",
        options.checkpoint.newest.string()));
  });
  if (!stored) return;
  epoch = stored->epoch;
  epoch_steps = stored->step;
  times = stored->times;
  loaded = times.loader;
  comm::agree(group, [&] {
    if (group.rank() == 0) restore_delivered(std::move(found.state->delivered));
  });
  for (std::size_t i = 0; i < trainings.size(); ++i) {
    trainings[i]->restore(std::move(found.state->trainings[i]), options.checkpoint.newest.string());
  }
}

/// Builds the step anew when the specs it moves have changed.
void TrainingLoop::State::choose_active() {
  std::vector<Training*> now;
  std::vector<StepTask> tasks;
  for (const auto& training : trainings) {
    if (!training->is_active(epoch)) continue;
    now.push_back(training.get());
    const TrainingSpec& spec = training->spec();
    tasks.push_back({spec.module, spec.logits, spec.loss, &training->parameters()});
  }
  if (step && now == active) return;
  active = std::move(now);
  step.reset();  // before its successor takes over the gradients
  step = std::make_unique<Step>(group, stream_options.shape, std::move(tasks), options.step);
}

/// Epochs in order, the first is any.
std::unique_ptr<BatchStream> TrainingLoop::State::next_stream(std::int64_t of_epoch,
                                                              std::int64_t first_step) {
  if (!draws) draws.emplace(stream_options.draws, pack.class_counts(), of_epoch);
  return std::make_unique<BatchStream>(pack, stream_options, draws->next(), first_step);
}

/// What the loss of each active training divides a step by, which follows from the step's draws; empty where
/// no loss has weights.
std::vector<double> TrainingLoop::State::weight_sums() const {
  std::vector<double> sums;
  if (std::ranges::all_of(class_weights, [](const auto& weights) { return weights.empty(); })) return sums;
  const std::vector<std::int64_t> drawn = stream->classes_of_step(epoch_steps);
  for (const std::vector<double>& weights : class_weights) {
    sums.push_back(weights.empty() ? static_cast<double>(options.global_batch)
                                   : std::inner_product(weights.begin(), weights.end(), drawn.begin(), 0.0));
  }
  return sums;
}

void TrainingLoop::State::begin_epoch() {
  choose_active();
  class_weights.clear();
  for (const Training* training : active) {
    train::Loss& loss = *training->spec().loss;
    loss.begin_epoch(epoch, training->spec().schedule.epochs);
    std::vector<double>& weights = class_weights.emplace_back();
    if (!loss.class_weights().defined()) continue;
    const torch::Tensor values = loss.class_weights().cpu().to(torch::kFloat64).contiguous();
    weights.assign(values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel());
  }
}

void TrainingLoop::State::run_epoch() {
  begin_epoch();
  while (epoch_steps < steps) {
    if (!stream) stream = next_stream(epoch, epoch_steps);
    const StepSignals asked = step_once();
    if (asked.stop) {
      write_checkpoint_now();
      throw base::Stopped(base::format(
          "asked to stop; training stands at step {} of {} of epoch {}; run the same command again to go on",
          epoch_steps, steps, epoch));
    }
    if (asked.checkpoint) begin_checkpoint();
  }
  finish_epoch();
}

MicroBatch TrainingLoop::State::next_micro_batch() {
  if (writer) writer->raise_failure();
  MicroBatch batch = stream->next();
  delivered->add(stream->delivered());
  return batch;
}

/// One step of all active trainings. Returns what some rank asks for.
StepSignals TrainingLoop::State::step_once() {
  const base::Stopwatch stopwatch;
  const double wait_before = stream->times().wait_s;
  const double exchange_before = step->exchange_s();
  const StepSignals asks{.stop = options.stop_requested && options.stop_requested(),
                         .checkpoint = writer && options.checkpoint_every_s > 0 &&
                                       since_checkpoint.seconds() >= options.checkpoint_every_s};
  const StepResult result =
      step->run([this] { return next_micro_batch(); }, asks, [this] { stream->prefetch(); }, weight_sums());
  check_finite(result);
  for (std::size_t i = 0; i < active.size(); ++i) active[i]->step(epoch, result.loss_sums[i]);
  const data::LoaderTimes so_far = stream->times();
  const double exchange_s = step->exchange_s() - exchange_before;
  times.loader = loaded;
  times.loader += so_far;
  times.exchange_s += exchange_s;
  times.step_s += stopwatch.seconds() - (so_far.wait_s - wait_before) - exchange_s;
  ++epoch_steps;
  report(result.loss_sums.front() / static_cast<double>(options.global_batch));
  return result.asked;
}

void TrainingLoop::State::check_finite(const StepResult& result) const {
  for (std::size_t i = 0; i < active.size(); ++i) {
    if (std::isfinite(result.loss_sums[i])) continue;
    throw base::SystemError(base::format(
        "the loss of {} is {} in step {} of epoch {}, at learning rate {}: training has diverged and cannot "
        "recover; lower the learning rate, or warm up over more epochs",
        active[i]->spec().name, result.loss_sums[i], epoch_steps, epoch, active[i]->learning_rate(epoch)));
  }
}

void TrainingLoop::State::report(double loss) {
  if (!options.progress) return;
  const double s = times.step_s + times.loader.wait_s + times.exchange_s;
  Progress progress{epoch, stream_options.draws.epochs, epoch_steps, steps, loss};
  progress.images_per_s = static_cast<double>(epoch_steps * options.global_batch) / s;
  progress.wait_fraction = times.loader.wait_s / s;
  options.progress(progress);
}

/// Of the images that training was given in this epoch. Collective: all ranks.
sampling::DrawStatistics TrainingLoop::State::draw_statistics() {
  const DeliveredImages images = delivered->gather(group);
  const sampling::DrawOptions& drawn = stream_options.draws;
  return {images.of_class,
          sampling::class_probabilities(drawn.kind, pack.class_counts(), epoch, drawn.epochs),
          group.broadcast(group.rank() == 0 ? sampling::draws_digest(images.positions) : "", 0)};
}

void TrainingLoop::State::finish_epoch() {
  stream.reset();
  // The next epoch's first images are decoded while this one is validated.
  if (epoch + 1 < stream_options.draws.epochs) stream = next_stream(epoch + 1, 0);
  const data::LoaderTimes& loader = times.loader;
  std::array<double, 7> slowest{
      times.step_s,  loader.wait_s,   times.exchange_s, times.step_s + loader.wait_s + times.exchange_s,
      loader.read_s, loader.decode_s, loader.resample_s};
  group.max(slowest);
  record::EpochRow row;
  row.epoch = epoch;
  row.step_s = slowest[0];
  row.wait_s = slowest[1];
  row.exchange_s = slowest[2];
  row.read_s = slowest[4];
  row.decode_s = slowest[5];
  row.resample_s = slowest[6];
  row.images_per_s = static_cast<double>(stream_options.draws.draws_per_epoch) / slowest[3];
  validate_and_finish(row, draw_statistics());
  delivered->begin_epoch();
  ++epoch;
  epoch_steps = 0;
  times = {};
  loaded = {};
  if (epoch == stream_options.draws.epochs) {
    write_checkpoint_now();
  } else if (epoch % options.checkpoint_every_epochs == 0) {
    begin_checkpoint();
  }
}

void TrainingLoop::State::validate_and_finish(record::EpochRow row,
                                              const sampling::DrawStatistics& draws_made) {
  if (!update_statistics()) {
    for (Training* training : active) training->finish_epoch(row, draws_made, validation);
    return;
  }
  const base::Stopwatch stopwatch;
  EvaluationSet features = features_of(validation, *options.step.frozen_backbone);
  std::array<double, 1> seconds{stopwatch.seconds()};
  group.max(seconds);
  row.evaluation_s = seconds[0];
  for (Training* training : active) training->finish_epoch(row, draws_made, features);
  options.step.frozen_backbone->train();
}

TrainingLoop::TrainingLoop(const comm::Group& group, const data::Pack& pack, EvaluationSet& validation,
                           LoopOptions options, std::vector<TrainingSpec> specs)
    : state_(std::make_unique<State>(group, pack, validation, std::move(options), std::move(specs))) {}

TrainingLoop::~TrainingLoop() = default;

std::vector<TrainingResult> TrainingLoop::run() {
  state_->restore();
  while (state_->epoch < state_->stream_options.draws.epochs) state_->run_epoch();
  // All digests before the first is finalized, which may change buffers that others share.
  std::vector<std::string> digests;
  for (const auto& training : state_->trainings) digests.push_back(training->state_digest());
  std::vector<TrainingResult> results;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    results.push_back(state_->trainings[i]->finalize(std::move(digests[i])));
  }
  return results;
}

}  // namespace ltr::train
