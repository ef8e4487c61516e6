// SPDX-License-Identifier: Apache-2.0
// ltr_data: makes packs, draws synthetic ones, and shows what is in them; without torch and MPI.
#include <csignal>
#include <exception>

#include "app/command_line.hpp"
#include "app/data_commands.hpp"
#include "base/error.hpp"
#include "store/file.hpp"

namespace {

/// Runs the command that is typed.
ltr::base::ExitStatus run(int argc, char** argv, ltr::base::Log& log) {
  ltr::app::Interruption interruption(log);
  CLI::App app{"Makes packs of encoded images, and shows what is in them."};
  app.require_subcommand(1);
  ltr::app::add_pack_command(app, log, interruption);
  ltr::app::add_subset_command(app, log, interruption);
  ltr::app::add_synthesise_command(app, log, interruption);
  ltr::app::add_check_command(app, log);
  ltr::app::add_stats_command(app);
  ltr::app::add_draws_command(app);
  ltr::app::expand_paths(app, {"packs", "--pack", "--list", "--root", "--output", "--like", "--class-names"});
  ltr::app::find_shipped(app, {"--counts"});
  ltr::app::add_version(app, "ltr_data",
                        [] { return ltr::app::Versions{{"hdf5", ltr::store::hdf5_version()}}; });
  try {
    app.parse(argc, argv);
    return ltr::base::ExitStatus::done;
  } catch (const CLI::ParseError& error) {
    return ltr::app::explain(app, error);
  }
}

}  // namespace

int main(int argc, char** argv) {
  using ltr::base::ExitStatus;
  ltr::app::prepare_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is then an error of the write, and cleaned up after
  ltr::base::Log log(ltr::base::Log::Voice::speaking);
  try {
    return run(argc, argv, log);
  } catch (const ltr::base::Stopped& error) {
    log.info(error.what());
    return ExitStatus::stopped;
  } catch (const ltr::base::Error& error) {
    log.error(error.what());
    return ExitStatus::bad_input;
  } catch (const std::exception& error) {
    log.error(error.what());
    return 1;
  }
}
