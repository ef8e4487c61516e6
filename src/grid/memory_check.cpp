// SPDX-License-Identifier: Apache-2.0
#include "grid/memory_check.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/group.hpp"
#include "config/toml.hpp"
#include "train/determinism.hpp"

namespace ltr::grid {
namespace {

/// A GPU's driver, cuDNN's and cuBLAS's workspaces, NCCL's buffers, images on their way.
constexpr std::int64_t kOfLibraries = std::int64_t{3} << 29;

std::string size_text(std::int64_t bytes) { return base::byte_size(static_cast<std::uint64_t>(bytes)); }

std::string kind_of(const config::PlanNode& node) {
  if (node.kind == config::NodeKind::stage_1) return "stage 1";
  std::vector<std::string> names;
  for (const config::LearningKind learning : node.learning) names.emplace_back(config::name_of(learning));
  return base::join(names, ", ");
}

/// The fewest micro-batches, twice as many at a time, whose images fit into `bytes`; 0: none.
std::int64_t micro_batches_that_fit(const learning::MemoryUse& use, const config::Stage1& stage_1,
                                    std::int64_t bytes) {
  for (std::int64_t count = stage_1.micro_batches; count <= stage_1.global_batch; count *= 2) {
    if (stage_1.global_batch % count != 0) continue;
    if (use.fixed + use.per_image * (stage_1.global_batch / count) <= bytes) return count;
  }
  return 0;
}

}  // namespace

std::vector<NodeMemory> memory_of(const config::Plan& plan, const config::Configuration& configuration,
                                  std::int64_t classes, int ranks) {
  const config::GroupSizes sizes = config::group_sizes(configuration, ranks);
  std::vector<NodeMemory> memories;
  for (const config::PlanNode& node : plan.nodes) {
    const bool trains = node.kind != config::NodeKind::features &&
                        (node.kind != config::NodeKind::stage_1 || configuration.stage_1.weights.empty());
    const std::string kind = kind_of(node);
    if (!trains || std::ranges::find(memories, kind, &NodeMemory::nodes) != memories.end()) continue;
    const int group = node.kind == config::NodeKind::stage_1 ? sizes.stage_1 : sizes.stage_2;
    memories.push_back({kind, learning::memory_use(configuration, node, classes, group)});
  }
  return memories;
}

std::string memory_text(const std::vector<NodeMemory>& memories) {
  std::string text = memories.empty() ? "" : "memory of a rank's GPU for tensors, as estimated:\n";
  for (const NodeMemory& memory : memories) {
    text += base::format("  {}: {}, of which {} for each of the {} images of a micro-batch\n", memory.nodes,
                         size_text(memory.use.total()), size_text(memory.use.per_image), memory.use.images);
  }
  return text;
}

void require_gpu_memory(const std::vector<NodeMemory>& memories, const config::Configuration& configuration,
                        const GpuRoom& room) {
  const std::int64_t bytes = room.bytes / room.ranks - kOfLibraries;
  for (const NodeMemory& memory : memories) {
    if (memory.use.total() <= bytes) continue;
    const std::int64_t fitting = micro_batches_that_fit(memory.use, configuration.stage_1, bytes);
    throw base::ConfigError(base::format(
        "{} needs about {} of a GPU's memory ({}, and {} for each of {} images of a micro-batch), and {} "
        "leaves {}{} beside its libraries; it would stop in its first step; {}",
        memory.nodes, size_text(memory.use.total()), size_text(memory.use.fixed),
        size_text(memory.use.per_image), memory.use.images, room.description,
        size_text(std::max<std::int64_t>(bytes, 0)),
        room.ranks > 1 ? base::format(" to each of {} ranks", room.ranks) : "",
        fitting > 0 ? base::format("use stage_1.micro_batches = {}", fitting)
                    : "use a smaller backbone, fewer ranks a GPU, or a GPU with more memory"));
  }
}

void require_gpu_memory(const comm::Group& world, const config::Configuration& configuration,
                        const Placement& placement, const std::vector<NodeMemory>& memories) {
  if (!placement.on_gpus()) return;
  comm::agree(world, [&] {
    const device::Gpu& gpu = placement.gpu(static_cast<std::size_t>(world.rank()));
    require_gpu_memory(
        memories, configuration,
        {gpu.description, static_cast<std::int64_t>(gpu.memory_bytes), placement.choice.ranks_on_one});
  });
}

std::string gpu_memory_text(const comm::Session& session, const config::Configuration& configuration,
                            const config::Plan& plan, std::int64_t classes) {
  const config::Parallel& parallel = configuration.parallel;
  if (parallel.device == config::DeviceKind::cpu) return "";
  train::make_deterministic(parallel.threads_per_rank);
  const std::vector<RankDescription> ranks = describe_ranks(session);
  const bool none = std::ranges::all_of(ranks, [](const RankDescription& rank) { return rank.gpus.empty(); });
  if (none && parallel.device == config::DeviceKind::automatic) return "";
  const std::vector<NodeMemory> memories = memory_of(plan, configuration, classes, session.world().size());
  const std::string text = memory_text(memories);
  if (none) {
    return text + base::format("GPUs are not checked, none is seen here: {}\n", ranks.front().why_no_gpu);
  }
  require_gpu_memory(session.world(), configuration, {ranks, choose_gpus(parallel, ranks)}, memories);
  return text;
}

}  // namespace ltr::grid
