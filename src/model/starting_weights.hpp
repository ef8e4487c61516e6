// SPDX-License-Identifier: Apache-2.0
// Weights from elsewhere, trained for these classes or for others.
#pragma once

#include <filesystem>

#include "model/classifier.hpp"

namespace ltr::model {

/// What a weights file held for the classifier.
enum class ClassifierWeights { fitting, absent, of_another_size };

/// Copies the values of a safetensors file under torchvision's names into `network`. A classifier that is
/// absent or of another size leaves the network's own as it is. BatchNorm's num_batches_tracked may be
/// missing, as older files have it, and then is 0.
/// Throws: DataError as read_safetensors and load_state, naming missing and extra tensors; the network is
/// then unchanged.
[[nodiscard]] ClassifierWeights load_starting_weights(Network& network, const std::filesystem::path& file);

}  // namespace ltr::model
