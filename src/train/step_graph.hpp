// SPDX-License-Identifier: Apache-2.0
// A GPU's kernels, recorded once and then started together: the host's work for a step is one call.
#pragma once

#include <functional>
#include <memory>

namespace ltr::train {

/// A CUDA graph of work on this thread's current stream.
class StepGraph {
 public:
  StepGraph();
  StepGraph(const StepGraph&) = delete;
  StepGraph& operator=(const StepGraph&) = delete;
  ~StepGraph();

  /// Records what `work` would start, and starts none of it. What it allocates stays allocated for the graph.
  /// `work` may not wait for the GPU, and reads and writes the same memory every time it is replayed.
  /// Throws: what `work` threw, c10::Error if something in it cannot be recorded.
  void record(const std::function<void()>& work);
  [[nodiscard]] bool is_recorded() const;
  /// Starts the recorded work on the current stream.
  void replay();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ltr::train
