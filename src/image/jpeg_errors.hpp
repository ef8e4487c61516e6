// SPDX-License-Identifier: Apache-2.0
// libjpeg's error manager: errors, and warnings that mean lost pixels, end the step that met them.
#pragma once

#include <cstdio>

#include <jpeglib.h>

#include "image/error_trap.hpp"

namespace ltr::image {

/// Must outlive the libjpeg object it is attached to.
class JpegErrors {
 public:
  /// Before jpeg_create_decompress or jpeg_create_compress, which keep both pointers.
  template <class JpegObject>
  void attach(JpegObject& object) {
    object.err = install();
    object.client_data = &trap_;
  }

  [[nodiscard]] ErrorTrap& trap() { return trap_; }

 private:
  jpeg_error_mgr* install();

  jpeg_error_mgr manager_{};
  ErrorTrap trap_;
};

}  // namespace ltr::image
