// SPDX-License-Identifier: Apache-2.0
// What the three programs do alike with their command lines and their standard output.
#pragma once

#include <csignal>
#include <initializer_list>
#include <iostream>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/path.hpp"

namespace ltr::app {

/// Has ~ and variables at the head of these options' values expanded, in `app` and its commands.
/// Throws: CLI::ValidationError while parsing, as base::expanded_path.
inline void expand_paths(CLI::App& app, std::initializer_list<const char*> options) {
  const auto expanded = [](const std::string& path) {
    try {
      return base::expanded_path(path);
    } catch (const base::ConfigError& error) {
      throw CLI::ValidationError(error.what());
    }
  };
  for (const char* name : options) {
    if (CLI::Option* option = app.get_option_no_throw(name)) option->transform(expanded);
  }
  for (CLI::App* command : app.get_subcommands({})) expand_paths(*command, options);
}

/// Writes `text`, and what was written before it, to standard output.
/// Throws: SystemError if not all of it can be written: a full disk, a reader that has left.
inline void print(std::string_view text) {
  std::signal(SIGPIPE, SIG_IGN);  // would end the process without a word
  std::cout << text << std::flush;
  if (!std::cout) throw base::SystemError("standard output cannot be written; check where it goes");
}

}  // namespace ltr::app
