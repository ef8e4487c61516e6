// SPDX-License-Identifier: Apache-2.0
// ltr_grid: trains the grid of one configuration on all MPI ranks.
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/log.hpp"
#include "base/path.hpp"
#include "comm/session.hpp"
#include "config/enums.hpp"
#include "config/keys.hpp"
#include "config/recipe.hpp"
#include "config/toml.hpp"
#include "grid/environment.hpp"
#include "grid/export.hpp"
#include "grid/runner.hpp"
#include "grid/stop_signal.hpp"

namespace {

using ltr::base::ExitStatus;

struct Arguments {
  std::string configuration;
  std::vector<std::string> overrides;
  std::vector<std::string> exported;  ///< a cell and the file for its weights, or nothing
  bool list = false;
  bool keys = false;
  bool plan = false;
  bool smoke = false;
  bool retry_failed = false;
};

/// What the command line asks for, or the status to leave with.
std::optional<ExitStatus> parse(int argc, char** argv, Arguments& arguments) {
  CLI::App app{
      "Trains every sampling x learning cell of a configuration on all MPI ranks.\n"
      "The same command again continues where the last run stopped."};
  app.add_option("--config", arguments.configuration,
                 "the configuration, a TOML file; of the installed ones, e.g. quickstart.toml");
  app.add_option("--set", arguments.overrides, "override a key: --set stage_1.epochs=2")->take_all();
  auto* plan =
      app.add_flag("--plan", arguments.plan, "check everything, print what would be computed, train nothing");
  auto* smoke = app.add_flag("--smoke", arguments.smoke,
                             "two steps of every node, then clean up and say what the whole run would take")
                    ->excludes(plan);
  app.add_flag("--retry-failed", arguments.retry_failed,
               "compute what failed in earlier starts, and what needs it, and nothing else")
      ->excludes(plan)
      ->excludes(smoke);
  app.add_flag("--list", arguments.list, "every sampling, strategy, loss and backbone, one line each");
  app.add_flag(
      "--keys", arguments.keys,
      "every key of a configuration as a table: its default, or with --config its value; what it may "
      "be; what it changes; what it is");
  app.add_option("--export", arguments.exported,
                 "write a trained cell's network as safetensors: --export seed_0.class_balanced.crt "
                 "model.safetensors")
      ->expected(2)
      ->type_name("CELL FILE");
  ltr::app::expand_paths(app, {"--config", "--export"});  // a cell's name begins with a letter
  ltr::app::add_version(app, "ltr_grid", ltr::grid::library_versions);
  try {
    app.parse(argc, argv);
    if (!arguments.list && !arguments.keys && arguments.configuration.empty()) {
      throw CLI::RequiredError("--config (or --list, --keys)");
    }
  } catch (const CLI::ParseError& error) {
    return ltr::app::explain(app, error);
  }
  return std::nullopt;
}

ExitStatus run(const ltr::grid::ProcessContext& process, const Arguments& arguments) {
  const ltr::comm::Session& session = process.session;
  ltr::base::Log& log = process.log;
  ltr::config::Configuration configuration;
  std::string file;
  ltr::comm::agree(session.world(), [&] {
    file = ltr::base::shipped_path(arguments.configuration);
    configuration = ltr::config::read_configuration(file, arguments.overrides);
  });
  if (file != arguments.configuration) log.info(ltr::base::format("configuration: {}", file));
  if (!arguments.exported.empty()) {
    std::string written;
    ltr::comm::agree(session.world(), [&] {
      if (session.world_rank().value() != 0) return;
      written = ltr::grid::export_cell(configuration, arguments.exported[0], arguments.exported[1]);
    });
    ltr::app::print(written);
    return ExitStatus::done;
  }
  for (const std::string& warning : ltr::config::warnings(configuration)) log.warning(warning);
  using ltr::grid::NodeFilter;
  const ltr::grid::Outcome outcome =
      arguments.plan ? ltr::grid::show_plan(session, configuration)
      : arguments.smoke
          ? ltr::grid::smoke(process, configuration)
          : ltr::grid::run(process, configuration,
                           arguments.retry_failed ? NodeFilter::failed : NodeFilter::unfinished);
  if (session.world_rank().value() == 0) ltr::app::print(outcome.text);
  return outcome.status;
}

/// What needs no ranks: the choices and the keys.
ExitStatus list(const Arguments& arguments) {
  try {
    std::string text = arguments.list ? ltr::config::list_choices() + "\n" : "";
    if (arguments.keys && arguments.configuration.empty()) text += ltr::config::keys_text();
    if (arguments.keys && !arguments.configuration.empty()) {
      const ltr::config::Configuration configuration = ltr::config::read_configuration(
          ltr::base::shipped_path(arguments.configuration), arguments.overrides);
      text += ltr::config::keys_text(&configuration);
    }
    ltr::app::print(text);
    return ExitStatus::done;
  } catch (const ltr::base::Error& error) {
    std::cerr << "ltr_grid: " << error.what() << std::endl;
    return ExitStatus::bad_input;
  }
}

}  // namespace

// Run by the loader before the constructors of shared libraries, torch's among them.
__attribute__((section(".preinit_array"),
               used)) void (*const kBeforeConstructors)() = &ltr::grid::StopSignal::hold_back;

int main(int argc, char** argv) {
  ltr::app::prepare_streams();
  Arguments arguments;
  if (const auto status = parse(argc, argv, arguments)) return *status;
  if (arguments.list || arguments.keys) return list(arguments);
  // From the first moment on: a batch system may ask for a stop while MPI is still starting.
  std::optional<ltr::grid::StopSignal> stop_signal;
  if (!arguments.plan && arguments.exported.empty()) {
    stop_signal.emplace();
  } else {
    ltr::grid::StopSignal::let_through();
  }
  try {
    const ltr::comm::Session session;
    if (stop_signal) stop_signal->catch_again();
    using ltr::base::Log;
    Log log(session.world_rank().value() == 0 ? Log::Voice::speaking : Log::Voice::silent);
    // Errors that reach this point have been agreed on: every rank is here, and rank 0 speaks for all.
    try {
      return run({session, log, [&stop_signal] { return stop_signal && stop_signal->requested(); }},
                 arguments);
    } catch (const ltr::base::Stopped& error) {
      log.info(error.what());
      return ExitStatus::stopped;
    } catch (const ltr::base::Error& error) {
      log.error(error.what());
      return ExitStatus::bad_input;
    } catch (const ltr::comm::CommunicationError& error) {
      std::cerr << "ltr_grid: " << error.what() << std::endl;
      session.abort(1);
    } catch (const std::exception& error) {
      // Not agreed on: the other ranks may be waiting for this one.
      std::cerr << "ltr_grid: internal error: " << error.what() << std::endl;
      session.abort(1);
    }
  } catch (const ltr::base::Error& error) {
    std::cerr << "ltr_grid: " << error.what() << std::endl;
    return ExitStatus::bad_input;
  }
}
