// SPDX-License-Identifier: Apache-2.0
// What the three programs do alike with their command lines and their standard output.
#pragma once

#include <csignal>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/path.hpp"
#include "base/printable.hpp"

namespace ltr::app {

/// Has `resolve` make these options' values out of what is typed, in `app` and its commands.
/// Throws: CLI::ValidationError while parsing, for a ConfigError of `resolve`.
inline void resolve_paths(CLI::App& app, std::initializer_list<const char*> options,
                          std::string (*resolve)(std::string_view)) {
  const auto resolved = [resolve](const std::string& path) {
    try {
      return resolve(path);
    } catch (const base::ConfigError& error) {
      throw CLI::ValidationError(error.what());
    }
  };
  for (const char* name : options) {
    if (CLI::Option* option = app.get_option_no_throw(name)) option->transform(resolved);
  }
  for (CLI::App* command : app.get_subcommands({})) resolve_paths(*command, options, resolve);
}

/// Has ~ and variables at the head of these options' values expanded.
inline void expand_paths(CLI::App& app, std::initializer_list<const char*> options) {
  resolve_paths(app, options, base::expanded_path);
}

/// The same for options that may name a file of those that come with the suite.
inline void find_shipped(CLI::App& app, std::initializer_list<const char*> options) {
  resolve_paths(
      app, options, +[](std::string_view path) { return base::shipped_path(base::expanded_path(path)); });
}

using Versions = std::vector<std::pair<std::string, std::string>>;

/// Gives `app` the option --version: what this build is, and the libraries it uses, by name. They are asked
/// only then, for that starts some of them.
inline void add_version(CLI::App& app, std::string_view program, std::function<Versions()> libraries) {
  const auto text = [program, libraries = std::move(libraries)] {
    const base::BuildInfo& info = base::build_info();
    std::string said = base::format("{} {}", program, info.version);
    const auto add = [&said](std::string_view name, std::string_view value) {
      said += base::format("\n  {:<10}{}", name, value);
    };
    add("git", info.git);
    add("build", info.build);
    add("compiler", info.compiler);
    for (const auto& [name, version] : libraries()) add(name, version);
    return said;
  };
  app.set_version_flag("--version", text, "version, commit, build and libraries");
}

/// To be called first. No file that is opened later can take the place of a standard stream that is closed,
/// to which writing still fails; and a reader that has left is an error of `print`, not the end of the
/// program.
inline void prepare_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  int opened = 0;
  do {
    opened = ::open("/dev/null", O_RDONLY);
  } while (opened >= 0 && opened <= STDERR_FILENO);
  if (opened >= 0) ::close(opened);
}

/// Writes `text`, and what was written before it, to standard output.
/// Throws: SystemError if not all of it can be written: a full disk, a reader that has left.
inline void print(std::string_view text) {
  std::cout << text << std::flush;
  if (!std::cout) throw base::SystemError("standard output cannot be written; check where it goes");
}

/// print for text with names in it, whatever they hold. Who puts a name there makes it printable by itself,
/// or it could end the line.
inline void show(std::string_view text) { print(base::printable_lines(text)); }

/// Shows the help that was asked for, or what is wrong with the command line; the status to leave with.
inline base::ExitStatus explain(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream help;
  std::ostringstream complaint;
  auto status = app.exit(error, help, complaint) == 0 ? base::ExitStatus::done : base::ExitStatus::bad_input;
  try {
    show(help.str());
  } catch (const base::SystemError& failure) {
    complaint << failure.what() << "\n";
    status = base::ExitStatus::bad_input;
  }
  std::cerr << base::printable_lines(complaint.str());
  return status;
}

/// More threads than any machine has processors only exhaust it.
inline const CLI::Range kThreads{0, 1024};

/// Takes one of `choices` for an option; another word is refused with those that there are.
template <class Value>
CLI::Validator one_of(std::map<std::string, Value> choices) {
  return CLI::Validator(
      [choices = std::move(choices)](std::string& word) -> std::string {
        if (const auto at = choices.find(word); at != choices.end()) {
          word = std::to_string(static_cast<int>(at->second));
          return "";
        }
        std::vector<std::string> words;
        for (const auto& [name, value] : choices) words.push_back(name);
        return base::format("'{}' is none of {}", word, base::join(words, ", "));
      },
      "");
}

}  // namespace ltr::app
