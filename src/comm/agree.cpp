// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <exception>
#include <new>
#include <stdexcept>

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/group.hpp"
#include "comm/mpi_check.hpp"

namespace ltr::comm {
namespace {

/// The class of an error, as it travels between ranks: one letter before the message; none: nothing failed.
enum class ErrorKind : char { none = '-', config = 'c', data = 'd', system = 's', stopped = 't' };

struct Failure {
  ErrorKind kind = ErrorKind::none;
  std::string message;
};

Failure caught(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const base::ConfigError& error) {
    return {ErrorKind::config, error.what()};
  } catch (const base::DataError& error) {
    return {ErrorKind::data, error.what()};
  } catch (const base::Stopped& error) {
    return {ErrorKind::stopped, error.what()};
  } catch (const std::bad_alloc&) {
    return {ErrorKind::system,
            "out of memory; use fewer ranks a host, smaller batches or a host with more memory"};
  } catch (const std::logic_error& error) {
    return {ErrorKind::system, base::format("internal error: {}", error.what())};
  } catch (const std::exception& error) {
    return {ErrorKind::system, error.what()};
  } catch (...) {
    return {ErrorKind::system, "internal error: something was thrown that is not an exception"};
  }
}

[[noreturn]] void throw_failure(const Failure& failure) {
  switch (failure.kind) {
    case ErrorKind::config:
      throw base::ConfigError(failure.message);
    case ErrorKind::data:
      throw base::DataError(failure.message);
    case ErrorKind::stopped:
      throw base::Stopped(failure.message);
    default:
      throw base::SystemError(failure.message);
  }
}

}  // namespace

void agree(const Group& group, const std::function<void()>& work) {
  Failure own = caught(work);
  if (group.size() == 1) {
    if (own.kind != ErrorKind::none) throw_failure(own);
    return;
  }
  std::array<std::int64_t, 1> failed{own.kind == ErrorKind::none ? 0 : 1};
  group.sum(failed);
  if (failed[0] == 0) return;
  std::string told(1, static_cast<char>(own.kind));
  if (own.kind != ErrorKind::none) {
    told += base::format("rank {} ({}): {}", group.rank(), host_name(), own.message);
  }
  for (const std::string& text : group.all_gather(told)) {
    const auto kind = static_cast<ErrorKind>(text.front());
    if (kind != ErrorKind::none) throw_failure({kind, text.substr(1)});
  }
}

}  // namespace ltr::comm
