// SPDX-License-Identifier: Apache-2.0
#include "data/lines.hpp"

namespace ltr::data {

bool Lines::next(Line& line) {
  if (left_.empty()) return false;
  const std::size_t end = left_.find('\n');
  line = {.text = left_.substr(0, end), .number = ++number_};
  line.cut_off = end == std::string_view::npos;
  line.windows_end = !line.cut_off && line.text.ends_with('\r');
  line.text = line.text.substr(0, line.text.find_last_not_of(" \t\r") + 1);
  left_.remove_prefix(line.cut_off ? left_.size() : end + 1);
  return true;
}

}  // namespace ltr::data
