// SPDX-License-Identifier: Apache-2.0
#include "report/digest.hpp"

#include <gtest/gtest.h>

#include "report/sample_runs.hpp"

namespace ltr::report {
namespace {

TEST(DigestText, NamesTheEnvironmentEachDigestIsPromisedFor) {
  record::RunRecord run = record::sample_run();
  run.environment["ranks"] = "4";
  const std::string text = render_digests(run);
  const record::Digests digests = record::digests(run);
  EXPECT_TRUE(has(text, "plan     " + digests.plan + "  equal everywhere\n")) << text;
  EXPECT_TRUE(has(text, "draws    " + digests.draws + "  equal everywhere\n"));
  EXPECT_TRUE(has(text, "weights  " + digests.weights + "  equal for any allowed number of ranks"));
  EXPECT_TRUE(has(text, "settings " + digests.settings + "  equal everywhere\n")) << text;
  EXPECT_TRUE(has(text, "counts   " + digests.counts));
  EXPECT_TRUE(has(text, "results  " + digests.results + "  equal for any allowed number of ranks")) << text;
  EXPECT_TRUE(has(text, "  torch: 2.11.0\n"));
  EXPECT_TRUE(has(text, "  stage_1.micro_batches: 8\n"));
  EXPECT_FALSE(has(text, "ranks: 4"));
}

TEST(DigestText, SaysWhereARunComputedOnSeveralKindsOfProcessors) {
  record::RunRecord run = record::sample_run();
  run.environment["vector_instructions"] = "AVX512 on A";
  EXPECT_FALSE(has(render_digests(run), "begun on"));
  run.environment["vector_instructions"] = "AVX512 on A; AVX2 on A; AVX2 on B\x1b[2J";
  EXPECT_TRUE(has(render_digests(run),
                  "  not promised: begun on AVX512 on A, continued on AVX2 on A; AVX2 on B\\x1b[2J\n"))
      << render_digests(run);
}

TEST(DigestText, PromisesNothingForTheFastestReduction) {
  record::RunRecord run = record::sample_run();
  config::Configuration fastest = record::sample_configuration(0);
  fastest.parallel.reduction = config::Reduction::fastest;
  run.configuration = config::to_toml(fastest);
  EXPECT_TRUE(has(render_digests(run), "not promised: parallel.reduction is not fixed_order"));
}

}  // namespace
}  // namespace ltr::report
