// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "app/command_line.hpp"
#include "app/data_commands.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "config/fidelity.hpp"
#include "data/pack.hpp"
#include "sampling/draw.hpp"
#include "sampling/inspect.hpp"

namespace ltr::app {
namespace {

struct Arguments {
  std::string pack;
  std::string sampling = "instance_balanced";
  std::int64_t epoch = 0;
  std::int64_t batch = 512;
  std::int64_t limit = 20;
  bool replacement = false;
  bool as_code = false;
  sampling::DrawOptions options;
};

void print_first_draws(const data::Pack& pack, const sampling::EpochDraws& draws, std::int64_t limit) {
  show(base::format("{:>8} {:>7} {:>7}  {}\n", "draw", "class", "image", "path"));
  for (std::int64_t k = 0; k < std::min(limit, draws.size()); ++k) {
    const sampling::Draw draw = draws.draw(k);
    show(base::format("{:>8} {:>7} {:>7}  {}\n", k, draw.class_id, draw.image,
                      base::printable(pack.image_path(draws.sample(k)))));
  }
}

void print_classes(const data::Pack& pack, const sampling::DrawSummary& summary, std::int64_t draws,
                   std::int64_t limit) {
  show(base::format("\n{:>8} {:>8} {:>12} {:>8} {:>15}  {}\n", "class", "images", "expected", "drawn",
                    "uses an image", "name"));
  for (std::size_t j = 0; j < static_cast<std::size_t>(std::min<std::int64_t>(limit, pack.classes())); ++j) {
    show(base::format("{:>8} {:>8} {:>12.3f} {:>8} {:>15}  {}\n", j, pack.class_counts()[j],
                      static_cast<double>(draws) * summary.probabilities[j], summary.drawn[j],
                      base::format("{}..{}", summary.image_use[j].fewest, summary.image_use[j].most),
                      base::printable(pack.class_names()[j])));
  }
}

/// Exact quotas: kept, within 1 of the expectation, every image used equally often.
/// Throws: std::logic_error if not, for then the program is wrong, not its input.
void print_promises(const sampling::DrawSummary& summary, double draws) {
  double farthest = 0;
  for (std::size_t j = 0; j < summary.quotas.size(); ++j) {
    const double expected = draws * summary.probabilities[j];
    farthest = std::max(farthest, std::abs(static_cast<double>(summary.quotas[j]) - expected));
  }
  const bool near = farthest < 1 + 1e-9 * draws;  // the expectation itself is rounded
  const auto verdict = [](bool kept) { return kept ? "yes" : "NO"; };
  show(base::format("\nevery class drawn as often as its quota says: {}\n", verdict(summary.quotas_met)));
  show(base::format("every quota within 1 of its expectation: {} (farthest {:.3f})\n", verdict(near),
                    farthest));
  show(base::format("every image of a class used equally often up to here, give or take 1: {}\n",
                    verdict(summary.evenly_covered)));
  if (!summary.quotas_met || !near || !summary.evenly_covered) {
    throw std::logic_error(
        "the draws do not keep their promises; this is a fault of the program: please report it");
  }
}

/// Independent draws promise no counts; how far they are from the expectation, in standard deviations.
void print_deviation(const sampling::DrawSummary& summary, sampling::SamplingScheme scheme, double draws) {
  double farthest = 0;
  for (std::size_t j = 0; j < summary.drawn.size(); ++j) {
    const double p = summary.probabilities[j];
    const double deviation = std::sqrt(draws * p * (1 - p));
    if (deviation > 0)
      farthest = std::max(farthest, std::abs(static_cast<double>(summary.drawn[j]) - draws * p) / deviation);
  }
  show(base::format("\n{}: the farthest class is {:.2f} standard deviations from its expectation\n",
                    name_of(scheme), farthest));
}

void print_coverage(const sampling::DrawSummary& summary) {
  std::int64_t widest = 0;
  for (const sampling::ImageUse& use : summary.image_use) widest = std::max(widest, use.most - use.fewest);
  show(base::format("images of a class in turn: used equally often up to here, give or take {}\n", widest));
}

sampling::SamplingScheme scheme_of(const Arguments& arguments, config::SamplingKind kind) {
  config::Configuration configuration;
  configuration.grid.replacement = arguments.replacement;
  if (arguments.as_code) config::follow(config::FidelityMode::reference, configuration);
  return sampling::sampling_scheme(configuration, kind);
}

void draws(const Arguments& arguments) {
  const data::Pack pack(arguments.pack);
  if (arguments.batch > pack.images()) {
    throw base::ConfigError(
        base::format("--batch {} is larger than the {} images of '{}'; an epoch would have no step; "
                     "choose a smaller batch",
                     arguments.batch, pack.images(), arguments.pack));
  }
  sampling::DrawOptions options = arguments.options;
  options.kind = config::enum_from_name<config::SamplingKind>(arguments.sampling);
  options.scheme = scheme_of(arguments, options.kind);
  options.draws_per_epoch = pack.images() / arguments.batch * arguments.batch;
  const sampling::EpochDraws epoch =
      sampling::DrawSequence(options, pack.class_counts(), arguments.epoch).next();
  const sampling::DrawSummary summary =
      sampling::inspect_draws(options, pack.class_counts(), arguments.epoch);

  show(base::format("{}: {} sampling, seed {}, epoch {} of {}: {} draws, {} steps of {}, from {} images\n\n",
                    arguments.pack, arguments.sampling, options.seed, arguments.epoch, options.epochs,
                    base::with_thousands(epoch.size()), base::with_thousands(epoch.size() / arguments.batch),
                    arguments.batch, base::with_thousands(pack.images())));
  print_first_draws(pack, epoch, arguments.limit);
  print_classes(pack, summary, epoch.size(), arguments.limit);
  const auto drawn = static_cast<double>(epoch.size());
  switch (options.scheme) {
    case sampling::SamplingScheme::exact:
      print_promises(summary, drawn);
      break;
    case sampling::SamplingScheme::independent:
      print_deviation(summary, options.scheme, drawn);
      break;
    case sampling::SamplingScheme::independent_class:
      print_deviation(summary, options.scheme, drawn);
      print_coverage(summary);
      break;
    case sampling::SamplingScheme::class_cycling:
      show(base::format("\nclasses in turn, {} draws each\n", sampling::kRunLength));
      print_coverage(summary);
      break;
  }
  show(base::format("digest of the epoch's draws: sha256 {}\n", summary.digest));
}

}  // namespace

void add_draws_command(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("draws", "shows an epoch's draws, and checks quotas and coverage");
  command->add_option("--pack", arguments->pack, "the training pack")->required();
  const auto add_option = [&](const char* name, auto& value, const char* help) {
    return command->add_option(name, value, help)->capture_default_str();
  };
  add_option("--sampling", arguments->sampling, "as in the configuration");
  add_option("--epochs", arguments->options.epochs, "epochs of the training")
      ->check(CLI::Range(1, 1'000'000));
  add_option("--epoch", arguments->epoch, "the one to show, from 0")->check(CLI::NonNegativeNumber);
  add_option("--batch", arguments->batch, "images a step")->check(CLI::PositiveNumber);
  add_option("--seed", arguments->options.seed, "of the run");
  add_option("--limit", arguments->limit, "draws and classes to print")->check(CLI::NonNegativeNumber);
  CLI::Option* replacement =
      command->add_flag("--replacement", arguments->replacement, "independent draws instead of exact quotas");
  command
      ->add_flag("--as-code", arguments->as_code,
                 "as the authors' code draws (fidelity.mode = \"reference\")")
      ->excludes(replacement);
  command->callback([arguments] { draws(*arguments); });
}

}  // namespace ltr::app
