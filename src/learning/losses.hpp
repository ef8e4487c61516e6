// SPDX-License-Identifier: Apache-2.0
// The losses by name. Each stands in a file of its own, with its formula.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "config/configuration.hpp"
#include "train/loss.hpp"

namespace ltr::learning {

/// What a loss is made of.
struct LossInputs {
  const config::Configuration& configuration;
  std::span<const std::int64_t> class_counts;  ///< training images of each class, [K]
};

[[nodiscard]] std::shared_ptr<train::Loss> make_loss(config::LossKind kind, const LossInputs& inputs);

/// Softmax cross-entropy against labels of which each class gets label_smoothing / K, the rest its own.
[[nodiscard]] std::shared_ptr<train::Loss> make_cross_entropy(const LossInputs& inputs);

/// Cross-entropy of z_j + tau log(n_j / N). Ren et al., Balanced Meta-Softmax, NeurIPS 2020 (tau 1); Menon et
/// al., Long-Tail Learning via Logit Adjustment, ICLR 2021.
[[nodiscard]] std::shared_ptr<train::Loss> make_balanced_softmax(const LossInputs& inputs);

/// (1 - p)^gamma times cross-entropy. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017; differs:
/// of the softmax, as usual on long tails, and without alpha.
[[nodiscard]] std::shared_ptr<train::Loss> make_focal(const LossInputs& inputs);

/// Of each image, against labels smoothed as make_cross_entropy says. Shape: logits [b, K], labels [b] ->
/// [b].
[[nodiscard]] torch::Tensor cross_entropies(const torch::Tensor& logits, const torch::Tensor& labels,
                                            double label_smoothing);

/// log(n_j / N), of classes that all have images. Shape: [K] -> [K] float32.
[[nodiscard]] torch::Tensor log_prior(std::span<const std::int64_t> class_counts);

}  // namespace ltr::learning
