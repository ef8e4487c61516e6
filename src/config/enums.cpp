// SPDX-License-Identifier: Apache-2.0
#include "config/enums.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "config/methods.hpp"

namespace ltr::config {
namespace {

/// What a person calls the choice, the keys that make it, and its enumerators.
template <class Enum>
struct Choice;

/// Name and help of every row of a table of methods.
template <class Method, std::size_t kRows>
constexpr auto entries_of(const Method (&methods)[kRows]) {
  std::array<EnumEntry<decltype(Method::value)>, kRows> entries{};
  for (std::size_t i = 0; i < kRows; ++i) entries[i] = {methods[i].value, methods[i].name, methods[i].help};
  return entries;
}

template <>
struct Choice<SamplingKind> {
  static constexpr std::string_view kNoun = "sampling";
  static constexpr std::string_view kKeys = "grid.sampling, stage_2.sampling";
  static constexpr auto kEntries = entries_of(kSamplings);
};

template <>
struct Choice<LearningKind> {
  static constexpr std::string_view kNoun = "learning strategy";
  static constexpr std::string_view kKeys = "grid.learning";
  static constexpr auto kEntries = entries_of(kStrategies);
};

template <>
struct Choice<LossKind> {
  static constexpr std::string_view kNoun = "loss";
  static constexpr std::string_view kKeys = "grid.loss, stage_2.loss";
  static constexpr auto kEntries = entries_of(kLosses);
};

template <>
struct Choice<BackboneKind> {
  static constexpr std::string_view kNoun = "backbone";
  static constexpr std::string_view kKeys = "model.backbone";
  static constexpr auto kEntries = entries_of(kBackbones);
};

template <>
struct Choice<TrainedPart> {
  static constexpr std::string_view kNoun = "trained part";
  static constexpr std::string_view kKeys = "stage_1.trained";
  static constexpr EnumEntry<TrainedPart> kEntries[] = {
      {TrainedPart::all, "all", "backbone and classifier"},
      {TrainedPart::last_block, "last_block",
       "the last residual block and the classifier; the rest stays as in model.pretrained"},
  };
};

template <>
struct Choice<TrainCrop> {
  static constexpr std::string_view kNoun = "crop";
  static constexpr std::string_view kKeys = "input.train_crop";
  static constexpr EnumEntry<TrainCrop> kEntries[] = {
      {TrainCrop::random_resized, "random_resized", "a box of random place, area and shape, resized"},
      {TrainCrop::pad_and_crop, "pad_and_crop",
       "input.padding zero pixels on every side, then a box at a random place"},
  };
};

template <>
struct Choice<LoaderCache> {
  static constexpr std::string_view kNoun = "cache";
  static constexpr std::string_view kKeys = "loader.cache";
  static constexpr EnumEntry<LoaderCache> kEntries[] = {
      {LoaderCache::none, "none", "every image is read and decoded whenever it is drawn"},
      {LoaderCache::decoded, "decoded", "training images stay decoded in the memory of every rank"},
  };
};

template <>
struct Choice<ScheduleKind> {
  static constexpr std::string_view kNoun = "schedule";
  static constexpr std::string_view kKeys = "stage_1.schedule, stage_2.schedule";
  static constexpr EnumEntry<ScheduleKind> kEntries[] = {
      {ScheduleKind::cosine, "cosine", "the learning rate falls to 0 along half a cosine"},
      {ScheduleKind::constant, "constant", "the learning rate stays as it is"},
      {ScheduleKind::step, "step",
       "the learning rate is multiplied by step.factor at every epoch of step.milestones"},
  };
};

template <>
struct Choice<NcmDistance> {
  static constexpr std::string_view kNoun = "ncm distance";
  static constexpr std::string_view kKeys = "stage_2.ncm.distance";
  static constexpr EnumEntry<NcmDistance> kEntries[] = {
      {NcmDistance::cosine, "cosine", "angle between a feature and the class mean"},
      {NcmDistance::euclidean, "euclidean",
       "distance between feature and class mean, both of length 1: the same order as cosine"},
      {NcmDistance::centred, "centred",
       "features less the training mean, of length 1; distance to the class mean, its length kept"},
  };
};

template <>
struct Choice<Reduction> {
  static constexpr std::string_view kNoun = "reduction";
  static constexpr std::string_view kKeys = "parallel.reduction";
  static constexpr EnumEntry<Reduction> kEntries[] = {
      {Reduction::fixed_order, "fixed_order",
       "gradients summed along one tree: the same bits on any number of ranks"},
      {Reduction::fastest, "fastest",
       "gradients summed as the communication library likes; equal up to rounding"},
  };
};

template <>
struct Choice<DeviceKind> {
  static constexpr std::string_view kNoun = "device";
  static constexpr std::string_view kKeys = "parallel.device";
  static constexpr EnumEntry<DeviceKind> kEntries[] = {
      {DeviceKind::automatic, "auto", "a GPU for every rank where ranks see GPUs, else the processor"},
      {DeviceKind::cpu, "cpu", "the processor, whatever GPUs there are"},
      {DeviceKind::cuda, "cuda", "a GPU for every rank, or an error"},
  };
};

template <>
struct Choice<Precision> {
  static constexpr std::string_view kNoun = "precision";
  static constexpr std::string_view kKeys = "parallel.precision";
  static constexpr EnumEntry<Precision> kEntries[] = {
      {Precision::float32, "float32", "every operator in float32"},
      {Precision::tf32, "tf32", "a GPU's convolutions and products round their factors to TF32's 10 bits"},
      {Precision::bfloat16, "bfloat16",
       "the backbone's convolutions in bfloat16; weights, BatchNorm statistics, features and losses in "
       "float32"},
  };
};

template <>
struct Choice<ExchangeKind> {
  static constexpr std::string_view kNoun = "exchange";
  static constexpr std::string_view kKeys = "parallel.exchange";
  static constexpr EnumEntry<ExchangeKind> kEntries[] = {
      {ExchangeKind::automatic, "auto", "nccl where every rank has a GPU to itself, else mpi"},
      {ExchangeKind::mpi, "mpi", "gradients go over MPI, those of a GPU by way of pinned memory"},
      {ExchangeKind::nccl, "nccl", "gradients go from GPU to GPU, or an error"},
  };
};

template <>
struct Choice<FidelityMode> {
  static constexpr std::string_view kNoun = "fidelity";
  static constexpr std::string_view kKeys = "fidelity.mode";
  static constexpr EnumEntry<FidelityMode> kEntries[] = {
      {FidelityMode::corrected, "corrected", "as the paper's text says"},
      {FidelityMode::reference, "reference", "as the authors' code does; --plan prints every point"},
  };
};

template <>
struct Choice<DrawScheme> {
  static constexpr std::string_view kNoun = "draw scheme";
  static constexpr EnumEntry<DrawScheme> kEntries[] = {
      {DrawScheme::exact, "exact quotas", "every class meets its quota; its images in turn"},
      {DrawScheme::independent, "with replacement", "every draw by itself"},
      {DrawScheme::independent_class, "independent classes", "classes by themselves; images in turn"},
      {DrawScheme::class_cycling, "runs of a class", "classes in turn, a few draws each; images in turn"},
  };
};

template <class Enum>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (const EnumEntry<Enum>& entry : Choice<Enum>::kEntries) names.emplace_back(entry.name);
  return names;
}

template <class Enum>
std::string list_one() {
  std::size_t width = 0;
  for (const EnumEntry<Enum>& entry : Choice<Enum>::kEntries) width = std::max(width, entry.name.size());
  std::string text = base::format("{} ({})\n", Choice<Enum>::kNoun, Choice<Enum>::kKeys);
  for (const EnumEntry<Enum>& entry : Choice<Enum>::kEntries) {
    text += base::format("  {}{}  {}\n", entry.name, std::string(width - entry.name.size(), ' '), entry.help);
  }
  return text;
}

}  // namespace

