// SPDX-License-Identifier: Apache-2.0
#include "image/jpeg_errors.hpp"

#include <jerror.h>

namespace ltr::image {
namespace {

[[noreturn]] void fail(j_common_ptr object) {
  char reason[JMSG_LENGTH_MAX];
  object->err->format_message(object, reason);
  static_cast<ErrorTrap*>(object->client_data)->fail(reason);
}

/// Warnings after which libjpeg goes on with invented pixels. Others (stray bytes before a marker, odd
/// version numbers) are common in real sets and harmless.
bool loses_pixels(int code) {
  switch (code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL:
      return true;
    default:
      return false;
  }
}

void on_message(j_common_ptr object, int level) {
  if (level < 0 && loses_pixels(object->err->msg_code)) fail(object);
}

void ignore_message(j_common_ptr, int) {}

}  // namespace

jpeg_error_mgr* JpegErrors::install(Damage damage) {
  jpeg_std_error(&manager_);
  manager_.error_exit = fail;
  manager_.emit_message = damage == Damage::refused ? on_message : ignore_message;
  return &manager_;
}

}  // namespace ltr::image
