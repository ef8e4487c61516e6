// SPDX-License-Identifier: Apache-2.0
// Where the time of a few steps goes: a GPU's kernels by class, or the processor's operators.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <torch/csrc/autograd/profiler_kineto.h>
#include <torch/torch.h>

#include "base/format.hpp"
#include "base/stopwatch.hpp"

namespace ltr::train {

struct Profile {
  double wall_s = 0;
  double busy_s = 0;                       ///< some kernel was at work, or some operator
  std::map<std::string, double> by_class;  ///< seconds, without those of operators called from within
};

/// What a kernel or operator is for, by its name.
inline std::string class_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 24> kClasses{{
      {"nccl", "exchange"},
      {"for_each_index_kernel", "own kernels"},
      {"memcpy", "copies"},
      {"memset", "zeroing"},
      {"batch_norm", "BatchNorm"},
      {"batchnorm", "BatchNorm"},
      {"bn_", "BatchNorm"},
      {"conv", "convolutions"},
      {"cudnn", "convolutions"},
      {"wgrad", "convolutions"},
      {"dgrad", "convolutions"},
      {"fprop", "convolutions"},
      {"xmma", "convolutions"},
      {"gemm", "matrix products"},
      {"cutlass", "matrix products"},
      {"addmm", "matrix products"},
      {"relu", "ReLU and additions"},
      {"threshold", "ReLU and additions"},
      {"add", "ReLU and additions"},
      {"elementwise", "ReLU and additions"},
      {"zero_", "zeroing"},
      {"fill_", "zeroing"},
      {"pool", "pooling"},
      {"softmax", "loss"},
  }};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [part, kind] : kClasses) {
    if (lower.find(part) != lower.npos) return std::string(kind);
  }
  return "others";
}

/// Runs `work`, which ends when the device has done all of it.
inline Profile profile(const torch::Device& device, const std::function<void()>& work) {
  namespace kineto = torch::autograd::profiler;
  using torch::profiler::impl::ActivityType;
  std::set<ActivityType> activities{ActivityType::CPU};
  if (device.is_cuda()) activities.insert(ActivityType::CUDA);
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
  kineto::prepareProfiler(config, activities);
  kineto::enableProfiler(config, activities, {at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION});
  const base::Stopwatch stopwatch;
  work();
  Profile result;
  result.wall_s = stopwatch.seconds();
  const auto events = kineto::disableProfiler();

  struct Span {
    std::uint64_t begin, end;
    std::string kind;
  };
  std::vector<Span> spans;
  for (const kineto::KinetoEvent& event : events->events()) {
    if (event.deviceType() != device.type() || event.endNs() <= event.startNs()) continue;
    spans.push_back({event.startNs(), event.endNs(), class_of(event.name())});
  }
  // Operators call each other: outer ones first, so that what is inside comes off them.
  std::ranges::sort(spans, [](const Span& a, const Span& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<const Span*> open;
  std::uint64_t busy_until = 0;
  for (const Span& span : spans) {
    const double seconds = 1e-9 * static_cast<double>(span.end - span.begin);
    while (!open.empty() && open.back()->end <= span.begin) open.pop_back();
    if (!device.is_cuda() && !open.empty() && span.end <= open.back()->end) {
      result.by_class[open.back()->kind] -= seconds;
    }
    result.by_class[span.kind] += seconds;
    open.push_back(&span);
    const std::uint64_t begin = std::max(span.begin, busy_until);
    if (span.end > begin) result.busy_s += 1e-9 * static_cast<double>(span.end - begin);
    busy_until = std::max(busy_until, span.end);
  }
  return result;
}

/// A line a class, the largest first. Units: milliseconds of one of `steps`.
inline std::string profile_text(const Profile& profile, int steps) {
  std::vector<std::pair<std::string, double>> rows(profile.by_class.begin(), profile.by_class.end());
  std::ranges::sort(rows, std::greater{}, [](const auto& row) { return row.second; });
  std::string text = base::format("# busy {:.1f} % of {:.2f} ms a step\n",
                                  100 * profile.busy_s / profile.wall_s, 1e3 * profile.wall_s / steps);
  for (const auto& [kind, seconds] : rows) {
    text += base::format("#   {:<20} {:>9.3f} ms {:>6.1f} %\n", kind, 1e3 * seconds / steps,
                         100 * seconds / profile.wall_s);
  }
  return text;
}

}  // namespace ltr::train
