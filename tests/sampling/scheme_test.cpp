// SPDX-License-Identifier: Apache-2.0
#include "sampling/scheme.hpp"

#include <gtest/gtest.h>

#include "config/fidelity.hpp"

namespace ltr::sampling {
namespace {

using config::SamplingKind;

TEST(SamplingScheme, IsExactByTheText) {
  const config::Configuration configuration;
  for (const auto& entry : config::enum_entries<SamplingKind>()) {
    EXPECT_EQ(sampling_scheme(configuration, entry.value), SamplingScheme::exact) << entry.name;
  }
}

TEST(SamplingScheme, IsItsOwnForEverySamplingOfTheAuthorsCode) {
  config::Configuration configuration;
  config::follow(config::FidelityMode::reference, configuration);
  EXPECT_EQ(sampling_scheme(configuration, SamplingKind::instance_balanced), SamplingScheme::exact);
  EXPECT_EQ(sampling_scheme(configuration, SamplingKind::class_balanced), SamplingScheme::class_cycling);
  EXPECT_EQ(sampling_scheme(configuration, SamplingKind::square_root), SamplingScheme::independent);
  EXPECT_EQ(sampling_scheme(configuration, SamplingKind::progressively_balanced),
            SamplingScheme::independent_class);
}

TEST(SamplingScheme, WithReplacementIsIndependentForAll) {
  config::Configuration configuration;
  configuration.grid.replacement = true;
  for (const auto& entry : config::enum_entries<SamplingKind>()) {
    EXPECT_EQ(sampling_scheme(configuration, entry.value), SamplingScheme::independent) << entry.name;
  }
}

}  // namespace
}  // namespace ltr::sampling
