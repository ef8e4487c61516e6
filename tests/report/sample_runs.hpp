// SPDX-License-Identifier: Apache-2.0
// Records as published tables are made of, small.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fidelity.hpp"
#include "record/sample_run.hpp"

namespace ltr::report {

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// The part of a configuration that a test changes.
using Change = std::function<void(config::Configuration&)>;

/// The sample run as if trained on ImageNet-LT by the authors' code; many 80, medium 50, few 10, all 55 %
/// for joint and 70, 60, 40, 60 % for tau_normalized. `change` is applied to the configuration.
inline record::RunRecord imagenet_run(std::uint64_t seed, const Change& change = {}) {
  record::RunRecord run = record::sample_run(seed);
  config::Configuration configuration = record::sample_configuration(seed);
  configuration.model.backbone = config::BackboneKind::resnext50_32x4d;
  configuration.data.validation = "validation.h5";
  config::follow(config::FidelityMode::reference, configuration);
  if (change) change(configuration);
  run.configuration = config::to_toml(configuration);
  run.backbone = config::name_of(configuration.model.backbone);
  run.data_names = {{"train", "ImageNet-LT train"}};
  run.data_hashes = {{"train.list", "a063f095fcd475db4cf8b0658c4b73955535bbf9"},
                     {"validation.list", "3ed3188b2f44829ce2dec1cc27040d8d40984088"},
                     {"test.list", "76a2fb9749d6cd29e765cc4f8c270f2504131e2f"}};
  return run;
}

/// As many seeds of it.
inline std::vector<record::RunRecord> imagenet_runs(std::uint64_t seeds, const Change& change = {}) {
  std::vector<record::RunRecord> runs;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) runs.push_back(imagenet_run(seed, change));
  return runs;
}

/// Joint's right images of the four classes, of ten each.
inline void set_joint(record::RunRecord& run, std::vector<std::int64_t> correct) {
  run.cells[1].test = record::sample_counts(std::move(correct));
}

}  // namespace ltr::report
