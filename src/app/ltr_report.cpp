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
#include "report/figure_files.hpp"
#include "report/figure_list.hpp"
#include "report/gnuplot.hpp"
#include "report/table.hpp"

namespace {

using ltr::base::ExitStatus;
using ltr::report::Format;

struct Arguments {
  std::vector<std::string> records;
  Format format = Format::text;
  bool digest = false;
  std::string figures;
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
  app.add_option("--figures", arguments.figures,
                 "draw every figure as SVG and PNG in this folder, by gnuplot")
      ->option_text("FOLDER")
      ->excludes("--digest");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitStatus::done : ExitStatus::bad_input;
  }
  arguments.format = format == "csv" ? Format::csv : format == "markdown" ? Format::markdown : Format::text;
  return std::nullopt;
}

std::string report(const Arguments& arguments, const std::vector<ltr::record::RunRecord>& runs) {
  if (!arguments.digest) return ltr::report::render(runs, arguments.format);
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    text += arguments.records[i] + "\n" + ltr::report::render_digests(runs[i]);
  }
  return text;
}

void say(const std::string& message) { std::cerr << "ltr_report: " << message << "\n"; }

void print(const std::string& text) {
  std::cout << text << std::flush;
  if (!std::cout) throw ltr::base::SystemError("standard output cannot be written; check where it goes");
}

void draw_figures(const std::vector<ltr::record::RunRecord>& runs, const std::string& folder) {
  if (!ltr::report::gnuplot_installed()) return say(ltr::report::kGnuplotMissing);
  const ltr::report::FigureList list = ltr::report::figures_of(runs);
  for (const std::string& reason : list.left_out) say(reason);
  ltr::report::write_figures(list.figures, folder);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (const auto status = parse(argc, argv, arguments)) return *status;
  try {
    std::vector<ltr::record::RunRecord> runs;
    for (const std::string& path : arguments.records) runs.push_back(ltr::record::read_run(path));
    print(report(arguments, runs));
    if (!arguments.figures.empty()) draw_figures(runs, arguments.figures);
    return ExitStatus::done;
  } catch (const std::exception& error) {
    say(error.what());
    return ExitStatus::bad_input;
  }
}
