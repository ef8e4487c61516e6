// SPDX-License-Identifier: Apache-2.0
#include "grid/inputs.hpp"

#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"

namespace ltr::grid {
namespace {

using data::message_of;
using testing::AllOf;
using testing::HasSubstr;

/// A pack of tiny images whose table says that they are of 13,000 x 13,000 pixels, more together than half of
/// the machine's memory.
std::filesystem::path write_large_looking_pack(const data::TemporaryFolder& folder) {
  constexpr std::int64_t kImageBytes = std::int64_t{13'000} * 13'000 * 3;
  const std::int64_t memory = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  const std::int64_t images = memory / 2 / kImageBytes + 2;
  data::PackContents contents;
  contents.name = "large";
  contents.class_names = {"x"};
  for (std::int64_t i = 0; i < images; ++i) contents.entries.push_back({base::ClassId(0), std::to_string(i)});
  base::Log log(base::Log::Voice::silent);
  const auto draw = [](const data::PackEntry&, std::vector<std::byte>& bytes) {
    bytes = image::encode_png({7, 7, std::vector<std::uint8_t>(7 * 7 * 3)});
  };
  data::write_pack(folder / "large.h5", contents, draw, {}, log);
  std::vector<std::byte> file = data::bytes_of(folder / "large.h5");
  const auto table = [images](std::int32_t side) {
    const std::vector<std::int32_t> sides(static_cast<std::size_t>(2 * images), side);
    const auto bytes = std::as_bytes(std::span(sides));
    return std::vector(bytes.begin(), bytes.end());
  };
  const std::vector<std::byte> before = table(7);
  const std::vector<std::byte> after = table(13'000);
  const auto at = std::search(file.begin(), file.end(), before.begin(), before.end());
  EXPECT_NE(at, file.end());
  std::copy(after.begin(), after.end(), at);
  return folder.write("large.h5", file);
}

TEST(Inputs, ASetThatDoesNotFitDecodedIsRefusedBeforeAnythingStarts) {
  const data::TemporaryFolder folder;
  write_large_looking_pack(folder);
  config::Configuration configuration;
  configuration.data.root = folder.path().string();
  configuration.data.train = configuration.data.test = "large.h5";
  configuration.stage_1.global_batch = 1;
  EXPECT_NO_THROW(static_cast<void>(open_inputs(configuration)));
  configuration.loader.cache = config::LoaderCache::decoded;
  EXPECT_THAT(message_of<base::ConfigError>([&] { static_cast<void>(open_inputs(configuration)); }),
              AllOf(HasSubstr("loader.cache"), HasSubstr("large.h5"), HasSubstr("leave the key out")));
}

}  // namespace
}  // namespace ltr::grid
