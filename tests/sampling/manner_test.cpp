// SPDX-License-Identifier: Apache-2.0
#include "sampling/manner.hpp"

#include <gtest/gtest.h>

#include "config/fidelity.hpp"

namespace ltr::sampling {
namespace {

using config::SamplingKind;

TEST(DrawManner, IsExactByTheText) {
  const config::Configuration configuration;
  for (const auto& entry : config::enum_entries<SamplingKind>()) {
    EXPECT_EQ(draw_manner(configuration, entry.value), DrawManner::exact) << entry.name;
  }
}

TEST(DrawManner, IsItsOwnForEverySamplingOfTheAuthorsCode) {
  config::Configuration configuration;
  config::follow(config::FidelityMode::reference, configuration);
  EXPECT_EQ(draw_manner(configuration, SamplingKind::instance_balanced), DrawManner::exact);
  EXPECT_EQ(draw_manner(configuration, SamplingKind::class_balanced), DrawManner::class_cycling);
  EXPECT_EQ(draw_manner(configuration, SamplingKind::square_root), DrawManner::independent);
  EXPECT_EQ(draw_manner(configuration, SamplingKind::progressively_balanced), DrawManner::independent_class);
}

TEST(DrawManner, WithReplacementIsIndependentForAll) {
  config::Configuration configuration;
  configuration.grid.replacement = true;
  for (const auto& entry : config::enum_entries<SamplingKind>()) {
    EXPECT_EQ(draw_manner(configuration, entry.value), DrawManner::independent) << entry.name;
  }
}

}  // namespace
}  // namespace ltr::sampling
