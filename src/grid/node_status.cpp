// SPDX-License-Identifier: Apache-2.0
#include "grid/node_status.hpp"

#include <map>
#include <string>

namespace ltr::grid {

Needs needs_of(const config::Plan& plan) {
  Needs needs;
  std::map<std::string, std::size_t> places;
  for (const config::PlanNode& node : plan.nodes) {
    std::vector<std::size_t>& of_node = needs.emplace_back();
    for (const std::string& id : node.needs) of_node.push_back(places.at(id));
    places[node.id] = needs.size() - 1;
  }
  return needs;
}

void follow_needs(const Needs& needs, std::span<NodeStatus> statuses) {
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    NodeStatus& now = statuses[i];
    now.ready = true;
    for (const std::size_t need : needs[i]) {
      now.failed = now.failed || statuses[need].failed;
      now.to_be_retried = now.to_be_retried || statuses[need].to_be_retried;
      now.ready = now.ready && statuses[need].finished;
    }
    now.failed = now.failed && !now.finished;
    now.to_be_retried = now.to_be_retried && !now.finished;
    now.ready = now.ready && !now.finished && !now.failed;
  }
}

}  // namespace ltr::grid
