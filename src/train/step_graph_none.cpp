// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "train/step_graph.hpp"

namespace ltr::train {

struct StepGraph::State {};

StepGraph::StepGraph() { throw std::logic_error("a program built without CUDA records no graph"); }
StepGraph::~StepGraph() = default;
void StepGraph::record(const std::function<void()>& /*work*/) {}
bool StepGraph::is_recorded() const { return false; }
void StepGraph::replay() {}

}  // namespace ltr::train
