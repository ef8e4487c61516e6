// SPDX-License-Identifier: Apache-2.0
// ltr_report: tables and digests from records, without torch and MPI.
#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "base/error.hpp"
#include "base/printable.hpp"
#include "config/enums.hpp"
#include "render/pictures.hpp"
#include "render/report.hpp"
#include "report/digest.hpp"
#include "report/figures.hpp"
#include "report/published.hpp"
#include "report/results.hpp"
#include "store/file.hpp"

namespace {

using ltr::base::ExitStatus;
using ltr::render::Format;
namespace render = ltr::render;
namespace report = ltr::report;

struct Arguments {
  std::vector<std::string> records;
  std::vector<std::string> published;
  std::string against;
  render::Request request;
  bool digest = false;
  std::string figures;
};

/// What shapes the tables, and goes with them alone.
void add_table_options(CLI::App& app, Arguments& arguments, CLI::Option* digest) {
  const std::map<std::string, Format> formats{{"text", Format::text},
                                              {"markdown", Format::markdown},
                                              {"csv", Format::csv},
                                              {"latex", Format::latex},
                                              {"html", Format::html}};
  report::TableOptions& options = arguments.request.options;
  // A comparison with NaN holds for no range.
  const auto points = [](const std::string& text) {
    double value = 0;
    const bool read = CLI::detail::lexical_cast(text, value) && value >= 0 && value <= 100;
    return read ? ""
                : "'" + text +
                      "' is no number of points, so no verdict could follow from it; give one from 0 to 100";
  };
  app.add_option(
         "--format", arguments.request.format,
         "text, markdown, latex (booktabs), html: one page with the figures inline, or csv: one row a "
         "cell, or of --table one row a value")
      ->transform(CLI::Transformer(formats).description(""))
      ->option_text("text|markdown|csv|latex|html")
      ->excludes(digest);
  app.add_option("--table", arguments.request.tables,
                 "a table of those below, as often as wanted [those that suit the records]")
      ->option_text("NAME")
      ->expected(1)
      ->take_all()
      ->excludes(digest);
  app.add_option("--published", arguments.published,
                 "a csv file of published values, besides the paper's; as often as wanted")
      ->option_text("FILE")
      ->expected(1)
      ->take_all()
      ->excludes(digest);
  app.add_option("--band", options.band, "points within which two accuracies agree")
      ->check(points)
      ->option_text("POINTS [1.5]")
      ->excludes(digest);
  app.add_option("--by", options.by,
                 "a key of the configuration that tells records apart, as often as wanted")
      ->option_text("KEY")
      ->expected(1)
      ->take_all()
      ->excludes(digest);
  app.add_option("--differences", options.difference_of, "the accuracy in which strategies are compared")
      ->option_text("many|medium|few|all|balanced [all]")
      ->excludes(digest);
  app.add_option("--against", arguments.against, "the strategy that the others are compared with")
      ->option_text("NAME [joint]")
      ->excludes(digest);
}

/// The help with the tables below it, line by line. A footer would do with CLI11 up to 2.4, but newer ones
/// join its blanks.
class HelpWithTables : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    std::string help = Formatter::make_help(app, std::move(name), mode);
    help.erase(help.find_last_not_of('\n') + 1);
    return help + "\n\nTables:\n" + render::list_tables();
  }
};

/// What the command line asks for, or the status to leave with.
std::optional<ExitStatus> parse(int argc, char** argv, Arguments& arguments) {
  CLI::App app{"Prints tables of one or more records, with published values beside them."};
  app.formatter(std::make_shared<HelpWithTables>());
  app.add_option("records", arguments.records, "records, as named by run.output")->required();
  CLI::Option* digest =
      app.add_flag("--digest", arguments.digest,
                   "SHA-256 of plan, settings, draws, weights, counts and results instead of tables");
  add_table_options(app, arguments, digest);
  app.add_option("--figures", arguments.figures,
                 "draw every figure as SVG and PNG in this folder, by gnuplot")
      ->check([](const std::string& folder) {
        return folder.empty() ? std::string("no folder is named, so no figure could be kept; name one") : "";
      })
      ->option_text("FOLDER")
      ->excludes(digest);
  ltr::app::expand_paths(app, {"records", "--figures"});
  ltr::app::find_shipped(app, {"--published"});
  ltr::app::add_version(app, "ltr_report",
                        [] { return ltr::app::Versions{{"hdf5", ltr::store::hdf5_version()}}; });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ltr::app::explain(app, error);
  }
  return std::nullopt;
}

/// Of one record after the other, as they were written.
std::string digests(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) {
    text += ltr::base::printable(path) + "\n" + report::render_digests(report::read_record(path));
  }
  return text;
}

void say(const std::string& message) { std::cerr << "ltr_report: " << ltr::base::printable(message) << "\n"; }

/// The figures that can be drawn on this machine, or why they cannot.
report::FigureList drawable_figures(const report::Results& results, const std::vector<std::string>& by) {
  if (render::gnuplot_installed()) return report::figures_of(results, by);
  return {.figures = {}, .left_out = {render::kGnuplotMissing}};
}

/// What the user names rather than spells out, read.
render::Request completed(const Arguments& arguments) {
  render::Request request = arguments.request;
  if (!arguments.against.empty()) {
    request.options.against = ltr::config::enum_from_name<ltr::config::LearningKind>(arguments.against);
  }
  for (const std::string& file : arguments.published) {
    const auto rows = report::read_published(file);
    request.options.published.insert(request.options.published.end(), rows.begin(), rows.end());
  }
  return request;
}

/// The tables, and the figures where they are asked for.
void print_report(const Arguments& arguments) {
  if (arguments.digest) return ltr::app::print(digests(arguments.records));
  render::Request request = completed(arguments);
  std::vector<std::string> notes;
  const report::Results results = report::read_results(arguments.records, notes);
  for (const std::string& note : notes) say(note);
  report::FigureList figures;
  const auto find_figures = [&] {
    figures = drawable_figures(results, request.options.by);
    for (const std::string& note : figures.left_out) say(note);
    if (!arguments.figures.empty()) render::check_folder(figures.figures, arguments.figures);
  };
  const bool inlined = request.format == Format::html;
  if (inlined) {
    find_figures();
    request.illustrations = {render::pictures_of(figures.figures), figures.left_out};
  }
  const std::string text = render::print(results, request);
  if (!inlined && !arguments.figures.empty()) find_figures();
  ltr::app::print(text);
  if (!arguments.figures.empty()) render::write_figures(figures.figures, arguments.figures);
}

}  // namespace

int main(int argc, char** argv) {
  ltr::app::prepare_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is then an error of the write
  try {
    Arguments arguments;
    if (const auto status = parse(argc, argv, arguments)) return *status;
    print_report(arguments);
    return ExitStatus::done;
  } catch (const std::exception& error) {
    say(error.what());
    return ExitStatus::bad_input;
  }
}
