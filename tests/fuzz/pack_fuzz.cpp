// SPDX-License-Identifier: Apache-2.0
// Packs whose tables hold anything: either refused with an error of ours, or every image can be asked for,
// and is read within the file or refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/error.hpp"
#include "data/pack.hpp"
#include "data/pack_format.hpp"
#include "fuzz/fuzz_bytes.hpp"
#include "store/file.hpp"
#include "store/seal.hpp"

namespace {

using namespace ltr;
using test::Bytes;

template <class Number, class Sound>
std::vector<Number> table(Bytes& bytes, std::size_t sound_length, const Sound& sound) {
  std::vector<Number> values(bytes.length(sound_length));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = bytes.or_sound<Number>(static_cast<Number>(sound(i)));
  return values;
}

void write_pack(const std::filesystem::path& path, Bytes& bytes) {
  constexpr std::size_t kImageBytes = 16;
  const std::size_t images = bytes.take<std::uint8_t>() % 6;
  const std::size_t classes = 1 + bytes.take<std::uint8_t>() % 3;
  const auto label = [&](std::size_t i) { return i * classes / std::max<std::size_t>(images, 1); };
  store::File file = store::File::create(path);
  file.set_attribute(data::pack_format::kContents, data::pack_format::kContentsValue);
  file.set_attribute(data::pack_format::kSchemaVersion, bytes.or_sound<std::int32_t>(data::kPackSchema));
  file.set_attribute(data::pack_format::kName, std::string_view("fuzz"));
  file.set_attribute(data::pack_format::kListHash, std::string_view(""));
  file.set_attribute(data::pack_format::kDropped, std::int64_t{0});
  file.set_attribute(data::pack_format::kLenient, std::int64_t{0});
  file.write(data::pack_format::kOffsets,
             table<std::uint64_t>(bytes, images + 1, [](std::size_t i) { return i * kImageBytes; }));
  file.write(data::pack_format::kLabels, table<std::int32_t>(bytes, images, label));
  file.write(data::pack_format::kCrc32, table<std::uint32_t>(bytes, images, [](std::size_t) { return 0; }));
  file.write(data::pack_format::kResolutions,
             table<std::int32_t>(bytes, 2 * images, [](std::size_t) { return 5; }));
  std::vector<std::int64_t> counts(classes, 0);
  for (std::size_t i = 0; i < images; ++i) ++counts[label(i)];
  file.write(data::pack_format::kClassCounts,
             table<std::int64_t>(bytes, classes, [&](std::size_t k) { return k < classes ? counts[k] : 0; }));
  file.write_strings(data::pack_format::kPaths, std::vector<std::string>(bytes.length(images), "a.jpg"));
  file.write_strings(data::pack_format::kClassNames, std::vector<std::string>(bytes.length(classes), "x"));
  const std::size_t size = bytes.length(images) * kImageBytes;
  file.create_bytes(data::pack_format::kBytes, size);
  if (size > 0) file.write_bytes(data::pack_format::kBytes, 0, std::vector<std::byte>(size));
  const std::vector<store::Extent> extents = file.extents();
  file.close();
  store::seal(path, extents, data::pack_format::kUnsealed);
}

void read_everything(const data::Pack& pack) {
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < pack.images(); ++i) {
    const base::SampleIndex sample(i);
    if (pack.label(sample).value() < 0 || pack.label(sample).value() >= pack.classes()) std::abort();
    const auto [height, width] = pack.resolution(sample);
    if (height < 1 || width < 1 || pack.image_size_bytes(sample) > pack.image_bytes()) std::abort();
    pack.announce({&sample, 1});
    try {
      if (pack.read(sample, buffer).size() != pack.image_size_bytes(sample)) std::abort();
    } catch (const base::DataError&) {
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("pack_fuzz_" + std::to_string(getpid()) + ".h5");
  Bytes bytes(data, size);
  write_pack(path, bytes);
  const std::uintmax_t file_bytes = std::filesystem::file_size(path);
  // Now and then the file is cut short as well.
  if (bytes.take<std::uint8_t>() % 8 == 1)
    std::filesystem::resize_file(path, bytes.take<std::uint32_t>() % file_bytes);
  try {
    read_everything(data::Pack(path));
  } catch (const base::DataError&) {
  }
  std::filesystem::remove(path);
  return 0;
}
