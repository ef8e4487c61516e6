// SPDX-License-Identifier: Apache-2.0
#include "data/loader.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <set>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "data/pack_format.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"
#include "store/file.hpp"
#include "store/seal.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kImages = 30;
constexpr std::int64_t kBatches = 12;

std::vector<std::byte> jpeg(int seed) {
  image::Image image{20 + seed % 5, 24, {}};
  for (int i = 0; i < image.height * image.width * 3; ++i) {
    image.pixels.push_back(static_cast<std::uint8_t>(i * (seed + 1) / 7 + seed * 31));
  }
  return image::encode_jpeg(image, 90);
}

/// Batches of 7, the last of 3; images in an order of their own.
std::vector<LoaderItem> items_of(std::int64_t batch) {
  std::vector<LoaderItem> items;
  for (std::int64_t i = 0; i < (batch == kBatches - 1 ? 3 : 7); ++i) {
    const std::int64_t draw = batch * 7 + i;
    items.push_back({base::SampleIndex(draw * 11 % kImages), {5, 2, draw}});
  }
  return items;
}

void append_items(std::int64_t batch, std::vector<LoaderItem>& items) {
  const std::vector<LoaderItem> all = items_of(batch);
  items.insert(items.end(), all.begin(), all.end());
}

class LoaderTest : public testing::Test {
 protected:
  void SetUp() override {
    PackContents contents;
    contents.name = "toy";
    contents.class_names = {"a", "b", "c"};
    for (int i = 0; i < kImages; ++i)
      contents.entries.push_back({base::ClassId(i / 10), std::to_string(i) + ".jpg"});
    base::Log log(base::Log::Voice::silent);
    const auto image_of = [](const PackEntry& entry, std::vector<std::byte>& bytes) {
      bytes = jpeg(std::stoi(entry.path));
    };
    write_pack(path_, contents, image_of, {}, log);
  }

  static LoaderOptions options(int threads, int queue_batches = 2) {
    LoaderOptions options;
    options.transform.size = 16;
    options.transform.evaluation_resize = 18;
    options.transform.std = {1, 1, 1};
    options.threads = threads;
    options.queue_batches = queue_batches;
    return options;
  }

