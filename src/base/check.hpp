// SPDX-License-Identifier: Apache-2.0
// Contracts between pieces of the program; user input is checked elsewhere, always, with base/error.hpp.
#pragma once

namespace ltr::base {

/// Throws std::logic_error naming the broken contract and its place.
[[noreturn]] void contract_broken(const char* kind, const char* condition, const char* file, int line);

}  // namespace ltr::base

#ifdef LTR_CONTRACTS
#define LTR_STATED_CONTRACT(kind, condition) \
  ((condition) ? void(0) : ::ltr::base::contract_broken(kind, #condition, __FILE__, __LINE__))
#else
#define LTR_STATED_CONTRACT(kind, condition) static_cast<void>(sizeof(!(condition)))
#endif
/// What a function demands of its caller; checked in debug builds.
#define LTR_EXPECT(condition) LTR_STATED_CONTRACT("expected", condition)
/// What a function promises on return; checked in debug builds.
#define LTR_ENSURE(condition) LTR_STATED_CONTRACT("ensured", condition)
