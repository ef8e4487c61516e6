// SPDX-License-Identifier: Apache-2.0
#include "device/stream.hpp"

namespace ltr::device {

Stream Stream::host() { return {nullptr, -1, nullptr}; }

}  // namespace ltr::device
