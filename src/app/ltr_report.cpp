// SPDX-License-Identifier: Apache-2.0
// ltr_report: tables and digests from records, without torch and MPI.
#include <exception>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/format.hpp"
#include "record/record.hpp"
#include "report/digest.hpp"
#include "report/table.hpp"

namespace {

using ltr::base::ExitStatus;
using ltr::report::Format;

struct Arguments {
  std::vector<std::string> records;
  Format format = Format::text;
  bool digest = false;
};

/// What the command line asks for, or the status to leave with.
std::optional<ExitStatus> parse(int argc, char** argv, Arguments& arguments) {
  CLI::App app{"Prints the sampling x learning table of one or more records."};
  app.add_option("records", arguments.records, "records, as named by run.output")->required();
  std::string format = "text";
  CLI::Option* option =
      app.add_option("--format", format, "text, markdown, or csv with one row a cell")
          ->check(CLI::IsMember(std::set<std::string>{"text", "markdown", "csv"}).description(""))
          ->option_text("text|markdown|csv");
  app.add_flag("--digest", arguments.digest,
               "SHA-256 of plan, draws, weights and counts instead of the table")
      ->excludes(option);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitStatus::done : ExitStatus::bad_input;
  }
  arguments.format = format == "csv" ? Format::csv : format == "markdown" ? Format::markdown : Format::text;
  return std::nullopt;
}

std::string report(const Arguments& arguments) {
  std::vector<ltr::record::RunRecord> runs;
  for (const std::string& path : arguments.records) runs.push_back(ltr::record::read_run(path));
  if (!arguments.digest) return ltr::report::render(runs, arguments.format);
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    text += arguments.records[i] + "\n" + ltr::report::render_digests(runs[i]);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (const auto status = parse(argc, argv, arguments)) return *status;
  try {
    std::cout << report(arguments) << std::flush;
    if (!std::cout) throw ltr::base::SystemError("standard output cannot be written; check where it goes");
    return ExitStatus::done;
  } catch (const std::exception& error) {
    std::cerr << "ltr_report: " << error.what() << "\n";
    return ExitStatus::bad_input;
  }
}
