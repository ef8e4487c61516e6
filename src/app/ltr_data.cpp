// SPDX-License-Identifier: Apache-2.0
// ltr_data: makes packs, draws synthetic ones, and shows what is in them; without torch and MPI.
#include <csignal>
#include <exception>

#include "app/command_line.hpp"
#include "app/data_commands.hpp"
#include "base/error.hpp"

int main(int argc, char** argv) {
  using ltr::base::ExitStatus;
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is then an error of the write, and cleaned up after
  ltr::base::Log log(ltr::base::Log::Voice::speaking);
  CLI::App app{"Makes packs of encoded images, and shows what is in them."};
  app.require_subcommand(1);
  ltr::app::add_pack_command(app, log);
  ltr::app::add_subset_command(app, log);
  ltr::app::add_synthesise_command(app, log);
  ltr::app::add_check_command(app, log);
  ltr::app::add_stats_command(app);
  ltr::app::add_draws_command(app);
  ltr::app::expand_paths(
      app, {"packs", "--pack", "--list", "--root", "--output", "--like", "--class-names", "--counts"});
  try {
    app.parse(argc, argv);
    ltr::app::print("");
    return ExitStatus::done;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitStatus::done : ExitStatus::bad_input;
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
