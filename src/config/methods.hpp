// SPDX-License-Identifier: Apache-2.0
// The methods of the suite, a table for each kind: one row a method, with everything that other rooms ask of
// it. What a method computes stands in the room that computes it, in a file of its own.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "config/configuration.hpp"

namespace ltr::config {

/// A sampling: how often each class is drawn.
struct SamplingMethod {
  SamplingKind value;
  std::string_view name;
  std::string_view help;
  bool weights_move = false;            ///< with the epoch
  bool Fidelity::* as_code = nullptr;   ///< the point of fidelity that is about it
  DrawScheme code = DrawScheme::exact;  ///< how the authors' code draws, where that point is on
  bool is_natural = false;              ///< a class in proportion to its images
};

inline constexpr SamplingMethod kSamplings[] = {
    {.value = SamplingKind::instance_balanced,
     .name = "instance_balanced",
     .help = "every image equally often: a class in proportion to its images",
     .is_natural = true},
    {.value = SamplingKind::class_balanced,
     .name = "class_balanced",
     .help = "every class equally often, however few its images",
     .as_code = &Fidelity::class_balanced_runs,
     .code = DrawScheme::class_cycling},
    {.value = SamplingKind::square_root,
     .name = "square_root",
     .help = "a class in proportion to the square root of its images",
     .as_code = &Fidelity::square_root_independent,
     .code = DrawScheme::independent},
    {.value = SamplingKind::progressively_balanced,
     .name = "progressively_balanced",
     .help = "from instance-balanced in the first epoch to class-balanced in the last",
     .weights_move = true,
     .as_code = &Fidelity::progressive_independent,
     .code = DrawScheme::independent_class},
    {.value = SamplingKind::reversed,
     .name = "reversed",
     .help = "a class in inverse proportion to its images (BBN's second branch)"},
};

/// A loss: what training minimises.
struct LossMethod {
  LossKind value;
  std::string_view name;
  std::string_view help;
  std::string_view keys = {};      ///< how the keys begin that only it reads
  bool smooths_labels = false;     ///< takes stage_1.label_smoothing
  bool for_natural_draws = false;  ///< corrects for the class frequencies of instance-balanced draws
};

inline constexpr LossMethod kLosses[] = {
    {.value = LossKind::cross_entropy,
     .name = "cross_entropy",
     .help = "softmax cross-entropy, every image weighing the same",
     .smooths_labels = true},
    {.value = LossKind::balanced_softmax,
     .name = "balanced_softmax",
     .help = "cross-entropy of logits plus tau times the log of the class's images: the logit-adjusted loss",
     .keys = "loss.balanced_softmax.",
     .smooths_labels = true,
     .for_natural_draws = true},
    {.value = LossKind::focal,
     .name = "focal",
     .help = "cross-entropy times (1 - p)^gamma, p being the softmax probability of the label",
     .keys = "loss.focal."},
};

/// stage_1 trains backbone and classifier; features runs the frozen backbone over images without training;
/// stage_2 trains all classifiers that share draws in one pass over the frozen backbone; finetune trains one
/// strategy's own copy of the network, or of its last block and classifier.
enum class NodeKind { stage_1, features, stage_2, finetune };
inline constexpr std::size_t kNodeKinds = 4;

/// The classifier that a strategy begins with.
enum class Beginning {
  stage_1,  ///< stage 1's, as it stands
  anew,     ///< a new one, or none
  by_key,   ///< a new one, or stage 1's where stage_2.finetune.new_classifier is false
};

/// A learning strategy: how a stage 1 becomes a classifier.
struct LearningMethod {
  LearningKind value;
  std::string_view name;
  std::string_view help;
  NodeKind node;                                       ///< the kind of node that finishes its cells
  Beginning beginning = Beginning::stage_1;            ///< of its classifier
  std::int64_t (*epochs)(const Stage2&) = nullptr;     ///< that it trains after stage 1; null: none
  TrainedPart part = TrainedPart::all;                 ///< of the network, that a finetune node trains
  double rate_scale = 1;                               ///< times stage 2's learning rate
  std::array<std::string_view, 2> keys{};              ///< how the keys begin that only it reads
  const ValueGrid& (*sweep)(const Stage2&) = nullptr;  ///< values of which validation chooses one
  std::string_view swept = {};                         ///< what they are called
  bool reads_training_images = false;                  ///< in a pass without training
  bool is_linear = true;                               ///< it comes to a linear classifier
  bool is_confident = true;                            ///< its scores are log-odds

