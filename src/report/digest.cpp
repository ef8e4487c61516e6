// SPDX-License-Identifier: Apache-2.0
#include "report/digest.hpp"

#include <array>
#include <string_view>

#include "base/format.hpp"
#include "config/toml.hpp"

namespace ltr::report {
namespace {
/// What weights and counts depend on; the number of ranks is not among it.
constexpr std::array<std::string_view, 9> kBindingKeys{
    "git", "build", "compiler", "torch", "processors", "device", "gpus", "cuda_runtime", "threads_per_rank"};
}  // namespace

std::string render_digests(const record::RunRecord& run) {
  const record::Digests digests = record::digests(run);
  const config::Configuration configuration =
      config::parse_configuration(run.configuration, "the record's configuration");
  std::string text;
  text += base::format("plan     {}  equal everywhere\n", digests.plan);
  text += base::format("draws    {}  equal everywhere\n", digests.draws);
  const bool fixed = configuration.parallel.reduction == config::Reduction::fixed_order;
  const std::string_view promise = !fixed ? "not promised: parallel.reduction is not fixed_order"
                                   : configuration.parallel.autotune
                                       ? "not promised: parallel.autotune is true"
                                       : "equal for any allowed number of ranks in the environment below";
  text += base::format("weights  {}  {}\n", digests.weights, promise);
  text += base::format("state    {}  {}\n", digests.state, promise);
  text += base::format("counts   {}  {}\n", digests.counts, promise);
  text += base::format("  stage_1.micro_batches: {}\n", configuration.stage_1.micro_batches);
  text += base::format("  parallel.precision: {}\n", config::name_of(configuration.parallel.precision));
  for (const std::string_view key : kBindingKeys) {
    const auto entry = run.environment.find(std::string(key));
    if (entry != run.environment.end() && !entry->second.empty()) {
      text += base::format("  {}: {}\n", entry->first, entry->second);
    }
  }
  return text;
}

}  // namespace ltr::report
