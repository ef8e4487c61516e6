// SPDX-License-Identifier: Apache-2.0
#include "report/digest.hpp"

#include <array>
#include <span>
#include <string_view>

#include "base/format.hpp"
#include "base/printable.hpp"
#include "config/toml.hpp"

namespace ltr::report {
namespace {
/// What numbers depend on; the number of ranks is not among it.
constexpr std::array<std::string_view, 10> kBindingKeys{
    "git",    "build", "compiler",     "torch",           "processors", "vector_instructions",
    "device", "gpus",  "cuda_runtime", "threads_per_rank"};

struct Line {
  std::string_view name;
  std::string record::Digests::* digest;
};
constexpr std::array<Line, 3> kEverywhere{{{"plan", &record::Digests::plan},
                                           {"settings", &record::Digests::settings},
                                           {"draws", &record::Digests::draws}}};
constexpr std::array<Line, 4> kBound{{{"weights", &record::Digests::weights},
                                      {"state", &record::Digests::state},
                                      {"counts", &record::Digests::counts},
                                      {"results", &record::Digests::results}}};

std::string lines_of(std::span<const Line> lines, const record::Digests& digests, std::string_view promise) {
  std::string text;
  for (const auto& [name, digest] : lines) {
    text += base::format("{:<8} {}  {}\n", name, digests.*digest, promise);
  }
  return text;
}

/// `kinds`: of processors, "; " between them, the first start's first.
std::string promise_of(const config::Parallel& parallel, const std::string& kinds) {
  if (parallel.reduction != config::Reduction::fixed_order) {
    return "not promised: parallel.reduction is not fixed_order";
  }
  if (parallel.autotune) return "not promised: parallel.autotune is true";
  if (const std::size_t end = kinds.find("; "); end != kinds.npos) {
    return base::format("not promised: begun on {}, continued on {}", kinds.substr(0, end),
                        kinds.substr(end + 2));
  }
  return "equal for any allowed number of ranks in the environment below";
}

}  // namespace

std::string render_digests(const record::RunRecord& run) {
  const record::Digests digests = record::digests(run);
  const config::Configuration configuration =
      config::parse_configuration(run.configuration, "the record's configuration");
  std::string text = lines_of(kEverywhere, digests, "equal everywhere");
  const auto value_of = [&run](std::string_view key) {
    const auto entry = run.environment.find(std::string(key));
    return entry == run.environment.end() ? "" : base::printable(entry->second);
  };
  text += lines_of(kBound, digests, promise_of(configuration.parallel, value_of("vector_instructions")));
  text += base::format("  stage_1.micro_batches: {}\n", configuration.stage_1.micro_batches);
  text += base::format("  parallel.precision: {}\n", config::name_of(configuration.parallel.precision));
  for (const std::string_view key : kBindingKeys) {
    const std::string value = value_of(key);
    if (!value.empty()) text += base::format("  {}: {}\n", key, value);
  }
  return text;
}

}  // namespace ltr::report
