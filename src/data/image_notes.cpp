// SPDX-License-Identifier: Apache-2.0
#include "data/image_notes.hpp"

#include <string_view>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::data {
namespace {

constexpr std::string_view kHead = "# by ltr_data pack: ";

}  // namespace

ImageNotes::ImageNotes(const std::filesystem::path& file) : file_(file) {
  store::remove_leftovers(file);
  std::error_code absent;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, absent))) return;
  std::string head(kHead.size(), '\0');
  if (std::filesystem::is_regular_file(file, absent)) std::ifstream(file).read(head.data(), std::ssize(head));
  if (head == kHead) return;
  throw base::DataError(base::format(
      "{} is there and was not written by ltr_data pack; the images that this packing leaves out "
      "or takes damaged are to be named there; choose another --output, or move it away",
      file.string()));
}

void ImageNotes::add(const std::string& line) {
  if (noted_.count++ < NotedImages::kShown) noted_.first.push_back(line);
  if (!pending_) {
    noted_.file = file_;
    pending_.emplace(file_);
    lines_.open(pending_->temporary());
    lines_ << kHead << "one line an image of " << file_.stem().string() << "\n";
  }
  lines_ << line << "\n";
}

void ImageNotes::commit() {
  if (!pending_) {
    std::error_code absent;
    std::filesystem::remove(file_, absent);
    return;
  }
  lines_.close();
  if (!lines_) {
    throw base::SystemError(
        base::format("{} cannot be written; check the disk and its free space", file_.string()));
  }
  pending_->commit();
}

}  // namespace ltr::data
