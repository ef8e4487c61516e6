// SPDX-License-Identifier: Apache-2.0
// libjpeg's error manager: errors, and warnings that mean lost pixels unless they are accepted, end the step
// that met them.
#pragma once

#include <cstdio>

#include <jpeglib.h>

#include "image/error_trap.hpp"

namespace ltr::image {

/// Whether pixels that libjpeg invents for lost ones are an error.
enum class Damage { refused, accepted };

/// Must outlive the libjpeg object it is attached to.
class JpegErrors {
 public:
  /// Before jpeg_create_decompress or jpeg_create_compress, which keep both pointers.
  template <class JpegObject>
  void attach(JpegObject& object, Damage damage = Damage::refused) {
    object.err = install(damage);
    object.client_data = &trap_;
  }

  [[nodiscard]] ErrorTrap& trap() { return trap_; }

 private:
  jpeg_error_mgr* install(Damage damage);

  jpeg_error_mgr manager_{};
  ErrorTrap trap_;
};

}  // namespace ltr::image
