// SPDX-License-Identifier: Apache-2.0
#include "report/run_view.hpp"

#include <algorithm>

#include "config/toml.hpp"
#include "metric/shift.hpp"

namespace ltr::report {

std::string RunView::value_of(std::string_view key) const {
  const auto at = std::ranges::find(keys, key, &config::KeyText::path);
  return at == keys.end() ? "" : at->value;
}

std::vector<RunView> views_of(const std::vector<record::RunRecord>& runs) {
  std::vector<RunView> views;
  for (const record::RunRecord& run : runs) {
    RunView& view = views.emplace_back();
    view.run = &run;
    view.configuration = config::parse_configuration(run.configuration, "the record's configuration");
    view.keys = config::key_texts(view.configuration);
    view.shots = metric::shots_of(run.class_counts, run.shots);
    view.classes_order = metric::classes_by_count(run.class_counts);
    view.public_set = public_set_of(run);
    view.dataset =
        view.public_set != nullptr ? std::string(view.public_set->name) : run.data_names.at("train");
  }
  return views;
}

}  // namespace ltr::report
