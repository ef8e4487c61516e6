// SPDX-License-Identifier: Apache-2.0
#include "config/enums.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::config {
namespace {

/// What a person calls the choice, the keys that make it, and its enumerators.
template <class Enum>
struct Choice;

template <>
struct Choice<SamplingKind> {
  static constexpr std::string_view kNoun = "sampling";
  static constexpr std::string_view kKeys = "grid.sampling, stage_2.sampling";
  static constexpr EnumEntry<SamplingKind> kEntries[] = {
      {SamplingKind::instance_balanced, "instance_balanced",
       "every image equally often: a class in proportion to its images"},
      {SamplingKind::class_balanced, "class_balanced", "every class equally often, however few its images"},
      {SamplingKind::square_root, "square_root", "a class in proportion to the square root of its images"},
      {SamplingKind::progressively_balanced, "progressively_balanced",
       "from instance-balanced in the first epoch to class-balanced in the last"},
  };
};

template <>
struct Choice<LearningKind> {
  static constexpr std::string_view kNoun = "learning strategy";
  static constexpr std::string_view kKeys = "grid.learning";
  static constexpr EnumEntry<LearningKind> kEntries[] = {
      {LearningKind::joint, "joint", "backbone and classifier trained together; nothing afterwards"},
      {LearningKind::ncm, "ncm", "nearest class mean of the training features"},
      {LearningKind::crt, "crt", "classifier started anew and retrained on the frozen backbone"},
      {LearningKind::tau_normalized, "tau_normalized",
       "joint's class weights divided by their norm to the power tau, tau chosen on validation"},
      {LearningKind::lws, "lws", "joint's class weights kept, one scale a class learned"},
      {LearningKind::finetune_all, "finetune_all", "the whole network trained on with stage 2's sampling"},
      {LearningKind::finetune_all_tenth_lr, "finetune_all_tenth_lr",
       "likewise at a tenth of the learning rate"},
      {LearningKind::finetune_last_block, "finetune_last_block",
       "the last residual block and the classifier trained on, the rest frozen"},
      {LearningKind::finetune_classifier, "finetune_classifier",
       "the classifier alone trained on: crt under the name of the paper's table 1"},
  };
};

template <>
struct Choice<LossKind> {
  static constexpr std::string_view kNoun = "loss";
  static constexpr std::string_view kKeys = "stage_1.loss";
  static constexpr EnumEntry<LossKind> kEntries[] = {
      {LossKind::cross_entropy, "cross_entropy", "softmax cross-entropy, every image weighing the same"},
  };
};

template <>
struct Choice<BackboneKind> {
  static constexpr std::string_view kNoun = "backbone";
  static constexpr std::string_view kKeys = "model.backbone";
  static constexpr EnumEntry<BackboneKind> kEntries[] = {
      {BackboneKind::resnet10, "resnet10", "ImageNet stem, one basic block a stage, 512 features"},
      {BackboneKind::resnet18, "resnet18", "ImageNet stem, two basic blocks a stage, 512 features"},
      {BackboneKind::resnet34, "resnet34", "ImageNet stem, 3, 4, 6, 3 basic blocks, 512 features"},
      {BackboneKind::resnet50, "resnet50", "ImageNet stem, 3, 4, 6, 3 bottlenecks, 2048 features"},
      {BackboneKind::resnet101, "resnet101", "ImageNet stem, 3, 4, 23, 3 bottlenecks, 2048 features"},
      {BackboneKind::resnet152, "resnet152", "ImageNet stem, 3, 8, 36, 3 bottlenecks, 2048 features"},
      {BackboneKind::resnext50_32x4d, "resnext50_32x4d", "ResNet-50 with 3x3 convolutions in 32 groups"},
      {BackboneKind::resnext101_32x4d, "resnext101_32x4d", "ResNet-101 with 3x3 convolutions in 32 groups"},
      {BackboneKind::resnext152_32x4d, "resnext152_32x4d", "ResNet-152 with 3x3 convolutions in 32 groups"},
      {BackboneKind::resnet20, "resnet20", "CIFAR stem, three stages of 3 basic blocks, 64 features"},
      {BackboneKind::resnet32, "resnet32", "CIFAR stem, three stages of 5 basic blocks, 64 features"},
      {BackboneKind::resnet44, "resnet44", "CIFAR stem, three stages of 7 basic blocks, 64 features"},
      {BackboneKind::resnet56, "resnet56", "CIFAR stem, three stages of 9 basic blocks, 64 features"},
  };
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

template <class... Enums>
std::string list_all() {
  std::string text;
  ((text += (text.empty() ? "" : "\n") + list_one<Enums>()), ...);
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

std::string list_choices() {
  return list_all<SamplingKind, LearningKind, LossKind, BackboneKind, TrainedPart, TrainCrop, LoaderCache,
                  ScheduleKind, NcmDistance, Reduction, DeviceKind, Precision, ExchangeKind, FidelityMode>();
}

#define LTR_INSTANTIATE_ENUM(Enum)                                \
  template std::span<const EnumEntry<Enum>> enum_entries<Enum>(); \
  template Enum enum_from_name<Enum>(std::string_view);
LTR_INSTANTIATE_ENUM(SamplingKind)
LTR_INSTANTIATE_ENUM(LearningKind)
LTR_INSTANTIATE_ENUM(BackboneKind)
LTR_INSTANTIATE_ENUM(TrainedPart)
LTR_INSTANTIATE_ENUM(TrainCrop)
LTR_INSTANTIATE_ENUM(LoaderCache)
LTR_INSTANTIATE_ENUM(ScheduleKind)
LTR_INSTANTIATE_ENUM(LossKind)
LTR_INSTANTIATE_ENUM(NcmDistance)
LTR_INSTANTIATE_ENUM(Reduction)
LTR_INSTANTIATE_ENUM(DeviceKind)
LTR_INSTANTIATE_ENUM(Precision)
LTR_INSTANTIATE_ENUM(ExchangeKind)
LTR_INSTANTIATE_ENUM(FidelityMode)
#undef LTR_INSTANTIATE_ENUM

}  // namespace ltr::config
