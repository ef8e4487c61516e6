// SPDX-License-Identifier: Apache-2.0
#include "base/check.hpp"

#include <stdexcept>

#include "base/format.hpp"

namespace ltr::base {

void contract_broken(const char* kind, const char* condition, const char* file, int line) {
  throw std::logic_error(format("{}:{}: {}: {}", file, line, kind, condition));
}

}  // namespace ltr::base
