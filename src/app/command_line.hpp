// SPDX-License-Identifier: Apache-2.0
// What the main functions of all programs share: words for choices, and output that is whole or an error.
#pragma once

#include <csignal>
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

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"

namespace ltr::app {

/// To be called first. A closed pipe then fails the write, which `finish_output` tells, instead of ending the
/// program; and no file that is opened later can take the place of a closed standard stream, to which writing
/// still fails.
inline void prepare_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  int opened = 0;
  do {
    opened = ::open("/dev/null", O_RDONLY);
  } while (opened >= 0 && opened <= STDERR_FILENO);
  if (opened >= 0) ::close(opened);
}

/// Prints on standard output, as a terminal may show it. Names inside are made printable by those who put
/// them there, or they could end lines.
inline void print(std::string_view text) { std::cout << base::printable_lines(text); }

/// To be called last. Throws: SystemError if something printed did not arrive, as on a full disk.
inline void finish_output() {
  std::cout << std::flush;
  if (!std::cout) throw base::SystemError("standard output cannot be written; check where it goes");
}

/// More threads than any machine has processors only exhaust it.
inline const CLI::Range kThreads{0, 1024};

/// Prints the help that was asked for, or what is wrong with the command line; the status to leave with.
inline base::ExitStatus explain(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream help;
  std::ostringstream complaint;
  const int status = app.exit(error, help, complaint);
  print(help.str());
  std::cerr << base::printable_lines(complaint.str());
  return status == 0 ? base::ExitStatus::done : base::ExitStatus::bad_input;
}

/// Takes one of `choices` for an option; another word is refused with those that there are.
template <class Value>
CLI::Validator one_of(std::map<std::string, Value> choices) {
  CLI::Validator validator(
      [choices = std::move(choices)](std::string& word) -> std::string {
        if (const auto at = choices.find(word); at != choices.end()) {
          word = std::to_string(static_cast<int>(at->second));
          return "";
        }
        std::vector<std::string> words;
        for (const auto& [name, value] : choices) words.push_back(name);
        return base::format("'{}' is none of {}", base::printable(word), base::join(words, ", "));
      },
      "");
  return validator;
}

}  // namespace ltr::app