  /// Blanks the second half of an image; with `Crc::mended` the pack does not notice.
  enum class Crc { stale, mended };
  void damage(int image, Crc crc) {
    std::vector<std::byte> file = bytes_of(path_);
    const std::vector<std::byte> before = jpeg(image);
    std::vector<std::byte> after = before;
    // From the start of the coded pixels on: loading looks at nothing behind what its crop needs.
    const std::array<std::byte, 2> start_of_scan{std::byte{0xFF}, std::byte{0xDA}};
    const auto scan = std::search(after.begin(), after.end(), start_of_scan.begin(), start_of_scan.end());
    std::fill(scan + 14, after.end(), std::byte{0xD9});
    scan[14] = std::byte{0xFF};
    replace(file, before, after);
    if (crc == Crc::mended) replace(file, crc_bytes(before), crc_bytes(after));
    write_sealed(file);
  }
  /// Heights in the pack's table become widths.
  void swap_resolutions() {
    std::vector<std::int32_t> table;
    for (int i = 0; i < kImages; ++i) table.insert(table.end(), {20 + i % 5, 24});
    std::vector<std::int32_t> swapped = table;
    for (std::size_t i = 0; i < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
    std::vector<std::byte> file = bytes_of(path_);
    replace(file, std::as_bytes(std::span(table)), std::as_bytes(std::span(swapped)));
    write_sealed(file);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  /// Places stay the same, so that those of the sound file serve.
  void write_sealed(std::span<const std::byte> bytes) {
    std::vector<store::Extent> extents;
    {
      const store::File file = store::File::open(path_);
      extents = file.extents();
    }
    folder_.write("toy.h5", bytes);
    store::seal(path_, extents, pack_format::kUnsealed);
  }
  static void replace(std::vector<std::byte>& file, std::span<const std::byte> before,
                      std::span<const std::byte> after) {
    const auto at = std::search(file.begin(), file.end(), before.begin(), before.end());
    ASSERT_NE(at, file.end());
    std::copy(after.begin(), after.end(), at);
  }
  static std::vector<std::byte> crc_bytes(std::span<const std::byte> bytes) {
    const std::uint32_t crc = base::crc32(bytes);
    std::vector<std::byte> out(sizeof crc);
    std::memcpy(out.data(), &crc, sizeof crc);
    return out;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "toy.h5";
};

TEST_F(LoaderTest, BatchesComeInOrderWithTheNamedImages) {
  const Pack pack(path());
  Loader loader(pack, options(3), kBatches, append_items);
  for (std::int64_t b = 0; b < kBatches; ++b) {
    const Batch& batch = loader.next();
    const std::vector<LoaderItem> items = items_of(b);
    EXPECT_EQ(batch.index, b);
    ASSERT_EQ(batch.samples.size(), items.size());
    EXPECT_EQ(batch.pixels.size(), items.size() * 3 * 16 * 16);
    for (std::size_t i = 0; i < items.size(); ++i) {
      EXPECT_EQ(batch.samples[i], items[i].sample);
      EXPECT_EQ(batch.labels[i], items[i].sample.value() / 10);
    }
  }
}

TEST_F(LoaderTest, PixelsAreTheTransformsWhateverTheThreadsAndTheQueue) {
  const Pack pack(path());
  for (const LoaderMode mode : {LoaderMode::training, LoaderMode::evaluation}) {
    for (const auto& [threads, queue] : {std::pair{1, 1}, std::pair{2, 4}, std::pair{5, 3}}) {
      LoaderOptions choice = options(threads, queue);
      choice.mode = mode;
      Loader loader(pack, choice, kBatches, append_items);
      image::RenderBuffers buffers;
      std::vector<std::byte> encoded;
      image::Decoder decoder;
      for (std::int64_t b = 0; b < kBatches; ++b) {
        std::vector<float> expected;
        for (const LoaderItem& item : items_of(b)) {
          std::vector<float> pixels(3 * 16 * 16);
          const image::Image image = image::decode(pack.read(item.sample, encoded));
          const image::View view =
              mode == LoaderMode::training
                  ? image::training_view(choice.transform, item.augmentation, image.height, image.width)
                  : image::evaluation_view(choice.transform, image.height, image.width);
          image::Image part;
          decoder.decode_part(pack.read(item.sample, encoded), image::needed_box(view.resampling), part);
          image::render(choice.transform, view, part, buffers, pixels);
          expected.insert(expected.end(), pixels.begin(), pixels.end());
        }
        ASSERT_EQ(loader.next().pixels, expected) << "batch " << b << ", " << threads << " threads";
      }
    }
  }
}

TEST_F(LoaderTest, NoMoreThanTheQueueIsDecodedAheadAndBuffersAreReused) {
  const Pack pack(path());
  constexpr int kQueue = 3;
  std::atomic<std::int64_t> asked{0};
  std::atomic<std::int64_t> furthest_ahead{0};
  const auto watched = [&](std::int64_t batch, std::vector<LoaderItem>& items) {
    const std::int64_t held = std::max<std::int64_t>(0, asked - 1);
    furthest_ahead = std::max(furthest_ahead.load(), batch - held);
    append_items(batch, items);
  };
  std::set<const float*> buffers;
  Loader loader(pack, options(4, kQueue), kBatches, watched);
  for (std::int64_t b = 0; b < kBatches; ++b) {
    ++asked;
    buffers.insert(loader.next().pixels.data());
    if (b == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));  // time to run ahead too far
  }
  EXPECT_EQ(furthest_ahead, kQueue);
  EXPECT_LE(buffers.size(), std::size_t{kQueue + 1});
}

TEST_F(LoaderTest, LevelsNormalisedAreThePixels) {
  const Pack pack(path());
  LoaderOptions choice = options(2);
  Loader normalized(pack, choice, kBatches, append_items);
  choice.pixels = PixelKind::uint8;
  Loader levels(pack, choice, kBatches, append_items);
  for (std::int64_t b = 0; b < kBatches; ++b) {
    const Batch& batch = levels.next();
    EXPECT_TRUE(batch.pixels.empty());
    std::vector<float> expected;
    for (const std::uint8_t level : batch.uint8_pixels) {
      expected.push_back(static_cast<float>(level) * (1.0F / 255));  // mean 0, std 1
    }
    ASSERT_EQ(normalized.next().pixels, expected);
  }
}

TEST_F(LoaderTest, ColourJitterLeftToTheConsumerIsToldImageByImage) {
  const Pack pack(path());
  LoaderOptions choice = options(2);
  choice.pixels = PixelKind::uint8;
  choice.transform.color_jitter = {0.4, 0.4, 0.4};
  Loader whole(pack, choice, kBatches, append_items);
  choice.pixels = PixelKind::uint8_before_jitter;
  std::pmr::monotonic_buffer_resource memory;
  choice.pixel_memory = &memory;
  Loader before(pack, choice, kBatches, append_items);
  bool changed = false;
  for (std::int64_t b = 0; b < kBatches; ++b) {
    const Batch& batch = before.next();
    EXPECT_EQ(batch.uint8_pixels.get_allocator().resource(), &memory);
    std::vector<std::uint8_t> levels(batch.uint8_pixels.begin(), batch.uint8_pixels.end());
    const std::vector<std::uint8_t> untouched = levels;
    ASSERT_EQ(batch.jitters.size(), batch.labels.size());
    const std::size_t image = levels.size() / batch.labels.size();
    for (std::size_t i = 0; i < batch.jitters.size(); ++i) {
      image::apply_color_jitter(batch.jitters[i], std::span(levels).subspan(i * image, image));
    }
    const Batch& expected = whole.next();
    ASSERT_TRUE(std::ranges::equal(levels, expected.uint8_pixels));
    changed = changed || levels != untouched;
  }
  EXPECT_TRUE(changed);
}

TEST_F(LoaderTest, ImagesKeptDecodedGiveTheSamePixelsAndAreNotReadAgain) {
  const Pack pack(path());
  DecodedImages decoded(pack);
  LoaderOptions keeping = options(3);
  keeping.decoded = &decoded;
  for (int epoch = 0; epoch < 2; ++epoch) {
    Loader loader(pack, keeping, kBatches, append_items);
    Loader plain(pack, options(3), kBatches, append_items);
    for (std::int64_t b = 0; b < kBatches; ++b) ASSERT_EQ(loader.next().pixels, plain.next().pixels);
    EXPECT_EQ(loader.times().read_s == 0, epoch == 1);
    EXPECT_EQ(loader.times().decode_s == 0, epoch == 1);
  }
  std::int64_t bytes = 0;
  for (std::int64_t i = 0; i < kImages; ++i) {
    const image::Image* kept = decoded.find(base::SampleIndex(i));
    ASSERT_NE(kept, nullptr);
    bytes += std::ssize(kept->pixels);
  }
  EXPECT_EQ(decoded_bytes(pack), bytes);
}

TEST_F(LoaderTest, ScaledDecodeShrinksImagesOfFourTimesTheSizeInTrainingOnly) {
  const Pack pack(path());
  LoaderOptions choice = options(2);
  choice.transform.size = 5;
  choice.transform.evaluation_resize = 5;
  LoaderOptions scaled = choice;
  scaled.transform.scaled_decode = true;
  Loader loader(pack, scaled, kBatches, append_items);
  int shrunk = 0;
  std::vector<std::byte> encoded;
  image::Image part;
  image::RenderBuffers buffers;
  image::Decoder decoder;
  for (std::int64_t b = 0; b < kBatches; ++b) {
    std::vector<float> expected;
    for (const LoaderItem& item : items_of(b)) {
      const auto [height, width] = pack.resolution(item.sample);
      image::View view = image::training_view(choice.transform, item.augmentation, height, width);
      view.resampling.shrink =
          std::min(view.resampling.source.height, view.resampling.source.width) < 20 ? 1 : 2;
      shrunk += view.resampling.shrink - 1;
      decoder.decode_part(pack.read(item.sample, encoded), image::needed_box(view.resampling), part,
                          view.resampling.shrink);
      std::vector<float> pixels(3 * 5 * 5);
      image::render(choice.transform, view, part, buffers, pixels);
      expected.insert(expected.end(), pixels.begin(), pixels.end());
    }
    ASSERT_EQ(loader.next().pixels, expected) << b;
  }
  EXPECT_GT(shrunk, 0);
  choice.mode = scaled.mode = LoaderMode::evaluation;
  Loader plain_evaluation(pack, choice, kBatches, append_items);
  Loader evaluation(pack, scaled, kBatches, append_items);
  for (std::int64_t b = 0; b < kBatches; ++b) {
    ASSERT_EQ(evaluation.next().pixels, plain_evaluation.next().pixels);
  }
}

TEST_F(LoaderTest, DestructionMidwayDoesNotHang) {
  const Pack pack(path());
  for (int taken = 0; taken < 6; ++taken) {
    Loader loader(pack, options(3), kBatches, append_items);
    for (int b = 0; b < taken; ++b) EXPECT_EQ(loader.next().index, b);
  }
}

TEST_F(LoaderTest, UndecodableImageIsAnErrorOfItsBatchThatNamesIt) {
  damage(17, Crc::mended);
  const Pack pack(path());
  // 17 = 11 d mod 30 first for d = 7: the first image of batch 1.
  Loader loader(pack, options(3), kBatches, append_items);
  EXPECT_EQ(loader.next().index, 0);
  const auto ask = [&] { static_cast<void>(loader.next()); };
  const std::string message = message_of<base::DataError>(ask);
  EXPECT_THAT(message, AllOf(HasSubstr(path().string()), HasSubstr("image 17 ('17.jpg')"),
                             HasSubstr("truncated or damaged JPEG"), HasSubstr("pack again")));
  EXPECT_EQ(message_of<base::DataError>(ask), message) << "asked again";
}

TEST_F(LoaderTest, AnImageOfAnotherSizeThanThePackSaysIsAnErrorThatNamesBothSizes) {
  swap_resolutions();
  const Pack pack(path());
  for (const bool cached : {false, true}) {
    DecodedImages decoded(pack);
    LoaderOptions choice = options(2);
    if (cached) choice.decoded = &decoded;
    Loader loader(pack, choice, kBatches, append_items);
    EXPECT_THAT(
        message_of<base::DataError>([&] { static_cast<void>(loader.next()); }),
        AllOf(HasSubstr("image 0 ('0.jpg')"), HasSubstr("24 x 20 pixels"), HasSubstr("says 20 x 24")));
  }
}

TEST_F(LoaderTest, BytesDamagedAfterPackingAreAnErrorThatNamesTheImage) {
  damage(17, Crc::stale);
  const Pack pack(path());
  Loader loader(pack, options(2), kBatches, append_items);
  EXPECT_EQ(loader.next().index, 0);
  EXPECT_THAT(message_of<base::DataError>([&] { static_cast<void>(loader.next()); }),
              AllOf(HasSubstr(path().string()), HasSubstr("image 17 ('17.jpg')"), HasSubstr("CRC-32")));
}

TEST_F(LoaderTest, OfSeveralBadImagesTheFirstIsNamed) {
  for (const int image : {0, 11, 22}) damage(image, Crc::mended);  // the first three of batch 0
  const Pack pack(path());
  for (int repetition = 0; repetition < 10; ++repetition) {
    Loader loader(pack, options(5), kBatches, append_items);
    EXPECT_THAT(message_of<base::DataError>([&] { static_cast<void>(loader.next()); }),
                HasSubstr("('0.jpg')"));
  }
}

TEST_F(LoaderTest, ErrorOfTheItemsFunctionReachesTheConsumer) {
  const Pack pack(path());
  Loader loader(pack, options(2), kBatches, [](std::int64_t batch, std::vector<LoaderItem>& items) {
    if (batch == 1) throw std::runtime_error("no items");
    append_items(batch, items);
  });
  EXPECT_EQ(loader.next().index, 0);
  EXPECT_EQ(message_of<std::runtime_error>([&] { static_cast<void>(loader.next()); }), "no items");
}

TEST_F(LoaderTest, TimesGrowAndTheEndIsAMistakeOfTheCaller) {
  const Pack pack(path());
  Loader loader(pack, options(2), 2, append_items);
  EXPECT_EQ(loader.next().index, 0);
  EXPECT_EQ(loader.next().index, 1);
  const LoaderTimes times = loader.times();
  EXPECT_GT(times.read_s, 0);
  EXPECT_GT(times.decode_s, 0);
  EXPECT_GT(times.resample_s, 0);
  EXPECT_GT(times.wait_s, 0);
  EXPECT_THROW(static_cast<void>(loader.next()), std::logic_error);
}

TEST_F(LoaderTest, EmptyBatchAndNoBatchAreFine) {
  const Pack pack(path());
  Loader empty(pack, options(2), 3, [](std::int64_t, std::vector<LoaderItem>&) {});
  for (int b = 0; b < 3; ++b) EXPECT_TRUE(empty.next().pixels.empty());
  const Loader none(pack, options(2), 0, append_items);
}

TEST(TransformOptions, TakeEveryKeyOfTheConfiguration) {
  config::Input input;
  input.size = 32;
  input.train_crop = config::TrainCrop::pad_and_crop;
  input.padding = 3;
  input.evaluation_resize = 40;
  input.flip = false;
  input.scaled_decode = true;
  input.color_jitter = {0.1, 0.2, 0.3};
  input.mean = {0.5, 0.25, 0.125};
  input.std = {2, 4, 8};
  const image::TransformOptions options = transform_options(input);
  EXPECT_EQ(options.size, 32);
  EXPECT_EQ(options.train_crop, image::CropKind::pad_and_crop);
  EXPECT_EQ(options.padding, 3);
  EXPECT_EQ(options.evaluation_resize, 40);
  EXPECT_FALSE(options.flip);
  EXPECT_TRUE(options.scaled_decode);
  EXPECT_EQ(options.color_jitter, input.color_jitter);
  EXPECT_EQ(options.mean, (std::array<float, 3>{0.5F, 0.25F, 0.125F}));
  EXPECT_EQ(options.std, (std::array<float, 3>{2, 4, 8}));
}

}  // namespace
}  // namespace ltr::data
