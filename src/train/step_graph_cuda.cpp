// SPDX-License-Identifier: Apache-2.0
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>

#include "train/gpu_stream.hpp"
#include "train/step_graph.hpp"

namespace ltr::train {

struct StepGraph::State {
  at::cuda::CUDAGraph graph;
  bool is_recorded = false;
};

StepGraph::StepGraph() : state_(std::make_unique<State>()) {}
StepGraph::~StepGraph() = default;

void StepGraph::record(const std::function<void()>& work) {
  // What is still at work may free memory, and no such call may fall between the recorded ones.
  c10::cuda::device_synchronize();
  // The graph has memory of its own; what plain steps have left would stand beside it.
  free_kept_memory();
  // Of this thread alone: others decode images into pinned memory meanwhile.
  state_->graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
  try {
    work();
  } catch (...) {
    try {
      state_->graph.capture_end();
    } catch (const c10::Error&) {
      // The error of the work says why.
    }
    throw;
  }
  state_->graph.capture_end();
  state_->is_recorded = true;
}

bool StepGraph::is_recorded() const { return state_->is_recorded; }

void StepGraph::replay() { state_->graph.replay(); }

}  // namespace ltr::train
