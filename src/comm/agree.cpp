// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/host.hpp"
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
  } catch (const CommunicationError&) {
    throw;
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

void agree(const Group& group, const std::function<void()>& work, const WaitPolicy& policy) {
  Failure own = caught(work);
  if (group.size() == 1) {
    if (own.kind != ErrorKind::none) throw_failure(own);
    return;
  }
  std::array<std::int64_t, 1> failed{own.kind == ErrorKind::none ? 0 : 1};
  group.sum(failed, policy);
  if (failed[0] == 0) return;
  const std::vector<std::string> told = group.all_gather(static_cast<char>(own.kind) + own.message);
  const std::vector<std::string> hosts = group.all_gather(base::host_name());
  const auto is_failure = [](const std::string& text) {
    return text.front() != static_cast<char>(ErrorKind::none);
  };
  const auto first = std::ranges::find_if(told, is_failure);
  Failure failure{static_cast<ErrorKind>(first->front()), first->substr(1)};
  // What every rank says alike, such as a wrong configuration, is no single rank's trouble.
  if (std::ranges::count(told, *first) != group.size()) {
    const auto rank = static_cast<std::size_t>(first - told.begin());
    failure.message = base::format("rank {} ({}): {}", rank, hosts[rank], failure.message);
  }
  throw_failure(failure);
}

}  // namespace ltr::comm
