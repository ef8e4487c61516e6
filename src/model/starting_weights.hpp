// SPDX-License-Identifier: Apache-2.0
// Weights from elsewhere, trained for these classes or for others, and saved as other programs save them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/classifier.hpp"

namespace ltr::model {

/// What was made of a weights file.
struct StartingWeights {
  bool classifier_taken = false;  ///< false: the file has none that fits, and the network's own is as it was
  std::vector<std::string> notices;  ///< what a person should know, a sentence each, without the file's name
};

/// Copies the values of a safetensors file under torchvision's names into `network`. A common prefix of the
/// names, such as "module.", is overlooked where one set of tensors below one prefix is this backbone's;
/// tensors that are no part of a network are left out. Values of other floating-point types become float32,
/// and BatchNorm's num_batches_tracked may be missing, as older files have it, and then is 0. Throws:
/// DataError as read_safetensors and load_state; if several prefixes fit; naming the tensor that holds NaN,
/// infinite or in float32 infinite values, or a variance below 0; the network is then unchanged. SystemError
/// as read_safetensors.
[[nodiscard]] StartingWeights load_starting_weights(Network& network, const std::filesystem::path& file);

}  // namespace ltr::model
