// SPDX-License-Identifier: Apache-2.0
#include "report/figure_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "report/gnuplot.hpp"
#include "store/atomic_file.hpp"

namespace ltr::report {

namespace {
namespace fs = std::filesystem;

[[noreturn]] void cannot_hold(const fs::path& folder, std::string_view reason) {
  throw base::SystemError(base::format("{} cannot be made: {}; the figures go there; name another folder",
                                       folder.string(), reason));
}
}  // namespace

void check_place(const std::vector<Figure>& figures, const fs::path& folder) {
  if (figures.empty()) return;
  std::error_code error;
  std::size_t longest = 0;
  for (const Figure& figure : figures) longest = std::max(longest, figure.name.size() + 4);
  fs::path there = fs::absolute(folder);
  for (; !fs::exists(there, error); there = there.parent_path()) {
    if (error) cannot_hold(folder, error.message());
    longest = std::max(longest, there.filename().native().size());
  }
  if (!fs::is_directory(there)) cannot_hold(folder, there.string() + " is no folder");
  if (::access(there.c_str(), W_OK | X_OK) != 0) cannot_hold(folder, std::strerror(errno));
  const long limit = ::pathconf(there.c_str(), _PC_NAME_MAX);
  if (limit > 0 && longest > static_cast<std::size_t>(limit))
    cannot_hold(folder, std::strerror(ENAMETOOLONG));
}

void write_figures(const std::vector<Figure>& figures, const fs::path& folder) {
  if (figures.empty()) return;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) cannot_hold(folder, error.message());
  for (const Figure& figure : figures) {
    for (const PictureFormat format : {PictureFormat::svg, PictureFormat::png}) {
      const std::string picture = draw(figure, format);
      const char* extension = format == PictureFormat::svg ? ".svg" : ".png";
      store::write_atomically(folder / (figure.name + extension), std::as_bytes(std::span(picture)));
    }
  }
}

}  // namespace ltr::report
