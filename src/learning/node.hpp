// SPDX-License-Identifier: Apache-2.0
// From a node of the plan to what it leaves behind: the one door from the grid to the strategies.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "comm/group.hpp"
#include "config/configuration.hpp"
#include "config/plan.hpp"
#include "data/pack.hpp"
#include "record/record.hpp"
#include "train/loop.hpp"

namespace ltr::learning {

/// Where a pass without training stands.
struct PassProgress {
  std::string_view images;   ///< "training", "validation" or "test"
  std::int64_t done = 0;     ///< batches of this rank
  std::int64_t batches = 0;  ///< likewise
};

/// Where a trial of every node ends early; 0: nowhere.
struct Limits {
  std::int64_t steps = 0;              ///< of an epoch
  std::int64_t evaluation_images = 0;  ///< of each pass without training
};

/// What every node of a run works with.
struct Context {
  const config::Configuration& configuration;
  comm::Group group;
  const data::Pack& training;
  const data::Pack& validation;  ///< the test pack itself where test serves as validation
  const data::Pack& test;
  std::filesystem::path folder;  ///< weights, checkpoints and scratch, all named after nodes and cells
  std::function<void(const train::Progress&)> progress;
  std::function<void(const PassProgress&)> pass_progress;
  std::function<bool()> stop_requested;
  std::function<void(const std::string&)> warn;
  std::function<void()> before_write;  ///< of weights, features and checkpoints: may refuse by throwing
  Limits limits = {};
  train::ComputeDevice device = {};
};

/// Computes one node; an interrupted one continues from its checkpoint. The nodes it needs have left their
/// weights in the folder. Weights stay as "<id>.safetensors". Checkpoints stay too: the caller removes them
/// once it has stored what this returns. Throws: Stopped, where training leaves a checkpoint first;
/// SystemError, DataError when the node fails, the same on every rank. Collective: all ranks of the group.
[[nodiscard]] record::NodeRecord run_node(const Context& context, const config::PlanNode& node);

/// The files of features that the nodes of this node's stage 1 share: scratch, to be removed when all of them
/// are finished.
[[nodiscard]] std::vector<std::filesystem::path> scratch_files(const std::filesystem::path& folder,
                                                               const config::PlanNode& node);

/// Where a node of training keeps its checkpoints.
[[nodiscard]] train::CheckpointFiles checkpoint_files(const std::filesystem::path& folder,
                                                      const config::PlanNode& node);

}  // namespace ltr::learning
