// SPDX-License-Identifier: Apache-2.0
// Calls into the HDF5 library, each checked; for the sources of this room only.
#pragma once

#include <filesystem>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include <hdf5.h>

namespace ltr::store {

/// What the library says about the last failed call of this thread: the innermost message, then the
/// outermost.
[[nodiscard]] std::string hdf5_message();

/// Throws: SystemError with the place in the file, the call, the library's message and the source location.
[[noreturn]] void hdf5_failed(std::string_view place, std::string_view call, std::source_location location);

template <class Result>
Result hdf5_checked(Result result, std::string_view place, std::string_view call,
                    std::source_location location = std::source_location::current()) {
  if (result < 0) hdf5_failed(place, call, location);
  return result;
}

/// An identifier of the library, closed at the end of its scope.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    // The file may have been closed before, and with it everything in it.
    if (id_ >= 0 && H5Iis_valid(id_) > 0) H5Idec_ref(id_);
  }
  [[nodiscard]] hid_t id() const { return id_; }
  /// The identifier, to be closed by the caller.
  [[nodiscard]] hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

}  // namespace ltr::store

/// Evaluates a call of the library; a negative result becomes a SystemError. `place` is "file:/path" for the
/// message.
#define LTR_HDF5(place, ...) ::ltr::store::hdf5_checked((__VA_ARGS__), (place), #__VA_ARGS__)
/// The same for calls that return an identifier.
#define LTR_HDF5_HANDLE(place, ...) ::ltr::store::Handle(LTR_HDF5(place, __VA_ARGS__))
