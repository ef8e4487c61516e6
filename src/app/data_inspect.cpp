// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/data_commands.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "data/check_pack.hpp"
#include "data/identical.hpp"
#include "data/pack.hpp"
#include "data/statistics.hpp"

namespace ltr::app {
namespace {

void check(const std::vector<std::string>& paths, int threads, base::Log& log) {
  std::size_t damaged = 0;
  for (const std::string& path : paths) {
    const data::Pack pack(path);
    const std::vector<std::string> problems = data::check_pack(pack, threads, log);
    for (const std::string& problem : problems) show(problem + "\n");
    show(base::format("{}: {} of {} images are sound\n", path,
                      base::with_thousands(pack.images() - std::ssize(problems)),
                      base::with_thousands(pack.images())));
    damaged += problems.size();
  }
  if (damaged > 0) {
    throw base::DataError(base::format(
        "{} images are damaged; a run would stop at them; copy or make the pack again", damaged));
  }
}

void print_statistics(const std::vector<std::string>& paths, const metric::ShotLimits& limits) {
  if (limits.few_below > limits.many_above + 1) {
    throw base::ConfigError(
        base::format("--few-below {} with --many-above {}: a class could be both; choose few-below "
                     "at most {}",
                     limits.few_below, limits.many_above, limits.many_above + 1));
  }
  std::vector<data::Pack> packs;
  for (const std::string& path : paths) packs.emplace_back(path);
  for (const data::Pack& pack : packs) {
    show(data::describe(pack, data::statistics_of(pack, limits), limits));
  }
  show(data::describe(packs, data::find_identical(packs)));
}

}  // namespace

void add_check_command(CLI::App& app, base::Log& log) {
  auto paths = std::make_shared<std::vector<std::string>>();
  auto threads = std::make_shared<int>(0);
  CLI::App* command = app.add_subcommand("check", "reads and decodes every image of packs, comparing CRCs");
  command->add_option("packs", *paths)->required();
  command->add_option("--threads", *threads, "default: one a processor")->check(kThreads);
  command->callback([paths, threads, &log] { check(*paths, *threads, log); });
}

void add_stats_command(CLI::App& app) {
  auto paths = std::make_shared<std::vector<std::string>>();
  auto limits = std::make_shared<metric::ShotLimits>();
  CLI::App* command =
      app.add_subcommand("stats", "what packs hold: images, classes, shot groups, sizes, identical images");
  command->add_option("packs", *paths)->required();
  command->add_option("--many-above", limits->many_above, "many-shot classes have more images")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--few-below", limits->few_below, "few-shot classes have fewer images")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->callback([paths, limits] { print_statistics(*paths, *limits); });
}

}  // namespace ltr::app
