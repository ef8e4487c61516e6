// SPDX-License-Identifier: Apache-2.0
// Every key of the TOML file, one row each: reading, writing, checking, comparing, listing and the tables of
// configs/README.md all walk these rows.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.hpp"
#include "config/fidelity.hpp"

namespace ltr::config {

/// What another value of a key changes.
enum class Effect {
  output,     ///< where a run puts its own files; may differ from start to start
  placement,  ///< how fast and by whom the work is done; the results stay the same, bit by bit
  bits,       ///< the results by rounding, not the method
  data,       ///< which packs are read; their content is compared where they are read
  cells,      ///< which cells there are
  defaults,   ///< the values of keys that are not given
  method,     ///< what is computed
};

/// What a number may be. `why` is why it matters; what to do follows from the ends.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  std::string_view why{};
  [[nodiscard]] bool is_given() const { return !why.empty(); }
};

/// Whether a file must give the key, or its default serves.
enum class Presence { optional, required };

/// Whether the published recipes say what the key should be.
enum class Recipe { says, leaves_open };

/// When the key came into the suite. The digest of the settings names a later one only where its value is
/// not the default, so that a configuration keeps its digest.
enum class Since { beginning, later };

/// Marks the earlier name of another key: still read, no longer written. In the digest of the settings it
/// stands for the newer one.
struct RenamedTo {
  std::string_view path{};
};

/// One key. Which method owns it, if one does, stands in that method's row (config/methods.hpp).
struct Key {
  std::string_view path;
  std::string_view help;
  Effect effect = Effect::method;
  Range range{};
  Presence presence = Presence::optional;
  Recipe recipe = Recipe::says;
  Since since = Since::beginning;
  RenamedTo now{};

  /// `what` in any order: whatever of the above is not as usual.
  template <class... What>
  constexpr Key(std::string_view path_in, std::string_view help_in, What... what)
      : path(path_in), help(help_in) {
    (set(what), ...);
  }
  [[nodiscard]] constexpr bool is_renamed() const { return !now.path.empty(); }

 private:
  constexpr void set(Effect value) { effect = value; }
  constexpr void set(Range value) { range = value; }
  constexpr void set(Presence value) { presence = value; }
  constexpr void set(Recipe value) { recipe = value; }
  constexpr void set(Since value) { since = value; }
  constexpr void set(RenamedTo value) { now = value; }
};

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

/// Beyond these a number is a slip: no run would end, and no machine is as large.
namespace ranges {
inline constexpr double kMostImages = 1e12;
inline constexpr double kMostPixels = 16384;
inline constexpr double kMostEpochs = 1e6;
inline constexpr Range kEpochs{1, kMostEpochs, "an epoch is one pass over the draws"};
inline constexpr Range kImages{0, kMostImages, "it is a number of training images"};
inline constexpr Range kThreads{1, 1024, "work needs a thread to do it, and a host has so many processors"};
inline constexpr Range kRanks{0, 1e6, "it is a number of ranks, with 0 for all"};
inline constexpr Range kRanksLater{0, 1e6, "it is a number of ranks, with 0 for as many as in stage 1"};
inline constexpr Range kPixels{1, kMostPixels, "an image needs pixels a side, and memory for them"};
inline constexpr Range kShorterSide{1, kMostPixels,
                                    "an image needs pixels on its shorter side, and memory for them"};
inline constexpr Range kPadding{0, kMostPixels, "it is a number of pixels on every side"};
inline constexpr Range kQueue{1, 1024, "training takes batches out of the queue, which holds them in memory"};
inline constexpr Range kMicroBatches{
    1, 65536, "a step is made of micro-batches, whose BatchNorm statistics are kept for its length"};
inline constexpr Range kBatch{1, 16777216, "a step needs images, and an epoch steps"};
inline constexpr Range kWarmup{0, kMostEpochs, "warm-up comes before the schedule"};
inline constexpr Range kValidations{1, kMostEpochs, "validation comes after whole epochs"};
inline constexpr Range kStall{0, 1e9, "it is a time in seconds, with 0 to wait for ever"};
inline constexpr Range kCheckpoints{1, kMostEpochs, "checkpoints come after whole epochs"};
inline constexpr Range kCheckpointTime{0, 1e9, "it is a time in seconds, with 0 for none within an epoch"};
inline constexpr Range kKept{1, 100, "a run that stops needs one to go on from, and each takes room"};
}  // namespace ranges

