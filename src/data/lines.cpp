// SPDX-License-Identifier: Apache-2.0
#include "data/lines.hpp"

namespace ltr::data {

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    Line line{.text = text.substr(0, end), .number = std::ssize(lines) + 1};
    line.cut_off = end == std::string_view::npos;
    line.windows_end = !line.cut_off && line.text.ends_with('\r');
    line.text = line.text.substr(0, line.text.find_last_not_of(" \t\r") + 1);
    lines.push_back(line);
    text.remove_prefix(line.cut_off ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace ltr::data
