// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>

#include "app/command_line.hpp"
#include "app/data_commands.hpp"
#include "base/format.hpp"
#include "data/class_counts.hpp"
#include "data/synthesise.hpp"

namespace ltr::app {
namespace {

struct Arguments {
  std::string output;
  std::string counts;
  std::int32_t classes = 20;
  std::int64_t largest = 500;
  double imbalance = 100;
  data::SyntheticOptions options;
};

void synthesise(const Arguments& arguments, base::Log& log, Interruption& interruption) {
  data::SyntheticOptions options = arguments.options;
  options.train_counts =
      arguments.counts.empty()
          ? data::exponential_counts(arguments.classes, arguments.largest, arguments.imbalance)
          : data::read_class_counts(arguments.counts);
  options.stop = interruption.token();
  for (const data::SyntheticPack& pack : data::synthesise(arguments.output, options, log)) {
    show(base::format(
        "{}: {} images of {} classes, {}\n", pack.path.string(), base::with_thousands(pack.report.images),
        base::with_thousands(std::ssize(options.train_counts)), base::byte_size(pack.report.image_bytes)));
  }
}

}  // namespace

void add_synthesise_command(CLI::App& app, base::Log& log, Interruption& interruption) {
  auto arguments = std::make_shared<Arguments>();
  data::SyntheticOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "synthesise", "draws a long-tailed training pack and balanced validation and test packs");
  command->add_option("--output", arguments->output, "folder for train.h5, validation.h5, test.h5")
      ->required();
  CLI::Option* counts =
      command->add_option("--counts", arguments->counts, "training images of each class, one integer a line");
  const auto add_profile_option = [&](const char* name, auto& value, const char* help) {
    command->add_option(name, value, help)->capture_default_str()->excludes(counts);
  };
  add_profile_option("--classes", arguments->classes, "number of classes");
  add_profile_option("--largest", arguments->largest, "training images of the largest class");
  add_profile_option("--imbalance", arguments->imbalance, "largest over smallest class; exponential between");
  const auto add_option = [&](const char* name, auto& value, const char* help) {
    command->add_option(name, value, help)->capture_default_str();
  };
  add_option("--size", options.size, "pixels a side");
  add_option("--validation-per-class", options.validation_per_class, "validation images of every class");
  add_option("--test-per-class", options.test_per_class, "test images of every class");
  add_option("--seed", options.seed, "the same seed draws the same images");
  command->add_option("--threads", options.threads, "default: one a processor")->check(kThreads);
  command->callback([arguments, &log, &interruption] { synthesise(*arguments, log, interruption); });
}

}  // namespace ltr::app
