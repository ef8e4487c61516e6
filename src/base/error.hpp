// SPDX-License-Identifier: Apache-2.0
// The errors a user can meet, and the exit status each one ends the program with.
#pragma once

#include <stdexcept>
#include <string>

namespace ltr::base {

/// Exit statuses of every program of the suite.
enum ExitStatus : int { done = 0, bad_input = 2, some_cells_failed = 3, stopped = 75 };

/// Root of all errors raised on purpose. Message: what is wrong, with the value; why it matters; what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The command line, the configuration or the environment asks for something impossible.
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// A list, an image, a pack, a weights file or a record is not what it should be.
class DataError : public Error {
 public:
  using Error::Error;
};

/// A call into the system or a C library failed: disk full, no permission, a rank that went away.
class SystemError : public Error {
 public:
  using Error::Error;
};

/// A signal asked the run to stop, and a checkpoint has been written.
class Stopped : public Error {
 public:
  using Error::Error;
};

}  // namespace ltr::base
