// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <zlib.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "image/codec.hpp"

namespace ltr::image {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kBesidesData = 12;  // a chunk's length, type and checksum

[[noreturn]] void refuse(std::string_view reason) {
  throw base::DataError(base::format("truncated or damaged PNG, which PIL refuses too: {}", reason));
}

std::uint32_t number_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return number;
}

void append_number(std::vector<std::byte>& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(number >> shift));
}

void append_chunk(std::vector<std::byte>& png, std::string_view type, std::span<const std::byte> data) {
  append_number(png, static_cast<std::uint32_t>(data.size()));
  const std::size_t checked_from = png.size();
  for (const char letter : type) png.push_back(static_cast<std::byte>(letter));
  png.insert(png.end(), data.begin(), data.end());
  append_number(png, base::crc32(std::span(png).subspan(checked_from)));
}

struct Chunk {
  std::string_view type;
  std::span<const std::byte> data;  ///< cut off where the file is
  std::span<const std::byte> all;
  bool sound = false;  ///< whole, and as its checksum says
};

/// The chunk at the beginning of `rest`, which it is taken from; none where not even its type is there.
std::optional<Chunk> take_chunk(std::span<const std::byte>& rest) {
  if (rest.size() < 8) return std::nullopt;
  Chunk chunk;
  const std::size_t length = number_at(rest, 0);
  chunk.type = {reinterpret_cast<const char*>(rest.data()) + 4, 4};
  chunk.data = rest.subspan(8, std::min(length, rest.size() - 8));
  chunk.all = rest.first(std::min(length + kBesidesData, rest.size()));
  chunk.sound = chunk.all.size() == length + kBesidesData &&
                base::crc32(rest.subspan(4, length + 4)) == number_at(rest, length + 8);
  rest = rest.subspan(chunk.all.size());
  return chunk;
}

/// Rows of one pass over the image, each with the byte that tells its filter.
struct Pass {
  std::size_t rows = 0;
  std::size_t row_bytes = 0;
  [[nodiscard]] std::size_t bytes() const { return rows * row_bytes; }
};

/// As the data of IHDR say: one, or Adam7's seven. Empty ones are left out. Throws: DataError if the image is
/// too large.
std::vector<Pass> passes_of(std::span<const std::byte> header) {
  if (header.size() != 13) refuse("its header has another length");
  require_size(number_at(header, 4), number_at(header, 0));
  const std::size_t width = number_at(header, 0);
  const std::size_t height = number_at(header, 4);
  constexpr std::array<std::size_t, 7> kChannels{1, 0, 3, 1, 2, 0, 4};  // by colour type
  const auto colour = std::to_integer<std::size_t>(header[9]);
  const std::size_t bits =
      std::to_integer<std::size_t>(header[8]) * (colour < kChannels.size() ? kChannels[colour] : 0);
  struct Grid {
    std::size_t left, top, across, down;
  };
  constexpr std::array<Grid, 7> kAdam7{
      {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
  constexpr std::array<Grid, 1> kPlain{{{0, 0, 1, 1}}};
  const std::span<const Grid> grids =
      header[12] == std::byte{0} ? std::span<const Grid>(kPlain) : std::span<const Grid>(kAdam7);
  std::vector<Pass> passes;
  for (const Grid& grid : grids) {
    if (width <= grid.left || height <= grid.top) continue;
    const std::size_t columns = (width - grid.left + grid.across - 1) / grid.across;
    passes.push_back({(height - grid.top + grid.down - 1) / grid.down, 1 + (columns * bits + 7) / 8});
  }
  return passes;
}

bool ends_with_a_row(std::size_t bytes, std::span<const Pass> passes) {
  for (const Pass& pass : passes) {
    if (bytes <= pass.bytes()) return bytes > 0 && bytes % pass.row_bytes == 0;
    bytes -= pass.bytes();
  }
  return false;
}

/// What zlib unfolds of the data; zeros for rows behind a sound end that comes too early.
std::vector<std::byte> unfolded(std::span<const std::byte> data, std::span<const Pass> passes) {
  std::size_t wanted = 0;
  for (const Pass& pass : passes) wanted += pass.bytes();
  std::vector<std::byte> rows(wanted);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) refuse("out of memory");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(rows.data());
  stream.avail_out = static_cast<uInt>(wanted);
  const int status = inflate(&stream, Z_NO_FLUSH);
  const std::size_t found = wanted - stream.avail_out;
  inflateEnd(&stream);
  if (status < 0) refuse("its data cannot be unfolded");
  if (found < wanted && !(status == Z_STREAM_END && ends_with_a_row(found, passes))) {
    refuse("its data end before its pixels do");
  }
  return rows;
}

std::vector<std::byte> folded(std::span<const std::byte> rows) {
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::vector<std::byte> data(size);
  if (compress2(reinterpret_cast<Bytef*>(data.data()), &size, reinterpret_cast<const Bytef*>(rows.data()),
                static_cast<uLong>(rows.size()), Z_BEST_SPEED) != Z_OK) {
    refuse("out of memory");
  }
  data.resize(size);
  return data;
}

}  // namespace

std::vector<std::byte> mended_png(std::span<const std::byte> encoded) {
  std::span<const std::byte> rest = encoded.subspan(kSignatureBytes);
  std::vector<std::byte> png(encoded.begin(), encoded.begin() + kSignatureBytes);
  std::vector<std::byte> data;
  std::vector<Pass> passes;
  for (std::optional<Chunk> chunk = take_chunk(rest); chunk; chunk = take_chunk(rest)) {
    if (chunk->type == "IDAT") {
      data.insert(data.end(), chunk->data.begin(), chunk->data.end());
      continue;
    }
    if (!data.empty()) break;
    if (!chunk->sound) refuse("the checksum of a chunk before its data is wrong");
    if (chunk->type == "IHDR") passes = passes_of(chunk->data);
    if (chunk->type == "IHDR" || chunk->type == "PLTE" || chunk->type == "tRNS") {
      png.insert(png.end(), chunk->all.begin(), chunk->all.end());
    }
  }
  if (passes.empty()) refuse("it has no header");
  append_chunk(png, "IDAT", folded(unfolded(data, passes)));
  append_chunk(png, "IEND", {});
  return png;
}

}  // namespace ltr::image