  [[nodiscard]] bool trains() const { return epochs != nullptr; }
  /// Whether the classifier that stage 1 ends with is a part of it.
  [[nodiscard]] constexpr bool takes_classifier(const Stage2& stage_2) const {
    return beginning == Beginning::stage_1 ||
           (beginning == Beginning::by_key && !stage_2.finetune.new_classifier);
  }
};

namespace epochs {
constexpr std::int64_t of_crt(const Stage2& stage_2) { return stage_2.crt.epochs; }
constexpr std::int64_t of_lws(const Stage2& stage_2) { return stage_2.lws.epochs; }
constexpr std::int64_t of_finetune(const Stage2& stage_2) { return stage_2.finetune.epochs; }
}  // namespace epochs

inline constexpr LearningMethod kStrategies[] = {
    {.value = LearningKind::joint,
     .name = "joint",
     .help = "backbone and classifier trained together; nothing afterwards",
     .node = NodeKind::stage_1},
    {.value = LearningKind::ncm,
     .name = "ncm",
     .help = "nearest class mean of the training features",
     .node = NodeKind::features,
     .beginning = Beginning::anew,
     .keys = {"stage_2.ncm."},
     .reads_training_images = true,
     .is_linear = false,
     .is_confident = false},
    {.value = LearningKind::crt,
     .name = "crt",
     .help = "classifier started anew and retrained on the frozen backbone",
     .node = NodeKind::stage_2,
     .beginning = Beginning::anew,
     .epochs = epochs::of_crt,
     .keys = {"stage_2.crt."}},
    {.value = LearningKind::tau_normalized,
     .name = "tau_normalized",
     .help = "joint's class weights divided by their norm to the power tau, tau chosen on validation",
     .node = NodeKind::features,
     .keys = {"stage_2.tau."},
     .sweep = [](const Stage2& stage_2) -> const ValueGrid& { return stage_2.tau; },
     .swept = "tau"},
    {.value = LearningKind::lws,
     .name = "lws",
     .help = "joint's class weights kept, one scale a class learned",
     .node = NodeKind::stage_2,
     .epochs = epochs::of_lws,
     .keys = {"stage_2.lws.", "fidelity.lws_"}},
    {.value = LearningKind::finetune_all,
     .name = "finetune_all",
     .help = "the whole network trained on with stage 2's sampling",
     .node = NodeKind::finetune,
     .beginning = Beginning::by_key,
     .epochs = epochs::of_finetune,
     .keys = {"stage_2.finetune."}},
    {.value = LearningKind::finetune_all_tenth_lr,
     .name = "finetune_all_tenth_lr",
     .help = "likewise at a tenth of the learning rate",
     .node = NodeKind::finetune,
     .beginning = Beginning::by_key,
     .epochs = epochs::of_finetune,
     .rate_scale = 0.1,
     .keys = {"stage_2.finetune."}},
    {.value = LearningKind::finetune_last_block,
     .name = "finetune_last_block",
     .help = "the last residual block and the classifier trained on, the rest frozen",
     .node = NodeKind::finetune,
     .beginning = Beginning::by_key,
     .epochs = epochs::of_finetune,
     .part = TrainedPart::last_block,
     .keys = {"stage_2.finetune."}},
    {.value = LearningKind::finetune_classifier,
     .name = "finetune_classifier",
     .help = "the classifier alone trained on: crt under the name of the paper's table 1",
     .node = NodeKind::stage_2,
     .beginning = Beginning::by_key,
     .epochs = epochs::of_finetune,
     .keys = {"stage_2.finetune."}},
    {.value = LearningKind::logit_adjusted,
     .name = "logit_adjusted",
     .help = "joint's logits less tau times the log of the class frequencies, tau chosen on validation",
     .node = NodeKind::features,
     .keys = {"stage_2.logit_adjusted."},
     .sweep = [](const Stage2& stage_2) -> const ValueGrid& { return stage_2.logit_adjusted; },
     .swept = "tau"},
};

/// Residual networks differ in these numbers alone.
enum class Stem {
  imagenet,  ///< a 7x7 convolution and a pooling, for images of about 224 pixels
  cifar,     ///< a 3x3 convolution and three narrow stages, for images of about 32 pixels
};
enum class ResidualBlock { basic, bottleneck };
struct NetworkShape {
  Stem stem = Stem::imagenet;
  ResidualBlock block = ResidualBlock::basic;
  std::array<int, 4> blocks{};    ///< in each stage
  std::int64_t groups = 1;        ///< of a bottleneck's 3x3 convolution; more than one: a ResNeXt
  std::int64_t group_width = 64;  ///< channels of a group in the first stage; doubles with every stage
};

/// A backbone: images to features.
struct BackboneMethod {
  BackboneKind value;
  std::string_view name;
  std::string_view help;
  NetworkShape shape;
};

namespace shapes {
constexpr NetworkShape basic(std::array<int, 4> blocks) {
  return {Stem::imagenet, ResidualBlock::basic, blocks};
}
constexpr NetworkShape bottleneck(std::array<int, 4> blocks) {
  return {Stem::imagenet, ResidualBlock::bottleneck, blocks};
}
constexpr NetworkShape resnext_32x4d(std::array<int, 4> blocks) {
  return {Stem::imagenet, ResidualBlock::bottleneck, blocks, 32, 4};
}
constexpr NetworkShape cifar(int blocks) {
  return {Stem::cifar, ResidualBlock::basic, {blocks, blocks, blocks}};
}
}  // namespace shapes

inline constexpr BackboneMethod kBackbones[] = {
    {BackboneKind::resnet10, "resnet10", "ImageNet stem, one basic block a stage, 512 features",
     shapes::basic({1, 1, 1, 1})},
    {BackboneKind::resnet18, "resnet18", "ImageNet stem, two basic blocks a stage, 512 features",
     shapes::basic({2, 2, 2, 2})},
    {BackboneKind::resnet34, "resnet34", "ImageNet stem, 3, 4, 6, 3 basic blocks, 512 features",
     shapes::basic({3, 4, 6, 3})},
    {BackboneKind::resnet50, "resnet50", "ImageNet stem, 3, 4, 6, 3 bottlenecks, 2048 features",
     shapes::bottleneck({3, 4, 6, 3})},
    {BackboneKind::resnet101, "resnet101", "ImageNet stem, 3, 4, 23, 3 bottlenecks, 2048 features",
     shapes::bottleneck({3, 4, 23, 3})},
    {BackboneKind::resnet152, "resnet152", "ImageNet stem, 3, 8, 36, 3 bottlenecks, 2048 features",
     shapes::bottleneck({3, 8, 36, 3})},
    {BackboneKind::resnext50_32x4d, "resnext50_32x4d", "ResNet-50 with 3x3 convolutions in 32 groups",
     shapes::resnext_32x4d({3, 4, 6, 3})},
    {BackboneKind::resnext101_32x4d, "resnext101_32x4d", "ResNet-101 with 3x3 convolutions in 32 groups",
     shapes::resnext_32x4d({3, 4, 23, 3})},
    {BackboneKind::resnext152_32x4d, "resnext152_32x4d", "ResNet-152 with 3x3 convolutions in 32 groups",
     shapes::resnext_32x4d({3, 8, 36, 3})},
    {BackboneKind::resnet20, "resnet20", "CIFAR stem, three stages of 3 basic blocks, 64 features",
     shapes::cifar(3)},
    {BackboneKind::resnet32, "resnet32", "CIFAR stem, three stages of 5 basic blocks, 64 features",
     shapes::cifar(5)},
    {BackboneKind::resnet44, "resnet44", "CIFAR stem, three stages of 7 basic blocks, 64 features",
     shapes::cifar(7)},
    {BackboneKind::resnet56, "resnet56", "CIFAR stem, three stages of 9 basic blocks, 64 features",
     shapes::cifar(9)},
};

/// Every table is in the order of its enumerators, so that an enumerator is its row's number.
template <class Rows>
constexpr bool in_order(const Rows& rows) {
  std::size_t number = 0;
  for (const auto& row : rows) {
    if (static_cast<std::size_t>(row.value) != number++) return false;
  }
  return true;
}
static_assert(in_order(kSamplings) && in_order(kLosses) && in_order(kStrategies) && in_order(kBackbones));

[[nodiscard]] constexpr const SamplingMethod& method_of(SamplingKind kind) {
  return kSamplings[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr const LossMethod& method_of(LossKind kind) {
  return kLosses[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr const LearningMethod& method_of(LearningKind kind) {
  return kStrategies[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr const BackboneMethod& method_of(BackboneKind kind) {
  return kBackbones[static_cast<std::size_t>(kind)];
}

}  // namespace ltr::config
