// SPDX-License-Identifier: Apache-2.0
// Every choice a configuration can make by name, spelled as in TOML and in the record, with a line of help.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ltr::config {

enum class SamplingKind { instance_balanced, class_balanced, square_root, progressively_balanced, reversed };
enum class LearningKind {
  joint,
  ncm,
  crt,
  tau_normalized,
  lws,
  finetune_all,
  finetune_all_tenth_lr,
  finetune_last_block,
  finetune_classifier,
  logit_adjusted
};
enum class BackboneKind {
  resnet10,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  resnext101_32x4d,
  resnext152_32x4d,
  resnet20,
  resnet32,
  resnet44,
  resnet56
};
enum class TrainedPart { all, last_block };
enum class TrainCrop { random_resized, pad_and_crop };
enum class LoaderCache { none, decoded };
enum class ScheduleKind { cosine, constant, step };
enum class LossKind { cross_entropy, balanced_softmax, focal };
enum class NcmDistance { cosine, euclidean, centred };
enum class Reduction { fixed_order, fastest };
enum class DeviceKind { automatic, cpu, cuda };
enum class Precision { float32, tf32, bfloat16 };
enum class ExchangeKind { automatic, mpi, nccl };
enum class FidelityMode { corrected, reference };

/// How draws are made of class weights; no key names it, a sampling and points of fidelity do. Images "in
/// turn": all of a class once, in a random order, before any comes again.
enum class DrawScheme {
  exact,              ///< every class meets its quota; its images in turn
  independent,        ///< class and image of a draw are independent of all other draws
  independent_class,  ///< only the class is; its images in turn
  class_cycling,      ///< classes in turn, whatever their weights, a few draws each; images in turn
};

/// One enumerator: its value, its name in TOML and HDF5, and what it is in one line.
template <class Enum>
struct EnumEntry {
  Enum value;
  std::string_view name;
  std::string_view help;
};

/// All enumerators of `Enum`, in declaration order.
template <class Enum>
[[nodiscard]] std::span<const EnumEntry<Enum>> enum_entries();

/// The name of `value`.
template <class Enum>
[[nodiscard]] std::string_view name_of(Enum value) {
  for (const EnumEntry<Enum>& entry : enum_entries<Enum>()) {
    if (entry.value == value) return entry.name;
  }
  return "?";
}

/// The enumerator called `name`.
/// Throws: ConfigError naming the choices, and the nearest one.
template <class Enum>
[[nodiscard]] Enum enum_from_name(std::string_view name);

/// Every choice of every enum, one line each with its help, under the keys it is set by: what `--list`
/// prints.
[[nodiscard]] std::string list_choices();

}  // namespace ltr::config
