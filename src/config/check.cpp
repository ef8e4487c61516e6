// SPDX-License-Identifier: Apache-2.0
#include "config/check.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <type_traits>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "config/keys.hpp"
#include "config/methods.hpp"
#include "config/toml.hpp"
#include "config/value.hpp"

namespace ltr::config {
namespace {

constexpr double kMostTauValues = 1000;

/// One demand. `other` is the second key of a combination, or "".
struct Rule {
  std::string_view key;
  std::string_view other;
  bool (*holds)(const Configuration&);
  std::string_view message;  ///< why it matters; what to do
};

template <class List>
bool all_different(const List& list) {
  for (auto item = list.begin(); item != list.end(); ++item) {
    if (std::find(list.begin(), item, *item) != item) return false;
  }
  return true;
}

bool power_of_two(std::int64_t value) {
  return value >= 1 && std::has_single_bit(static_cast<std::uint64_t>(value));
}

/// What torch can still take for a float32.
constexpr double kLargestFloat = std::numeric_limits<float>::max();

bool good_rate(double rate) { return rate > 0.0 && rate <= kLargestFloat; }
bool good_decay(double decay) { return decay >= 0.0 && decay <= kLargestFloat; }

/// Rising, after the warm-up and before the end.
bool good_milestones(const Stage1& stage_1) {
  int before = stage_1.warmup_epochs;
  for (const int milestone : stage_1.step.milestones) {
    if (milestone <= before || milestone >= stage_1.epochs) return false;
    before = milestone;
  }
  return true;
}

/// Steps of the grid as a real number; a little is added so that 20 x 0.1 meets 2.
double steps_of(const ValueGrid& grid) { return std::floor((grid.to - grid.from) / grid.step + 1e-9); }

/// Whether all classifiers that are trained in one pass are trained for as many epochs.
bool heads_end_together(const Configuration& configuration) {
  std::set<std::int64_t> epochs;
  for (const LearningKind learning : configuration.grid.learning) {
    const LearningMethod& method = method_of(learning);
    if (method.node == NodeKind::stage_2) epochs.insert(method.epochs(configuration.stage_2));
  }
  return epochs.size() <= 1;
}

bool all_named_once(const PackNames& packs) {
  return all_different(packs.names) && std::ranges::find(packs.names, "") == packs.names.end();
}

bool rises(const ValueGrid& grid) { return grid.to >= grid.from; }

using C = const Configuration&;

/// Whether no loss is combined with draws that it is not for.
bool losses_fit(C c, const std::vector<LossKind>& losses, const std::vector<SamplingKind>& samplings) {
  const auto is_natural = [](SamplingKind sampling) { return method_of(sampling).is_natural; };
  const auto needs_natural = [](LossKind loss) { return method_of(loss).for_natural_draws; };
  return c.loss.any_sampling || std::ranges::none_of(losses, needs_natural) ||
         std::ranges::all_of(samplings, is_natural);
}

bool smooths_labels(LossKind loss) { return method_of(loss).smooths_labels; }

constexpr std::string_view kPositiveRate =
    "weights would not move, go uphill or leave float32's range; give a number above 0, such as "
    "0.2";
constexpr std::string_view kDecay =
    "below 0 weights would grow by themselves, and float32 has an end; give 0 for none, or more";
constexpr std::string_view kFileNeeded = "a file is needed; give its name";
constexpr std::string_view kNamedOnce =
    "each pack of a list is read, and its images counted; name each one once";
constexpr std::string_view kEmptyAxis = "the grid would have no cells; name at least one";
constexpr std::string_view kTwoManners =
    "with replacement every sampling draws independently, so the authors' manner of drawing would change "
    "nothing; set one of the two to false";
constexpr std::string_view kNatural =
    "the loss corrects for the class frequencies of instance-balanced draws, and the sampling would do so "
    "once "
    "more; name instance_balanced alone, or set loss.any_sampling = true";
constexpr std::string_view kSmoothing =
    "the loss has no labels to spread; give 0, or losses that do: --list tells";
constexpr std::string_view kRises = "the tau grid would be empty; let it rise, from <= to";
constexpr std::string_view kEnds = "the tau grid would never end; give a number above 0 such as 0.1";
constexpr std::string_view kFewValues =
    "the tau grid would have more than 1000 values, each an evaluation; give a larger step";
constexpr std::string_view kTwice = "the same cells would be asked for twice; name each one once";

constexpr Rule kRules[] = {
    {"run.output", "", [](C c) { return !c.run.output.empty(); }, kFileNeeded},
    {"run.seeds", "", [](C c) { return !c.run.seeds.empty(); }, kEmptyAxis},
    {"run.seeds", "", [](C c) { return all_different(c.run.seeds); }, kTwice},
    {"data.train", "", [](C c) { return !c.data.train.empty(); }, kFileNeeded},
    {"data.test", "", [](C c) { return !c.data.test.empty(); }, kFileNeeded},
    {"data.train", "", [](C c) { return all_named_once(c.data.train); }, kNamedOnce},
    {"data.validation", "", [](C c) { return all_named_once(c.data.validation); }, kNamedOnce},
    {"data.test", "", [](C c) { return all_named_once(c.data.test); }, kNamedOnce},
    {"data.shots.few_below", "data.shots.many_above",
     [](C c) { return c.data.shots.few_below - 1 <= c.data.shots.many_above; },
     "a class could be many-shot and few-shot at once; few_below may be many_above + 1 at most"},
    {"grid.sampling", "", [](C c) { return !c.grid.sampling.empty(); }, kEmptyAxis},
    {"grid.sampling", "", [](C c) { return all_different(c.grid.sampling); }, kTwice},
    {"grid.loss", "", [](C c) { return !c.grid.loss.empty(); }, kEmptyAxis},
    {"grid.loss", "", [](C c) { return all_different(c.grid.loss); }, kTwice},
    {"grid.loss", "grid.sampling", [](C c) { return losses_fit(c, c.grid.loss, c.grid.sampling); }, kNatural},
    {"stage_2.loss", "stage_2.sampling",
     [](C c) { return losses_fit(c, {c.stage_2.loss}, {c.stage_2.sampling}); }, kNatural},
    {"stage_1.label_smoothing", "grid.loss",
     [](C c) { return c.stage_1.label_smoothing == 0 || std::ranges::all_of(c.grid.loss, smooths_labels); },
     kSmoothing},
    {"stage_1.label_smoothing", "stage_2.loss",
     [](C c) { return c.stage_1.label_smoothing == 0 || smooths_labels(c.stage_2.loss); }, kSmoothing},
    {"loss.balanced_softmax.tau", "", [](C c) { return c.loss.balanced_softmax.tau >= 0.0; },
     "below 0 frequent classes would gain even more; give 0 for plain cross-entropy, or more"},
    {"loss.focal.gamma", "", [](C c) { return c.loss.focal.gamma >= 0.0; },
     "below 0 images that are classified well would count most; give 0 for cross-entropy, or more"},
    {"grid.learning", "", [](C c) { return !c.grid.learning.empty(); }, kEmptyAxis},
    {"grid.learning", "", [](C c) { return all_different(c.grid.learning); }, kTwice},
    {"grid.replacement", "fidelity.class_balanced_runs",
     [](C c) { return !(c.grid.replacement && c.fidelity.class_balanced_runs); }, kTwoManners},
    {"grid.replacement", "fidelity.square_root_independent",
     [](C c) { return !(c.grid.replacement && c.fidelity.square_root_independent); }, kTwoManners},
    {"grid.replacement", "fidelity.progressive_independent",
     [](C c) { return !(c.grid.replacement && c.fidelity.progressive_independent); }, kTwoManners},
    {"input.padding", "input.size",
     [](C c) { return c.input.train_crop != TrainCrop::pad_and_crop || c.input.padding < c.input.size; },
     "a crop could lie in the padding alone and show nothing of the image; give less than input.size"},
    {"input.evaluation_resize", "input.size", [](C c) { return c.input.evaluation_resize >= c.input.size; },
     "the centre crop would reach beyond the resized image; give input.size or more"},
    {"input.color_jitter", "", [](C c) { return std::ranges::min(c.input.color_jitter) >= 0.0; },
     "strengths are half-widths around 1; give 0 for none, or more"},
    {"input.std", "", [](C c) { return std::ranges::min(c.input.std) > 0.0; },
     "pixels are divided by it; give three numbers above 0"},
    {"stage_1.weights", "model.pretrained",
     [](C c) { return c.stage_1.weights.empty() || c.model.pretrained.empty(); },
     "stage 1 is not trained, so nothing would start from the pretrained file; give one of the two"},
    {"stage_1.weights", "grid.sampling",
     [](C c) { return c.stage_1.weights.empty() || c.grid.sampling.size() == 1; },
     "every sampling of stage 1 would be these same weights; name one"},
    {"stage_1.weights", "grid.loss", [](C c) { return c.stage_1.weights.empty() || c.grid.loss.size() == 1; },
     "every loss of stage 1 would be these same weights; name one"},
    {"input.scaled_decode", "fidelity.mode",
     [](C c) { return !c.input.scaled_decode || c.fidelity.mode == FidelityMode::corrected; },
     "the authors' code decodes images at full size; give false, or mode \"corrected\""},
    {"stage_1.trained", "model.pretrained",
     [](C c) { return c.stage_1.trained == TrainedPart::all || !c.model.pretrained.empty(); },
     "the frozen part would keep its random initial values; give a file of weights to start from"},
    {"stage_1.micro_batches", "stage_1.global_batch",
     [](C c) { return c.stage_1.global_batch % c.stage_1.micro_batches == 0; },
     "micro-batches are equal parts of the global batch; make global_batch a multiple of micro_batches"},
    {"stage_1.micro_batches", "parallel.reduction",
     [](C c) {
       return c.parallel.reduction != Reduction::fixed_order || power_of_two(c.stage_1.micro_batches);
     },
     "the fixed order is a tree that halves the micro-batches; give a power of two, or reduction "
     "\"fastest\""},
    {"stage_1.learning_rate", "", [](C c) { return good_rate(c.stage_1.learning_rate); }, kPositiveRate},
    {"stage_1.backbone_learning_rate_scale", "",
     [](C c) { return good_rate(c.stage_1.backbone_learning_rate_scale); },
     "the backbone learns at this multiple of the learning rate; give 1 for the same rate, or more than 0"},
    {"stage_1.warmup_epochs", "stage_1.epochs",
     [](C c) { return c.stage_1.warmup_epochs < c.stage_1.epochs; },
     "warm-up comes before the schedule; give 0 for none, and fewer than the epochs"},
    {"stage_1.step.milestones", "stage_1.schedule",
     [](C c) { return c.stage_1.step.milestones.empty() == (c.stage_1.schedule != ScheduleKind::step); },
     "schedule \"step\" lowers the rate at milestones, the others at none; give both or neither"},
    {"stage_1.step.milestones", "stage_1.epochs", [](C c) { return good_milestones(c.stage_1); },
     "they are the epochs from which the rate is lower; give rising numbers above warmup_epochs and below "
     "epochs"},
    {"stage_1.step.factor", "",
     [](C c) { return c.stage_1.step.factor > 0.0 && c.stage_1.step.factor < 1.0; },
     "the rate is multiplied by it to become lower; give a number between 0 and 1 such as 0.1"},
    {"stage_1.momentum", "", [](C c) { return c.stage_1.momentum >= 0.0 && c.stage_1.momentum < 1.0; },
     "from 1 on, old gradients would never fade; give 0 or more and less than 1"},
    {"stage_1.weight_decay", "", [](C c) { return good_decay(c.stage_1.weight_decay); }, kDecay},
    {"stage_1.nesterov", "stage_1.momentum",
     [](C c) { return !c.stage_1.nesterov || c.stage_1.momentum > 0.0; },
     "Nesterov's step looks ahead along the momentum, and there is none; give a momentum above 0, or false"},
    {"stage_1.clip_norm", "", [](C c) { return c.stage_1.clip_norm >= 0.0; },
     "it is the length of the longest gradient; give 0 for any, or more"},
    {"stage_1.label_smoothing", "",
     [](C c) { return c.stage_1.label_smoothing >= 0.0 && c.stage_1.label_smoothing < 1.0; },
     "it is the share of a label that all classes get; give 0 for none, or less than 1"},
    {"stage_2.schedule", "", [](C c) { return c.stage_2.schedule != ScheduleKind::step; },
     "milestones are epochs of stage 1; give \"cosine\" or \"constant\""},
    {"stage_2.learning_rate", "", [](C c) { return good_rate(c.stage_2.learning_rate); }, kPositiveRate},
    {"stage_2.weight_decay", "", [](C c) { return good_decay(c.stage_2.weight_decay.value_or(0)); }, kDecay},
    {"stage_2.sampling", "stage_2.lws.epochs",
     [](C c) { return !method_of(c.stage_2.sampling).weights_move || heads_end_together(c); },
     "crt, lws and finetune_classifier share their draws, whose class weights move over the epochs of the "
     "longest; give all of them as many epochs"},
    {"stage_2.tau.to", "stage_2.tau.from", [](C c) { return rises(c.stage_2.tau); }, kRises},
    {"stage_2.tau.step", "", [](C c) { return c.stage_2.tau.step > 0.0; }, kEnds},
    {"stage_2.tau.step", "", [](C c) { return steps_of(c.stage_2.tau) < kMostTauValues; }, kFewValues},
    {"stage_2.logit_adjusted.to", "stage_2.logit_adjusted.from",
     [](C c) { return rises(c.stage_2.logit_adjusted); }, kRises},
    {"stage_2.logit_adjusted.step", "", [](C c) { return c.stage_2.logit_adjusted.step > 0.0; }, kEnds},
    {"stage_2.logit_adjusted.step", "",
     [](C c) { return steps_of(c.stage_2.logit_adjusted) < kMostTauValues; }, kFewValues},
    {"parallel.precision", "parallel.device",
     [](C c) { return c.parallel.precision != Precision::tf32 || c.parallel.device != DeviceKind::cpu; },
     "TF32 is a GPU's number format; give \"float32\" or \"bfloat16\""},
    {"parallel.exchange", "parallel.device",
     [](C c) { return c.parallel.exchange != ExchangeKind::nccl || c.parallel.device != DeviceKind::cpu; },
     "NCCL knows GPUs alone; give \"mpi\" or \"auto\""},
    {"parallel.exchange", "parallel.share_gpus",
     [](C c) { return c.parallel.exchange != ExchangeKind::nccl || !c.parallel.share_gpus; },
     "NCCL refuses two ranks on one GPU; give \"mpi\" or \"auto\", or every rank a GPU of its own"},
    {"parallel.autotune", "parallel.device",
     [](C c) { return !c.parallel.autotune || c.parallel.device != DeviceKind::cpu; },
     "it is cuDNN, on a GPU, that tries which of its kernels is fastest; give false"},
    {"parallel.cuda_graph", "parallel.device",
     [](C c) { return !c.parallel.cuda_graph || c.parallel.device != DeviceKind::cpu; },
     "only a GPU's kernels can be recorded; give false"},
    {"parallel.cuda_graph", "parallel.exchange",
     [](C c) { return !c.parallel.cuda_graph || c.parallel.exchange != ExchangeKind::mpi; },
     "messages over MPI are the host's work, which no graph records; give exchange \"nccl\" or \"auto\""},
    {"parallel.stall_timeout_s", "",
     [](C c) { return c.parallel.stall_timeout_s == 0 || c.parallel.stall_timeout_s >= 1; },
     "ranks are seconds apart in the best of runs; give 0 to wait for ever, or 1 or more"},
};

std::vector<std::string> allowed_ranks(const Configuration& configuration) {
  const int micro_batches = configuration.stage_1.micro_batches;
  std::vector<std::string> allowed;
  for (int ranks = 1; ranks <= micro_batches; ++ranks) {
    const bool fits = configuration.parallel.reduction == Reduction::fastest || power_of_two(ranks);
    if (fits && micro_batches % ranks == 0) allowed.push_back(base::format("{}", ranks));
  }
  return allowed;
}

}  // namespace

void check(const Configuration& configuration, const PlaceOf& place_of) {
  const std::vector<KeyText> texts = key_texts(configuration);
  const auto assignment = [&](std::string_view key) {
    const auto text = std::ranges::find(texts, key, &KeyText::path);
    return base::format("{} = {}", key, shown(text->value));
  };
  visit_keys(configuration, [&]<class Field>(const Key& key, const Field& field) {
    if constexpr (std::is_arithmetic_v<Field>) {
      const auto value = static_cast<double>(field);
      const Range& range = key.range;
      if (value >= range.least && value <= range.most) return;
      throw base::ConfigError(base::format("{}: {}: {}; give {:.0f} to {:.0f}", place_of(key.path, ""),
                                           assignment(key.path), range.why, range.least, range.most));
    }
  });
  for (const Rule& rule : kRules) {
    if (rule.holds(configuration)) continue;
    const std::string with = rule.other.empty() ? "" : " with " + assignment(rule.other);
    throw base::ConfigError(base::format("{}: {}{}: {}", place_of(rule.key, rule.other), assignment(rule.key),
                                         with, rule.message));
  }
}

std::vector<double> values_of(const ValueGrid& grid) {
  std::vector<double> values;
  LTR_EXPECT(grid.step > 0.0 && grid.to >= grid.from);
  const int steps = static_cast<int>(steps_of(grid));
  for (int i = 0; i <= steps; ++i) {
    // Rounded to 12 decimals: 3 x 0.1 is the 0.3 that a person typed.
    values.push_back(std::round((grid.from + i * grid.step) * 1e12) / 1e12);
  }
  return values;
}

GroupSizes group_sizes(const Configuration& configuration, int ranks) {
  const auto given_or = [](int given, int otherwise) { return given > 0 ? given : otherwise; };
  const int stage_1 = given_or(configuration.parallel.ranks_per_cell, ranks);
  return {stage_1, given_or(configuration.parallel.ranks_per_cell_stage_2, stage_1)};
}

void check_ranks(const Configuration& configuration, int ranks) {
  const std::vector<std::string> allowed = allowed_ranks(configuration);
  const bool fixed = configuration.parallel.reduction == Reduction::fixed_order;
  const auto [stage_1, stage_2] = group_sizes(configuration, ranks);
  for (const int size : {stage_1, stage_2}) {
    if (std::ranges::find(allowed, base::format("{}", size)) != allowed.end()) continue;
    throw base::ConfigError(base::format(
        "{} ranks cannot share stage_1.micro_batches = {} with parallel.reduction = \"{}\": every rank takes "
        "equally many micro-batches{}; start one of these numbers of ranks: {}, or give one as "
        "parallel.ranks_per_cell, or change stage_1.micro_batches",
        size, configuration.stage_1.micro_batches, name_of(configuration.parallel.reduction),
        fixed ? ", a whole subtree of the sum, so ranks must be a power of two" : "",
        base::join(allowed, ", ")));
  }
  const auto [small, large] = std::minmax(stage_1, stage_2);
  if (ranks % large != 0) {
    throw base::ConfigError(
        base::format("{} ranks cannot be cut into groups of parallel.ranks_per_cell = {}: some would be left "
                     "over; start a "
                     "multiple of {} ranks, or give a divisor of {}",
                     ranks, large, large, ranks));
  }
  if (large % small != 0) {
    throw base::ConfigError(base::format(
        "parallel.ranks_per_cell = {} with parallel.ranks_per_cell_stage_2 = {}: a group cannot be cut into "
        "groups of the other size; let one be a multiple of the other",
        stage_1, stage_2));
  }
}

}  // namespace ltr::config
