// SPDX-License-Identifier: Apache-2.0
#include "data/checked_images.hpp"

#include <sstream>
#include <system_error>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"

namespace ltr::data {

namespace {
[[noreturn]] void refuse(const std::filesystem::path& file) {
  throw base::DataError(
      base::format("{} is there and holds no notes of an earlier packing; it would be lost; move it away",
                   base::printable(file.string())));
}
}  // namespace

CheckedImages::CheckedImages(const std::filesystem::path& file) : file_(file) {
  std::error_code absent;
  // Opening a pipe would wait for somebody to write into it.
  if (std::filesystem::exists(file_, absent) && !std::filesystem::is_regular_file(file_, absent))
    refuse(file_);
  std::ifstream stream(file_);
  bool whole_lines = false;
  bool ours = false;  // of an earlier version too, whose lines go on otherwise
  for (std::string line; std::getline(stream, line);) {
    whole_lines = whole_lines || !stream.eof();
    std::istringstream fields(line);
    CheckedImages::Source source;
    CheckedImage image;
    fields >> source.bytes >> source.crc32;
    ours = ours || fields;
    fields >> image.bytes >> image.crc32 >> image.resolution.height >> image.resolution.width >>
        image.reencoded >> image.whitened;
    if (fields.get() == ' ' && std::getline(fields, source.path)) {
      known_.insert_or_assign({source.path, source.bytes, source.crc32}, image);
    }
  }
  if (whole_lines && !ours) refuse(file_);
  lines_.open(file_, std::ios::app);    // where it cannot be written, an interrupted packing begins anew
  if (!known_.empty()) lines_ << "\n";  // ends a line that was torn
}

CheckedImages::~CheckedImages() {
  std::error_code ignored;
  if (!kept_) std::filesystem::remove(file_, ignored);
}

std::optional<CheckedImage> CheckedImages::find(const Source& source) const {
  const auto found = known_.find({source.path, source.bytes, source.crc32});
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void CheckedImages::add(const Source& source, const CheckedImage& image) {
  if (image.lenient) return;  // what is wrong with it is to be said again
  const std::string line =
      base::format("{} {} {} {} {} {} {} {} {}\n", source.bytes, source.crc32, image.bytes, image.crc32,
                   image.resolution.height, image.resolution.width, image.reencoded ? 1 : 0,
                   image.whitened ? 1 : 0, source.path);
  const std::scoped_lock lock(lines_mutex_);
  lines_ << line;
}

void CheckedImages::keep() {
  kept_ = true;
  lines_.flush();
}

}  // namespace ltr::data
