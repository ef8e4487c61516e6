// SPDX-License-Identifier: Apache-2.0
// The nearest-class-mean classifier.
#pragma once

#include <torch/torch.h>

#include "config/enums.hpp"
#include "model/backbone.hpp"
#include "train/evaluation_set.hpp"
#include "train/step.hpp"

namespace ltr::learning {

/// What NCM keeps of the training set.
struct NcmMeans {
  torch::Tensor class_means;  ///< [K, D]; zero for a class without images
  torch::Tensor mean;         ///< [D], of all training features; zero unless the distance is centred
};

/// Class means of training features under the evaluation transform. cosine, euclidean: of the features as
/// they are; centred: of features less their mean, then L2-normalised. Collective: all ranks of the set's
/// group. Paper: section 4.2.
[[nodiscard]] NcmMeans ncm_means(train::EvaluationSet& training_images, model::Backbone& backbone,
                                 config::NcmDistance distance);

/// Scores that grow as a feature comes nearer to a class's mean. cosine: of the angle between them.
/// euclidean: minus half the squared distance of the two after L2 normalisation, which orders classes as the
/// cosine does. centred: minus half the squared distance between the centred, L2-normalised feature and the
/// class mean as it is. Features are on `device`. Shape: features [b, D] -> [b, K]. Paper: section 4.2;
/// differs: centred is what the authors' code does.
[[nodiscard]] train::Logits ncm_scores(const NcmMeans& means, config::NcmDistance distance,
                                       const torch::Device& device = torch::kCPU);

}  // namespace ltr::learning
