// SPDX-License-Identifier: Apache-2.0
// ltr_report: tables and digests from records, without torch and MPI.
#include <exception>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/format.hpp"
#include "record/record.hpp"
#include "report/digest.hpp"
#include "report/figure_files.hpp"
#include "report/figure_list.hpp"
#include "report/gnuplot.hpp"
#include "report/html.hpp"
#include "report/table.hpp"

namespace {

using ltr::base::ExitStatus;
using ltr::report::Format;

struct Arguments {
  std::vector<std::string> records;
  Format format = Format::text;
  bool html = false;
  bool digest = false;
  std::string figures;
};

/// What the command line asks for, or the status to leave with.
std::optional<ExitStatus> parse(int argc, char** argv, Arguments& arguments) {
  CLI::App app{"Prints the sampling x learning table of one or more records."};
  app.add_option("records", arguments.records, "records, as named by run.output")->required();
  std::string format = "text";
  CLI::Option* option =
      app.add_option("--format", format,
                     "text, markdown, csv with one row a cell, or html: one page with the figures inline")
          ->check(CLI::IsMember(std::set<std::string>{"text", "markdown", "csv", "html"}).description(""))
          ->option_text("text|markdown|csv|html");
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
  arguments.html = format == "html";
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

/// The figures that can be drawn on this machine; `notes` gets why others cannot.
std::vector<ltr::report::Figure> drawable_figures(const std::vector<ltr::record::RunRecord>& runs,
                                                  std::vector<std::string>& notes) {
  if (!ltr::report::gnuplot_installed()) {
    notes.emplace_back(ltr::report::kGnuplotMissing);
    return {};
  }
  ltr::report::FigureList list = ltr::report::figures_of(runs);
  notes = std::move(list.left_out);
  return std::move(list.figures);
}

/// The tables, and the figures where they are asked for.
void report_on(const Arguments& arguments, const std::vector<ltr::record::RunRecord>& runs) {
  std::vector<std::string> notes;
  std::vector<ltr::report::Figure> figures;
  if (arguments.html || !arguments.figures.empty()) figures = drawable_figures(runs, notes);
  for (const std::string& note : notes) say(note);
  if (arguments.html) {
    std::vector<ltr::report::Picture> pictures;
    for (const ltr::report::Figure& figure : figures) {
      pictures.push_back({figure, ltr::report::draw(figure, ltr::report::PictureFormat::svg)});
    }
    print(ltr::report::render_html(runs, pictures, notes));
  } else {
    print(report(arguments, runs));
  }
  if (!arguments.figures.empty()) ltr::report::write_figures(figures, arguments.figures);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (const auto status = parse(argc, argv, arguments)) return *status;
  try {
    std::vector<ltr::record::RunRecord> runs;
    for (const std::string& path : arguments.records) runs.push_back(ltr::record::read_run(path));
    report_on(arguments, runs);
    return ExitStatus::done;
  } catch (const std::exception& error) {
    say(error.what());
    return ExitStatus::bad_input;
  }
}