/// One row: path and member are the same words, so they are written once.
#define LTR_KEY(member, ...) visit(Key(#member, __VA_ARGS__), c.member)
#define LTR_FILE_KEY(member, ...) visit(Key(#member, __VA_ARGS__), PathField{c.member})

/// Calls `visit(key, field)` for every key in the order of the file; `AnyConfiguration` is const or not.
/// Fields that name files come as a PathField.
template <class AnyConfiguration, class Visit>
void visit_keys(AnyConfiguration& c, Visit&& visit) {
  using enum Effect;
  using enum Presence;
  using enum Recipe;
  using enum Since;
  using namespace ranges;
  LTR_FILE_KEY(run.output, "the record, an HDF5 file; work in progress stands in `<output>.parts/`", output,
               required);
  LTR_KEY(run.seeds, "one complete grid a seed", cells);

  LTR_FILE_KEY(data.root, "the folder that the packs' names start from", data);
  LTR_FILE_KEY(data.train, "the training pack, or a list of packs of the same classes that are read as one",
               data, required);
  LTR_FILE_KEY(data.validation, "likewise for validation; none: the test pack serves, and the record says so",
               data);
  LTR_FILE_KEY(data.test, "likewise for the test", data, required);
  LTR_FILE_KEY(data.stage,
               "a folder on every node's own disk, to which it copies the packs first, read back and "
               "compared; the copies stay for the next run",
               output);
  LTR_KEY(data.shots.many_above, "classes with more training images are many-shot", kImages);
  LTR_KEY(data.shots.few_below, "classes with fewer training images are few-shot", kImages);

  LTR_KEY(grid.sampling, "the samplings of stage 1", cells);
  LTR_KEY(grid.loss, "the losses of stage 1", cells);
  LTR_KEY(grid.learning, "the learning strategies", cells);
  LTR_KEY(grid.replacement, "true: independent draws instead of exact quotas");

  LTR_KEY(loss.focal.gamma, "how fast an image that is classified well stops to count; 0: cross-entropy",
          later);
  LTR_KEY(loss.balanced_softmax.tau, "how much of the log of the class's images is added to its logit",
          later);
  LTR_KEY(
      loss.any_sampling,
      "true: a loss that corrects for the class frequencies of instance-balanced draws may be combined with "
      "another sampling, which then corrects twice",
      cells, later);

  LTR_KEY(model.backbone, "the network up to its features", leaves_open);
  LTR_FILE_KEY(model.pretrained,
               "a safetensors file that stage 1 starts from; none: the authors' initialisation", leaves_open);

  LTR_KEY(input.size, "pixels a side that the network sees", kPixels);
  LTR_KEY(input.train_crop, "how training images are cut");
  LTR_KEY(input.padding, "pixels added on every side, for `pad_and_crop` only", kPadding);
  LTR_KEY(input.evaluation_resize, "the shorter side before the centre crop of evaluation", kShorterSide);
  LTR_KEY(input.flip, "training images are mirrored at random");
  LTR_KEY(
      input.scaled_decode,
      "true: in training, JPEGs are decoded at 1/2, 1/4 or 1/8 of their size where the crop is at least 4, 8 "
      "or 16 times as large as the input; faster, and pixels change a little (a median of 46 dB PSNR)");
  LTR_KEY(input.color_jitter, "half-widths of the random brightness, contrast and saturation; zeros: off");
  LTR_KEY(input.mean, "of the channels, subtracted");
  LTR_KEY(input.std, "of the channels, divided by");

  LTR_KEY(loader.threads, "decoding threads a rank", placement, kThreads);
  LTR_KEY(loader.queue_batches, "micro-batches decoded ahead, at most", placement, kQueue);
  LTR_KEY(loader.cache,
          "`decoded` keeps the training images decoded in every rank's memory; refused where that would take "
          "more than half of the machine's",
          placement);

  LTR_FILE_KEY(stage_1.weights, "a safetensors file taken in place of training a stage 1", leaves_open);
  LTR_KEY(stage_1.trained, "what stage 1 trains");
  LTR_KEY(stage_1.epochs, "of stage 1", kEpochs, leaves_open);
  LTR_KEY(stage_1.global_batch, "images of a step, over all ranks", kBatch);
  LTR_KEY(stage_1.micro_batches,
          "equal parts of a step, each with BatchNorm statistics of its own; ranks share them, so their "
          "number is a power of two that divides this",
          kMicroBatches, leaves_open);
  LTR_KEY(stage_1.learning_rate, "of stage 1, after the warm-up");
  LTR_KEY(stage_1.scale_learning_rate,
          "true: the rates of both stages are for 512 images, and follow `global_batch`");
  visit(Key("stage_1.backbone_rate_factor", "", RenamedTo{"stage_1.backbone_learning_rate_scale"}),
        c.stage_1.backbone_learning_rate_scale);
  LTR_KEY(stage_1.backbone_learning_rate_scale,
          "the backbone learns at this multiple of the rate, the classifier at the rate itself; in "
          "fine-tuning too");
  LTR_KEY(stage_1.schedule, "of the learning rate");
  LTR_KEY(stage_1.step.milestones, "schedule `step` only: the epochs from which the rate is lower");
  LTR_KEY(stage_1.step.factor, "what the rate is multiplied by at each milestone");
  LTR_KEY(stage_1.warmup_epochs, "the rate rises in a straight line before the schedule begins", kWarmup);
  LTR_KEY(stage_1.momentum, "of both stages' SGD");
  LTR_KEY(stage_1.nesterov, "Nesterov's momentum, in both stages");
  LTR_KEY(stage_1.weight_decay, "of both stages, unless stage 2 has its own");
  LTR_KEY(stage_1.decay_norm_and_bias, "false exempts BatchNorm and biases from weight decay");
  LTR_KEY(stage_1.clip_norm,
          "gradients longer than this, over all parameters, are shortened to it, in both stages; 0: never");
  LTR_KEY(stage_1.label_smoothing, "share of each label that is spread over all classes, in both stages");
  LTR_KEY(stage_1.validate_every_epochs,
          "validation, and so the choice of the best weights, every so many epochs and after the last",
          kValidations);
  visit(Key("stage_1.loss", "", RenamedTo{"grid.loss"}), c.grid.loss);

  LTR_KEY(stage_2.sampling, "of the strategies that train after stage 1");
  LTR_KEY(stage_2.loss, "of the strategies that train after stage 1", later);
  LTR_KEY(stage_2.learning_rate, "likewise");
  LTR_KEY(stage_2.weight_decay, "likewise; `\"stage_1\"`: that of stage 1", later);
  LTR_KEY(stage_2.schedule, "of the learning rate");
  LTR_KEY(stage_2.crt.epochs, "of crt", kEpochs);
  LTR_KEY(stage_2.lws.epochs, "of lws", kEpochs);
  LTR_KEY(stage_2.tau.from, "the first tau of tau_normalized");
  LTR_KEY(stage_2.tau.to, "the last one");
  LTR_KEY(stage_2.tau.step, "from one to the next");
  LTR_KEY(stage_2.ncm.distance, "of ncm; in fidelity's mode `reference` `\"centred\"` unless given");
  LTR_KEY(stage_2.logit_adjusted.from, "the first tau of logit_adjusted", later);
  LTR_KEY(stage_2.logit_adjusted.to, "the last one", later);
  LTR_KEY(stage_2.logit_adjusted.step, "from one to the next", later);
  LTR_KEY(stage_2.finetune.epochs, "of the finetune strategies", kEpochs);
  LTR_KEY(stage_2.finetune.new_classifier,
          "false: they begin with stage 1's classifier, not a new one; the paper does not say");

  LTR_KEY(parallel.threads_per_rank, "that compute; decoding has its own", bits, kThreads);
  LTR_KEY(parallel.ranks_per_cell,
          "groups of so many ranks work on different nodes of the plan at a time, the longest that is ready "
          "first; 0: all ranks on one",
          placement, kRanks);
  LTR_KEY(parallel.ranks_per_cell_stage_2, "another size for what comes after stage 1; 0: the same",
          placement, kRanksLater);
  LTR_KEY(parallel.reduction,
          "`fastest` takes MPI's own sums: any number of ranks that divides the micro-batches, no promise of "
          "equal bits",
          bits);
  LTR_KEY(parallel.device,
          "`auto`: a GPU a rank where ranks see GPUs, else processors; needs the `cuda` build. Nothing of "
          "this has run on a GPU yet",
          bits);
  LTR_KEY(parallel.share_gpus, "true lets several ranks compute on one GPU, which is refused otherwise",
          placement);
  LTR_KEY(parallel.exchange,
          "`auto`: gradients of GPUs go over NCCL where every rank has a GPU to itself, else over MPI by way "
          "of pinned memory",
          placement);
  LTR_KEY(parallel.precision,
          "`bfloat16`: the backbone's convolutions and what goes between them; weights, BatchNorm's "
          "statistics, features, classifiers and losses stay float32");
  LTR_KEY(parallel.autotune,
          "true lets a GPU's libraries try which kernels are fastest; no promise of equal bits", bits);
  LTR_KEY(parallel.cuda_graph,
          "true records a step's kernels once and starts them together: the same bits, less work for the "
          "host; needs NCCL or one rank",
          placement);
  LTR_KEY(parallel.stall_timeout_s,
          "a rank that the others wait for longer is named, with its host, and all leave; 0: never",
          placement, kStall);

  LTR_KEY(fidelity.mode, "the default of the keys below it", defaults);
  for (const FidelityPoint& point : kFidelityPoints) {
    visit(Key(point.key, point.help), c.fidelity.*point.as_code);
  }

  LTR_KEY(checkpoint.every_epochs, "a checkpoint after so many epochs", placement, kCheckpoints);
  LTR_KEY(checkpoint.every_s, "and within an epoch, so many seconds after the last; 0: not", placement,
          kCheckpointTime);
  LTR_KEY(checkpoint.keep,
          "checkpoints of a training that are kept; a damaged newest one is named and the older taken",
          placement, kKept);
}

