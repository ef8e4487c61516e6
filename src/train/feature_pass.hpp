// SPDX-License-Identifier: Apache-2.0
// One pass of a frozen backbone over a set: features kept in memory, or summed per class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "model/backbone.hpp"
#include "train/evaluation_set.hpp"

namespace ltr::train {

/// The features of every image, each rank keeping those of its share; the backbone is put into evaluation
/// mode. Collective: all ranks of the set's group. Cost: 4 D bytes an image, spread over the ranks.
[[nodiscard]] EvaluationSet features_of(EvaluationSet& images, model::Backbone& backbone);

/// A file of features, for as long as it saves work.
struct Scratch {
  std::filesystem::path file;
  std::function<void()> before_write;            ///< may refuse by throwing; may be empty
  std::function<void(const std::string&)> warn;  ///< of damage, on rank 0; may be empty
};

/// features_of by way of a scratch file: where an earlier pass has left the features they are read,
/// otherwise, and where they are damaged, they are computed and left there. Whoever names the file answers
/// for what it stands for: this checks its size and its seal. Format: [N, D] float32 in pack order, in the
/// byte order of the machine, and a seal. Collective: all ranks of the set's group; the file is on a file
/// system that all of them share. Throws: SystemError if the file can be neither written nor read, on all
/// ranks.
[[nodiscard]] EvaluationSet features_of(EvaluationSet& images, model::Backbone& backbone,
                                        const Scratch& scratch);

/// Sums of features over the images of each class in fixed point: exact, so their order does not matter.
class ClassSums {
 public:
  ClassSums(std::int32_t classes, std::int64_t width);

  /// Adds a batch of this rank, where it is. Shape: features [b, D] float32, labels [b] int64.
  void add(const torch::Tensor& features, const torch::Tensor& labels);
  /// Sums over ranks; each rank then holds the sums of all. Collective: all ranks. Throws: SystemError, on
  /// all, if a feature was not finite or exceeded 2^15, beyond which sums could overflow.
  void sum(const comm::Group& group);

  /// Images added of each class. Shape: [K].
  [[nodiscard]] const std::vector<std::int64_t>& images() const { return images_; }
  /// Mean feature of each class, zero for a class without images. Shape: [K, D] float32.
  [[nodiscard]] torch::Tensor class_means() const;
  /// Mean feature of all images. Shape: [D] float32.
  [[nodiscard]] torch::Tensor mean() const;

 private:
  std::int64_t width_;
  torch::Tensor own_;               ///< of this rank, where its batches are: sums, images, values left out
  std::vector<std::int64_t> sums_;  ///< of all ranks: [K, D], units of 2^-24
  std::vector<std::int64_t> images_;
};

/// Class sums of a set of features, or of images through `map`. Throws: as ClassSums::sum. Collective: all
/// ranks of the set's group.
[[nodiscard]] ClassSums class_sums(EvaluationSet& set, std::int64_t width,
                                   const std::function<torch::Tensor(const torch::Tensor&)>& map);

}  // namespace ltr::train
