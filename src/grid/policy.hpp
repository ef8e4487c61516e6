// SPDX-License-Identifier: Apache-2.0
// What a group of ranks does next: the one rule that runs and the plan's estimate follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "config/plan.hpp"
#include "config/toml.hpp"
#include "grid/node_status.hpp"
#include "grid/work.hpp"

namespace ltr::grid {

struct Decision {
  enum class Kind : std::int64_t {
    take,           ///< `node`
    go_apart,       ///< into parts, which take nodes by themselves until each comes together
    come_together,  ///< wait for the other parts of the group
    wait,           ///< for nodes that others work on
    done
  };
  Kind kind = Kind::wait;
  std::size_t node = 0;  ///< in the plan
};

/// Ranks form groups of the larger group size. A group takes the longest node of that size that is ready; if
/// there is none, its parts take those of the smaller size, the longest first; of equal ones the plan's
/// first.
class Policy {
 public:
  /// nodes: those that may be taken, by their places in `plan`.
  Policy(const config::Plan& plan, std::vector<std::size_t> nodes, const config::GroupSizes& sizes);

  /// For a whole group or a part of one, by its size. Done: none of the nodes can be finished any more, or
  /// all are. Shape: statuses [a node of the plan each].
  [[nodiscard]] Decision next(int size, std::span<const NodeStatus> statuses, const NodeCosts& costs) const;

  [[nodiscard]] int whole_size() const { return whole_size_; }
  [[nodiscard]] int part_size() const { return part_size_; }

 private:
  [[nodiscard]] std::optional<std::size_t> longest_ready(int size, std::span<const NodeStatus> statuses,
                                                         const NodeCosts& costs) const;
  [[nodiscard]] bool any_can_be_finished(std::span<const NodeStatus> statuses) const;

  std::vector<std::size_t> nodes_;
  Needs needs_;
  std::vector<int> sizes_;  ///< by node of the plan
  int whole_size_;
  int part_size_;
};

/// Ranks that work on a node of this kind.
[[nodiscard]] int group_size(const config::GroupSizes& sizes, config::NodeKind kind);

}  // namespace ltr::grid
