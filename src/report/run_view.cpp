// SPDX-License-Identifier: Apache-2.0
#include "report/run_view.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "config/toml.hpp"
#include "metric/shift.hpp"

namespace ltr::report {

std::string RunView::value_of(std::string_view key) const {
  const auto at = std::ranges::find(keys, key, &config::KeyText::path);
  return at == keys.end() ? "" : at->value;
}

std::vector<RunView> views_of(const std::vector<record::RunRecord>& runs,
                              std::span<const std::string> files) {
  LTR_EXPECT(files.empty() || files.size() == runs.size());
  std::vector<RunView> views;
  views.reserve(runs.size());
  for (const record::RunRecord& run : runs) {
    RunView& view = views.emplace_back();
    view.run = &run;
    view.name = std::to_string(views.size());
    if (!files.empty()) view.name += base::format(" ({})", files[views.size() - 1]);
    view.configuration = config::parse_configuration(
        run.configuration, base::format("the configuration of record {}", view.name));
    view.keys = config::key_texts(view.configuration);
    for (config::KeyText& key : view.keys) key.value = base::printable(key.value);
    view.shots = metric::shots_of(run.class_counts, run.shots);
    view.classes_order = metric::classes_by_count(run.class_counts);
    view.public_set = public_set_of(run);
    view.dataset =
        view.public_set != nullptr ? std::string(view.public_set->name) : run.data_names.at("train");
  }
  return views;
}

}  // namespace ltr::report
