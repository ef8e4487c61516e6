// SPDX-License-Identifier: Apache-2.0
#include "base/host.hpp"

#include <array>

#include <unistd.h>

namespace ltr::base {

std::string host_name() {
  std::array<char, 256> name{};
  // The last byte stays zero: a name that was cut off need not be terminated.
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown host";
  return name.data();
}

}  // namespace ltr::base
