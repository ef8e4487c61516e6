// SPDX-License-Identifier: Apache-2.0
// A loader whose buffers have grown to what its images need allocates nothing more.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "data/loader.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"

namespace {
std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
}  // namespace

// libjpeg takes its memory from malloc and is not counted.
void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
  ++allocations;
  return std::malloc(size > 0 ? size : 1);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace ltr::data {
namespace {

constexpr int kImages = 40;
constexpr int kImagesOfABatch = 8;
constexpr int kBatchesOfAnEpoch = kImages / kImagesOfABatch;

std::filesystem::path make_pack(const TemporaryFolder& folder) {
  PackContents contents;
  contents.name = "toy";
  contents.class_names = {"a"};
  for (int i = 0; i < kImages; ++i)
    contents.entries.push_back({base::ClassId(0), std::to_string(i) + ".jpg"});
  base::Log log(base::Log::Voice::silent);
  const std::filesystem::path path = folder / "toy.h5";
  write_pack(
      path, contents,
      [](const PackEntry& entry, std::vector<std::byte>& bytes) {
        const int i = std::stoi(entry.path);
        image::Image image{60 + i, 100 - i, {}};
        image.pixels.assign(static_cast<std::size_t>(image.height * image.width * 3), std::uint8_t(i));
        bytes = image::encode_jpeg(image, 90);
      },
      {}, log);
  return path;
}

TEST(LoaderAllocations, NoneAfterTheFirstEpoch) {
  const TemporaryFolder folder;
  const Pack pack(make_pack(folder));
  for (const LoaderMode mode : {LoaderMode::training, LoaderMode::evaluation}) {
    for (const PixelKind pixels : {PixelKind::normalized, PixelKind::uint8}) {
      LoaderOptions options;
      options.mode = mode;
      options.pixels = pixels;
      options.transform.size = 32;
      options.transform.evaluation_resize = 36;
      options.transform.std = {1, 1, 1};
      options.threads = 1;  // which thread meets which image is left to chance with more
      // The same epoch again and again, so that all that will be needed has been needed once.
      Loader loader(pack, options, 4 * kBatchesOfAnEpoch,
                    [](std::int64_t batch, std::vector<LoaderItem>& items) {
                      for (int i = 0; i < kImagesOfABatch; ++i) {
                        const std::int64_t draw = batch % kBatchesOfAnEpoch * kImagesOfABatch + i;
                        items.push_back({base::SampleIndex(draw), {1, 0, draw}});
                      }
                    });
      // Twice, because every batch is decoded into each of the queue's places first.
      for (int b = 0; b < 2 * kBatchesOfAnEpoch; ++b) static_cast<void>(loader.next());
      const std::int64_t before = allocations;
      for (int b = 0; b < kBatchesOfAnEpoch; ++b) static_cast<void>(loader.next());
      EXPECT_EQ(allocations - before, 0);
    }
  }
}

}  // namespace
}  // namespace ltr::data
