// SPDX-License-Identifier: Apache-2.0
#include "grid/rank_description.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <ATen/Version.h>
#include <sched.h>

#include "base/format.hpp"

namespace ltr::grid {
namespace {

std::vector<int> own_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> processors;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) processors.push_back(i);
  }
  return processors;
}

std::string processor_model() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string instructions_on(const std::string& model) {
  std::string kind = base::format("{} on {}", at::get_cpu_capability(), model);
  // oneDNN's convolutions choose by themselves, and can be told.
  for (const char* name : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) {
    const char* limit = std::getenv(name);
    if (limit != nullptr && *limit != '\0') kind += base::format(" ({}={})", name, limit);
  }
  return kind;
}

RankDescription own_description(const comm::Session& session) {
  const std::string model = processor_model();
  RankDescription own{
      .host = session.host(),
      .local_rank = static_cast<int>(session.local_rank().value()),
      .processors = own_processors(),
      .processor = base::format("{} ({} hardware threads)", model, std::thread::hardware_concurrency()),
      .instructions = instructions_on(model),
      .gpus = device::visible_gpus(),
      .why_no_gpu = {}};
  if (own.gpus.empty()) own.why_no_gpu = device::why_no_gpu();
  return own;
}

}  // namespace

/// A line a field, so that names may hold anything else.
std::string serialise(const RankDescription& rank) {
  std::string text = base::format("{}\n{}\n{}\n{}\n{}\n", rank.host, rank.local_rank, rank.processor,
                                  rank.instructions, rank.why_no_gpu);
  for (const int processor : rank.processors) text += base::format("{} ", processor);
  for (const device::Gpu& gpu : rank.gpus) {
    text += base::format("\n{}\n{}\n{}", gpu.description, gpu.bus_id, gpu.memory_bytes);
  }
  return text;
}

RankDescription parse_rank_description(const std::string& text) {
  std::istringstream in(text);
  const auto line = [&in] {
    std::string read;
    std::getline(in, read);
    return read;
  };
  RankDescription rank;
  rank.host = line();
  rank.local_rank = std::stoi(line());
  rank.processor = line();
  rank.instructions = line();
  rank.why_no_gpu = line();
  std::istringstream processors(line());
  for (int processor = 0; processors >> processor;) rank.processors.push_back(processor);
  for (std::string description = line(); in; description = line()) {
    device::Gpu& gpu = rank.gpus.emplace_back();
    gpu.description = description;
    gpu.bus_id = line();
    gpu.memory_bytes = std::stoull(line());
  }
  return rank;
}

std::vector<RankDescription> describe_ranks(const comm::Session& session) {
  std::vector<RankDescription> ranks;
  for (const std::string& text : session.world().all_gather(serialise(own_description(session)))) {
    ranks.push_back(parse_rank_description(text));
  }
  return ranks;
}

}  // namespace ltr::grid