template <class Enum>
std::span<const EnumEntry<Enum>> enum_entries() {
  return Choice<Enum>::kEntries;
}

template <class Enum>
Enum enum_from_name(std::string_view name) {
  for (const EnumEntry<Enum>& entry : Choice<Enum>::kEntries) {
    if (entry.name == name) return entry.value;
  }
  const std::vector<std::string> names = names_of<Enum>();
  const std::string nearest = base::nearest_word(name, names);
  constexpr std::size_t kMostShown = 60;
  throw base::ConfigError(base::format("\"{}{}\" is no {}; {}the choices are {}", name.substr(0, kMostShown),
                                       name.size() > kMostShown ? "..." : "", Choice<Enum>::kNoun,
                                       nearest.empty() ? "" : base::format("did you mean \"{}\"? ", nearest),
                                       base::join(names, ", ")));
}

#define LTR_EVERY_ENUM(apply)                                                                     \
  apply(SamplingKind) apply(LearningKind) apply(LossKind) apply(BackboneKind) apply(TrainedPart)  \
      apply(TrainCrop) apply(LoaderCache) apply(ScheduleKind) apply(NcmDistance) apply(Reduction) \
          apply(DeviceKind) apply(Precision) apply(ExchangeKind) apply(FidelityMode)

std::string list_choices() {
  std::vector<std::string> lists;
#define LTR_LIST(Enum) lists.push_back(list_one<Enum>());
  LTR_EVERY_ENUM(LTR_LIST)
#undef LTR_LIST
  return base::join(lists, "\n");
}

#define LTR_INSTANTIATE(Enum)                                     \
  template std::span<const EnumEntry<Enum>> enum_entries<Enum>(); \
  template Enum enum_from_name<Enum>(std::string_view);
LTR_EVERY_ENUM(LTR_INSTANTIATE)
LTR_INSTANTIATE(DrawScheme)
#undef LTR_INSTANTIATE
#undef LTR_EVERY_ENUM

}  // namespace ltr::config