#undef LTR_KEY
#undef LTR_FILE_KEY

/// A key and its value in TOML's notation.
struct KeyText {
  std::string path;
  std::string value;
  bool names_files = false;  ///< the value is a path, or a list of them
};

/// Every key of `configuration` with its value, in the order of the file, under the names of today.
[[nodiscard]] std::vector<KeyText> key_texts(const Configuration& configuration);

/// The row of the key with this path.
/// Throws: ConfigError naming the nearest one.
[[nodiscard]] const Key& key_of(std::string_view path);

/// Whether another value gives other results.
[[nodiscard]] constexpr bool changes_results(const Key& key) {
  return key.effect != Effect::output && key.effect != Effect::placement;
}

/// What is chosen of each kind for one cell.
struct CellMethods {
  SamplingKind sampling;
  LossKind loss;
  LearningKind learning;
};
/// Whether the key matters to a cell of `configuration`: not one that only methods read which the cell does
/// not use.
[[nodiscard]] bool concerns(const Key& key, const CellMethods& cell, const Configuration& configuration);

/// Every key as a table of Markdown for each table of the file: its value in `configuration` where there is
/// one, else its default; what it may be; what it changes; what it is. What `--keys` prints.
[[nodiscard]] std::string keys_text(const Configuration* configuration = nullptr);

}  // namespace ltr::config
