// SPDX-License-Identifier: Apache-2.0
// Lines for a person who watches a run; on standard error, so that tables on standard output stay clean.
#pragma once

#include <memory>
#include <string_view>

namespace ltr::base {

/// Writes timed lines to standard error, printable whatever they hold; their line ends stay. Made in app/ and
/// passed down; a silent one serves ranks other than 0. Thread: safe.
class Log {
 public:
  enum class Voice { speaking, silent };

  explicit Log(Voice voice);
  ~Log();

  void info(std::string_view line);
  void warning(std::string_view line);
  void error(std::string_view line);
  /// The live line: on a terminal it replaces itself, cut to the terminal's width; elsewhere, and with
  /// TERM=dumb or NO_COLOR, it is printed at most every 10 s.
  void progress(std::string_view line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ltr::base
