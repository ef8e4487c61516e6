// SPDX-License-Identifier: Apache-2.0
// libjpeg's decompressor as an object that serves one JPEG after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "image/box.hpp"
#include "image/decode.hpp"
#include "image/jpeg_errors.hpp"

namespace ltr::image {

/// Ends the step that meets more scans than an image needs: each one goes over all of it.
struct ScanLimit {
  jpeg_progress_mgr monitor{};  ///< first, for libjpeg hands out its address
  int most = 0;
  bool exceeded = false;
};

/// One image's way through libjpeg: start, shrink if wanted, then one of the readings. The steps keep to
/// ErrorTrap's rule.
/// Throws, everywhere: DataError with libjpeg's reason.
class JpegReader {
 public:
  JpegReader();
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader();

  /// Reads the header. Throws: DataError if there are too many pixels, or none.
  void start(std::span<const std::byte> encoded, Damage damage);
  [[nodiscard]] ImageSummary summary() const;
  /// Pixels will come out at 1 / `factor` (1, 2, 4 or 8) of their number a side, rounded up.
  void shrink(unsigned factor);

  /// All pixels that can be read, after shrinking.
  [[nodiscard]] Box whole() const {
    return {0, 0, static_cast<int>(info_.output_height), static_cast<int>(info_.output_width)};
  }
  /// The pixels of `wanted`, a box within whole(), with some columns beside it, and rows above. What follows
  /// is not looked at.
  void read_part(const Box& wanted, Image& image);
  /// Decodes to the end and keeps nothing.
  void read_nothing();

 private:
  void begin(const Box& wanted, Image& image);
  void read_rgb(std::uint8_t* pixels, JDIMENSION rows);
  void read_cmyk(std::uint8_t* pixels, JDIMENSION rows);
  void finish();

  template <class Step>
  void guarded(const Step& step);

  void limit_scans();
  void require_bytes(bool enough);

  jpeg_decompress_struct info_{};
  JpegErrors errors_;
  ScanLimit scans_;
  std::vector<std::uint8_t> row_;  ///< of inks, or of what nobody wants
};

}  // namespace ltr::image
