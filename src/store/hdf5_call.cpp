// SPDX-License-Identifier: Apache-2.0
#include "store/hdf5_call.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"

namespace ltr::store {
namespace {
std::string_view remedy(std::string_view message) {
  if (message.find("No space left") != std::string_view::npos ||
      message.find("quota") != std::string_view::npos) {
    return "the disk is full: free some space, or write to another folder";
  }
  if (message.find("Permission denied") != std::string_view::npos) {
    return "check the permissions of the file and its folder";
  }
  if (message.find("No such file") != std::string_view::npos) return "create the folder first";
  return "check the disk, and that nothing else writes this file";
}

/// The system's reason out of the library's account of a failed read or write, or the account on one line.
std::string reason_of(std::string account) {
  constexpr std::string_view kReason = "error message = '";
  const std::size_t start = account.find(kReason);
  if (start != std::string::npos) {
    const std::size_t first = start + kReason.size();
    return account.substr(first, account.find('\'', first) - first);
  }
  std::ranges::replace(account, '\n', ' ');
  return account;
}

herr_t collect(unsigned, const H5E_error2_t* error, void* messages) {
  if (error->desc == nullptr) return 0;
  static_cast<std::vector<std::string>*>(messages)->push_back(reason_of(error->desc));
  return 0;
}
}  // namespace

std::string hdf5_message() {
  std::vector<std::string> messages;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &messages);
  if (messages.empty()) return "the library gives no reason";
  if (messages.size() == 1) return messages.front();
  return base::format("{} ({})", messages.front(), messages.back());
}

void hdf5_failed(std::string_view place, std::string_view call, std::source_location location) {
  const std::string message = hdf5_message();
  throw base::SystemError(base::format(
      "{}: HDF5's {} failed: {}; {} [{}:{}]", place, call.substr(0, call.find('(')), message, remedy(message),
      std::filesystem::path(location.file_name()).filename().string(), location.line()));
}

}  // namespace ltr::store
