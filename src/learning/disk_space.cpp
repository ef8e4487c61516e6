// SPDX-License-Identifier: Apache-2.0
#include "learning/disk_space.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "model/classifier.hpp"
#include "model/state.hpp"

namespace ltr::learning {
namespace {

constexpr auto kFloatBytes = static_cast<std::int64_t>(sizeof(float));
/// A checkpoint holds the weights, the best ones so far and the momentum.
constexpr std::int64_t kCopiesInCheckpoint = 3;

std::int64_t bytes_of(const model::NamedTensors& tensors) {
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += static_cast<std::int64_t>(tensor.nbytes());
  return bytes;
}

}  // namespace

std::int64_t disk_space(const config::Configuration& configuration,
                        std::span<const config::PlanNode* const> nodes, const DataSizes& data,
                        std::int64_t groups) {
  if (nodes.empty()) return 0;
  const model::Network network(configuration.model.backbone, data.classes);
  const std::int64_t width = network.backbone->features();
  const std::int64_t network_bytes = bytes_of(model::state(network));
  // The largest of a cell: NCM's class means with the mean of all; a head's weight and bias are not larger.
  const std::int64_t cell_bytes =
      std::max((data.classes + 1) * width, data.classes * (width + 1)) * kFloatBytes;
  const std::int64_t moved_bytes =
      configuration.fidelity.frozen_statistics_move ? bytes_of(model::buffers(*network.backbone)) : 0;
  const std::int64_t feature_bytes = data.evaluation_images * width * kFloatBytes;

  const std::int64_t checkpoints = (configuration.checkpoint.keep + 1) * kCopiesInCheckpoint;

  std::int64_t kept = 0;
  std::int64_t checkpoint_bytes = 0;
  std::set<std::string> backbones;
  for (const config::PlanNode* node : nodes) {
    const auto cells = static_cast<std::int64_t>(node->learning.size());
    switch (node->kind) {
      case config::NodeKind::stage_1:
        kept += network_bytes;
        checkpoint_bytes = std::max(checkpoint_bytes, checkpoints * network_bytes);
        break;
      case config::NodeKind::features:
        kept += cells * cell_bytes;
        backbones.insert(node->needs.begin(), node->needs.end());
        break;
      case config::NodeKind::stage_2:
        kept += cells * (cell_bytes + moved_bytes);
        // A backbone that changes again takes no features of stage 1.
        if (!configuration.fidelity.frozen_statistics_move) {
          backbones.insert(node->needs.begin(), node->needs.end());
        }
        checkpoint_bytes = std::max(checkpoint_bytes, checkpoints * cells * (cell_bytes + moved_bytes));
        break;
      case config::NodeKind::finetune:
        kept += network_bytes;
        checkpoint_bytes = std::max(checkpoint_bytes, checkpoints * network_bytes);
        break;
    }
  }
  return kept + groups * checkpoint_bytes + static_cast<std::int64_t>(backbones.size()) * feature_bytes;
}

}  // namespace ltr::learning
