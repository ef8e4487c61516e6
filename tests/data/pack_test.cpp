// SPDX-License-Identifier: Apache-2.0
#include "data/pack.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "data/class_names.hpp"
#include "data/pack_format.hpp"
#include "data/pack_writer.hpp"
#include "data/temporary_folder.hpp"
#include "image/decode.hpp"
#include "store/file.hpp"
#include "store/seal.hpp"

namespace ltr::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// A JPEG whose content depends on `seed`.
std::vector<std::byte> jpeg(int seed, int height = 8, int width = 12) {
  image::Image image{height, width, {}};
  for (int i = 0; i < height * width * 3; ++i)
    image.pixels.push_back(static_cast<std::uint8_t>(i * 7 + seed * 31));
  return image::encode_jpeg(image, 90);
}

/// Five images of three classes, listed out of order, and their pack.
class PackTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 5; ++i) folder_.write("images/" + std::to_string(i) + ".jpg", jpeg(i, 8 + i));
  }
  std::filesystem::path list(std::string_view text = kList) { return folder_.write("train.txt", text); }
  PackReport pack(std::string_view text = kList, const PackOptions& options = {}) {
    const ImageList images = read_list(list(text));
    const ListSource source{folder_ / "images", "toy", class_names_of(images)};
    return pack_list(output_, images, source, options, log_);
  }
  std::string refusal(std::string_view text = kList) {
    return message_of<base::DataError>([&] { pack(text); });
  }
  std::string opening_refusal() {
    return message_of<base::DataError>([&] { const Pack opened(output_); });
  }
  /// Names in the folder besides images and list.
  [[nodiscard]] std::vector<std::string> leftovers() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = file.path().filename().string();
      if (name != "images" && name != "train.txt") names.push_back(name);
    }
    return names;
  }

  static constexpr std::string_view kList = "3.jpg 2\n0.jpg 0\n4.jpg 1\n1.jpg 0\n2.jpg 2\n";
  TemporaryFolder folder_;
  std::filesystem::path output_ = folder_ / "toy.h5";
  base::Log log_{base::Log::Voice::silent};
};

/// A pack with one image, its tables changed by `change` before it is written.
template <class Change>
void write_tables(const std::filesystem::path& path, Change&& change) {
  struct Tables {
    std::int32_t schema = kPackSchema;
    std::vector<std::uint64_t> offsets{0, 4, 8};
    std::vector<std::int32_t> labels{0, 1};
    std::vector<std::int64_t> counts{1, 1};
    std::vector<std::string> paths{"a", "b"};
    std::vector<std::int32_t> resolutions{2, 2, 2, 2};
    std::vector<std::string> class_names{"x", "y"};
    std::int64_t dropped = 0;
    std::int64_t lenient = 0;
  } tables;
  change(tables);
  store::File file = store::File::create(path);
  file.set_attribute(pack_format::kContents, pack_format::kContentsValue);
  file.set_attribute(pack_format::kSchemaVersion, tables.schema);
  file.set_attribute(pack_format::kName, std::string_view("toy"));
  file.set_attribute(pack_format::kListHash, std::string_view(""));
  file.set_attribute(pack_format::kDropped, tables.dropped);
  file.set_attribute(pack_format::kLenient, tables.lenient);
  file.write<std::uint64_t>(pack_format::kOffsets, tables.offsets);
  file.write<std::int32_t>(pack_format::kLabels, tables.labels);
  file.write<std::uint32_t>(pack_format::kCrc32, std::vector<std::uint32_t>(2));
  file.write<std::int32_t>(pack_format::kResolutions, tables.resolutions);
  file.write<std::int64_t>(pack_format::kClassCounts, tables.counts);
  file.write_strings(pack_format::kPaths, tables.paths);
  file.write_strings(pack_format::kClassNames, tables.class_names);
  file.create_bytes(pack_format::kBytes, 8);
  file.write_bytes(pack_format::kBytes, 0, std::vector<std::byte>(8));
  const std::vector<store::Extent> extents = file.extents();
  file.close();
  store::seal(path, extents, pack_format::kUnsealed);
}

TEST_F(PackTest, HoldsTheFilesBytesGroupedByClassInListOrder) {
  const PackReport report = pack();
  const Pack toy(output_);
  ASSERT_EQ(toy.images(), 5);
  EXPECT_EQ(report.images, 5);
  EXPECT_EQ(toy.classes(), 3);
  EXPECT_THAT(std::vector(toy.class_counts().begin(), toy.class_counts().end()), ElementsAre(2, 1, 2));
  const std::vector<std::string> paths{"0.jpg", "1.jpg", "4.jpg", "3.jpg", "2.jpg"};
  const std::vector<int> labels{0, 0, 1, 2, 2};
  std::vector<std::byte> buffer;
  for (int i = 0; i < 5; ++i) {
    const base::SampleIndex sample(i);
    const auto at = static_cast<std::size_t>(i);
    EXPECT_EQ(toy.image_path(sample), paths[at]);
    EXPECT_EQ(toy.label(sample), base::ClassId(labels[at]));
    const auto bytes = toy.read(sample, buffer);
    EXPECT_EQ(std::vector(bytes.begin(), bytes.end()), bytes_of(folder_ / ("images/" + paths[at])));
    EXPECT_EQ(toy.resolution(sample).height, 8 + paths[at][0] - '0');
    EXPECT_EQ(toy.resolution(sample).width, 12);
  }
  EXPECT_EQ(toy.name(), "toy");
  EXPECT_EQ(toy.list_hash(), parse_list(kList, "l").hash);
}

TEST_F(PackTest, StoresZlibsCrc32InAFlatDataSet) {
  pack();
  const store::File file = store::File::open(output_);
  const auto bytes = file.read<std::uint8_t>(pack_format::kBytes);
  const auto offsets = file.read<std::uint64_t>(pack_format::kOffsets);
  const auto crcs = file.read<std::uint32_t>(pack_format::kCrc32);
  ASSERT_EQ(offsets.back(), bytes.size());
  for (std::size_t i = 0; i < crcs.size(); ++i) {
    EXPECT_EQ(crcs[i], crc32_z(0, bytes.data() + offsets[i], offsets[i + 1] - offsets[i]));
  }
}

TEST_F(PackTest, ContentHashFollowsContentAlone) {
  pack();
  const std::string first = Pack(output_).content_hash();
  pack();
  EXPECT_EQ(Pack(output_).content_hash(), first);
  folder_.write("images/1.jpg", jpeg(77));
  pack();
  EXPECT_NE(Pack(output_).content_hash(), first);
}

TEST_F(PackTest, ContentHashCoversResolutionsAndClassNames) {
  const auto hash_of = [this](auto&& change) {
    write_tables(output_, change);
    return Pack(output_).content_hash();
  };
  const std::string plain = hash_of([](auto&) {});
  EXPECT_EQ(hash_of([](auto& t) { t.paths = {"c", "d"}; }), plain);
  EXPECT_NE(hash_of([](auto& t) { t.resolutions[3] = 3; }), plain);
  EXPECT_NE(hash_of([](auto& t) { t.class_names = {"xy", ""}; }), plain);
  EXPECT_NE(hash_of([](auto& t) { t.class_names = {"xy", ""}; }),
            hash_of([](auto& t) { t.class_names = {"", "xy"}; }));
}

TEST_F(PackTest, MissingAndDamagedImagesAreNamedWithTheirLinesAndNothingIsLeft) {
  folder_.write("images/empty.jpg", std::string_view{});
  const auto whole = jpeg(1, 64, 64);
  folder_.write("images/cut.jpg", std::span(whole).first(whole.size() / 2));
  folder_.write("images/text.jpg", std::string_view("not an image at all\n"));
  const std::string message = refusal("0.jpg 0\ngone.jpg 0\nempty.jpg 0\ncut.jpg 0\ntext.jpg 0\n");
  EXPECT_THAT(message, AllOf(HasSubstr("4 of 5 images"), HasSubstr("train.txt:2: 'gone.jpg'"),
                             HasSubstr("train.txt:3: 'empty.jpg'"), HasSubstr("train.txt:4: 'cut.jpg'"),
                             HasSubstr("train.txt:5: 'text.jpg'"), HasSubstr("--skip-bad")));
  EXPECT_THAT(message, HasSubstr("No such file"));
  EXPECT_THAT(leftovers(), ElementsAre());
}

TEST_F(PackTest, OlderPackStandsWhenPackingFails) {
  pack();
  const auto before = bytes_of(output_);
  EXPECT_NE(refusal("gone.jpg 0\n"), "accepted");
  EXPECT_EQ(bytes_of(output_), before);
  EXPECT_THAT(leftovers(), ElementsAre("toy.h5"));
}

TEST_F(PackTest, BadImagesAreDroppedAndListedOnRequest) {
  const PackReport report = pack("0.jpg 0\ngone.jpg 0\n1.jpg 1\n", {.bad_images = BadImages::drop});
  EXPECT_EQ(report.images, 2);
  EXPECT_THAT(report.dropped.first, ElementsAre(HasSubstr("train.txt:2: 'gone.jpg'")));
  const Pack toy(output_);
  EXPECT_EQ(toy.images(), 2);
  EXPECT_EQ(toy.dropped(), 1);
  EXPECT_EQ(toy.name(), "toy, 2 of 3 images");
}

TEST_F(PackTest, DroppingTheLastImageOfATrainingClassIsRefused) {
  const PackOptions options{.bad_images = BadImages::drop, .empty_classes = EmptyClasses::refuse};
  EXPECT_THAT(message_of<base::DataError>([&] { pack("0.jpg 0\ngone.jpg 1\n", options); }),
              AllOf(HasSubstr("class 1"), HasSubstr("no usable image")));
  EXPECT_THAT(leftovers(), ElementsAre());
}

TEST_F(PackTest, FolderThatIsNotThereIsNamed) {
  output_ = folder_ / "nowhere/toy.h5";
  EXPECT_THAT(message_of<base::SystemError>([&] { pack(); }), HasSubstr("nowhere"));
}

TEST_F(PackTest, TruncatedPackIsRefused) {
  pack();
  const auto whole = bytes_of(output_);
  for (const std::size_t kept : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    folder_.write("toy.h5", std::span(whole).first(kept));
    EXPECT_THAT(opening_refusal(), HasSubstr("toy.h5")) << kept << " of " << whole.size() << " bytes";
  }
}

TEST_F(PackTest, TruncationAfterOpeningIsAnErrorOfTheRead) {
  pack();
  const Pack toy(output_);
  std::filesystem::resize_file(output_, 64);
  std::vector<std::byte> buffer;
  EXPECT_THAT(message_of<base::DataError>([&] { static_cast<void>(toy.read(base::SampleIndex(4), buffer)); }),
              AllOf(HasSubstr("toy.h5"), HasSubstr("image 4"), HasSubstr("'2.jpg'"), HasSubstr("cut off")));
}

TEST_F(PackTest, DamagedByteIsFoundWhenItsImageIsRead) {
  pack();
  std::uint64_t begin = 0;
  {
    const store::File file = store::File::open(output_);
    begin = file.file_offset(pack_format::kBytes) + file.read<std::uint64_t>(pack_format::kOffsets)[2];
  }
  auto bytes = bytes_of(output_);
  bytes[begin + 20] ^= std::byte{1};
  folder_.write("toy.h5", bytes);
  const Pack toy(output_);
  std::vector<std::byte> buffer;
  EXPECT_NO_THROW(static_cast<void>(toy.read(base::SampleIndex(1), buffer)));
  EXPECT_THAT(message_of<base::DataError>([&] { static_cast<void>(toy.read(base::SampleIndex(2), buffer)); }),
              AllOf(HasSubstr("image 2"), HasSubstr("'4.jpg'"), HasSubstr("CRC-32")));
}

TEST_F(PackTest, FilesThatAreNoPackAreRefusedWithARemedy) {
  folder_.write("toy.h5", std::string_view("plain text"));
  EXPECT_THAT(opening_refusal(), HasSubstr("toy.h5"));
  std::filesystem::remove(output_);
  EXPECT_THAT(opening_refusal(), HasSubstr("toy.h5"));
  store::File foreign = store::File::create(output_);
  foreign.write_strings("paths", std::vector<std::string>{"a"});
  foreign.close();
  EXPECT_THAT(opening_refusal(), AllOf(HasSubstr("no pack"), HasSubstr("ltr_data pack")));
}

constexpr auto kFar = std::numeric_limits<std::uint64_t>::max();

TEST_F(PackTest, InconsistentTablesAreRefused) {
  const auto refusal_of = [this](auto&& change) {
    write_tables(output_, change);
    return opening_refusal();
  };
  EXPECT_EQ(refusal_of([](auto&) {}), "accepted");
  EXPECT_THAT(refusal_of([](auto& t) { t.schema = kPackSchema + 1; }),
              AllOf(HasSubstr("schema version 3"), HasSubstr("newer program")));
  EXPECT_THAT(refusal_of([](auto& t) { t.offsets = {0, 4}; }), HasSubstr("offsets has 2 elements"));
  EXPECT_THAT(refusal_of([](auto& t) { t.offsets = {0, 4, 9}; }), HasSubstr("offsets run from 0 to 9"));
  EXPECT_THAT(refusal_of([](auto& t) { t.offsets = {0, 9, 8}; }), HasSubstr("image 1 has no bytes"));
  EXPECT_THAT(refusal_of([](auto& t) { t.labels = {1, 0}; }), HasSubstr("not grouped by class"));
  EXPECT_THAT(refusal_of([](auto& t) { t.labels = {0, 2}; }), HasSubstr("label 2 of 2 classes"));
  EXPECT_THAT(refusal_of([](auto& t) { t.counts = {2, 0}; }), HasSubstr("class 0 has 1 images"));
  EXPECT_THAT(refusal_of([](auto& t) { t.paths = {"a"}; }), HasSubstr("paths has 1 elements"));
  EXPECT_THAT(refusal_of([](auto& t) { t.offsets = {0, kFar, 8}; }), HasSubstr("image 1 has no bytes"));
  EXPECT_THAT(refusal_of([](auto& t) { t.offsets = {kFar, 4, 8}; }), HasSubstr("offsets run from"));
  EXPECT_THAT(refusal_of([](auto& t) { t.resolutions[2] = 0; }), HasSubstr("image 1 has 2 x 0 pixels"));
  EXPECT_THAT(refusal_of([](auto& t) { t.resolutions[1] = -5; }), HasSubstr("image 0 has -5 x 2 pixels"));
  EXPECT_THAT(refusal_of([](auto& t) { t.dropped = -1; }), HasSubstr("-1 images were dropped"));
  EXPECT_THAT(refusal_of([](auto& t) { t.lenient = 3; }), HasSubstr("3 of 2 images were damaged"));
  EXPECT_THAT(refusal_of([](auto& t) { t.resolutions = {1 << 30, 1 << 30, 2, 2}; }),
              HasSubstr("image 0 has"));
}

/// All that is read of a pack.
std::vector<std::string> everything_in(const std::filesystem::path& path) {
  const Pack pack(path);
  std::vector<std::string> all{pack.name(), pack.list_hash(), pack.content_hash(),
                               std::to_string(pack.dropped()), std::to_string(pack.lenient())};
  all.insert(all.end(), pack.class_names().begin(), pack.class_names().end());
  std::vector<std::byte> buffer;
  for (std::int64_t i = 0; i < pack.images(); ++i) {
    const base::SampleIndex sample(i);
    all.push_back(pack.image_path(sample));
    const auto bytes = pack.read(sample, buffer);
    all.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return all;
}

TEST_F(PackTest, ASingleFlippedBitIsFoundOrChangesNothing) {
  pack();
  const std::vector<std::string> sound = everything_in(output_);
  std::vector<std::byte> bytes = bytes_of(output_);
  base::CounterRandom random(1, base::Stream::test);
  int refused = 0;
  for (int flip = 0; flip < 300; ++flip) {
    const std::uint64_t bit = random.below(8 * bytes.size());
    bytes[bit / 8] ^= std::byte(1U << bit % 8);
    folder_.write("toy.h5", bytes);
    const std::string message =
        message_of<base::DataError>([&] { EXPECT_EQ(everything_in(output_), sound) << "bit " << bit; });
    if (message != "accepted") ++refused;
    bytes[bit / 8] ^= std::byte(1U << bit % 8);
  }
  EXPECT_GT(refused, 290);
}

class JoinedPackTest : public testing::Test {
 protected:
  /// `images` are numbers of jpeg, label by label.
  std::filesystem::path pack(const std::string& name, const std::vector<std::vector<int>>& images,
                             std::vector<std::string> class_names = {"x", "y", "z"}) {
    PackContents contents;
    contents.name = name;
    contents.class_names = std::move(class_names);
    for (std::size_t k = 0; k < images.size(); ++k) {
      for (const int i : images[k]) {
        contents.entries.push_back({base::ClassId(static_cast<std::int32_t>(k)), std::to_string(i)});
      }
    }
    base::Log log(base::Log::Voice::silent);
    const auto draw = [](const PackEntry& entry, std::vector<std::byte>& bytes) {
      bytes = jpeg(std::stoi(entry.path), 8 + std::stoi(entry.path));
    };
    write_pack(folder_ / (name + ".h5"), contents, draw, {}, log);
    return folder_ / (name + ".h5");
  }
  std::string refusal(const std::vector<std::filesystem::path>& paths) {
    return message_of<base::DataError>([&] { const Pack joined(paths); });
  }

  TemporaryFolder folder_;
};

TEST_F(JoinedPackTest, HoldsTheImagesClassByClassAndInEachFileByFile) {
  const std::vector<std::filesystem::path> paths{pack("a", {{0, 1}, {}, {2}}), pack("b", {{3}, {4, 5}, {6}})};
  const Pack joined(paths);
  const std::vector<int> order{0, 1, 3, 4, 5, 2, 6};
  const std::vector<int> labels{0, 0, 0, 1, 1, 2, 2};
  ASSERT_EQ(joined.images(), 7);
  EXPECT_THAT(joined.class_counts(), ElementsAre(3, 2, 2));
  EXPECT_EQ(joined.name(), "a + b");
  EXPECT_EQ(joined.location(), paths[0].string() + " + " + paths[1].string());
  std::vector<std::byte> buffer;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const base::SampleIndex sample(static_cast<std::int64_t>(i));
    const std::vector<std::byte> expected = jpeg(order[i], 8 + order[i]);
    const auto read = joined.read(sample, buffer);
    EXPECT_EQ(std::vector(read.begin(), read.end()), expected) << i;
    EXPECT_EQ(joined.label(sample).value(), labels[i]);
    EXPECT_EQ(joined.image_path(sample), std::to_string(order[i]));
    EXPECT_EQ(joined.resolution(sample).height, 8 + order[i]);
    EXPECT_EQ(joined.image_size_bytes(sample), expected.size());
    EXPECT_EQ(joined.image_crc32(sample),
              crc32(0, reinterpret_cast<const Bytef*>(expected.data()), static_cast<uInt>(expected.size())));
    bytes += expected.size();
  }
  EXPECT_EQ(joined.image_bytes(), bytes);
  EXPECT_EQ(joined.describe(base::SampleIndex(6)), "pack '" + paths[1].string() + "', image 3 ('6')");
  EXPECT_NE(joined.content_hash(), Pack(paths[0]).content_hash());
  const std::vector<std::filesystem::path> reversed{paths[1], paths[0]};
  EXPECT_NE(joined.content_hash(), Pack(reversed).content_hash());
}

TEST_F(JoinedPackTest, OtherClassesAreRefused) {
  const std::filesystem::path first = pack("a", {{0}, {1}, {2}});
  EXPECT_THAT(
      refusal({first, pack("b", {{0}, {1}}, {"x", "y"})}),
      AllOf(HasSubstr("a.h5"), HasSubstr("b.h5"), HasSubstr("3 classes and 2"), HasSubstr("--like a.h5")));
  EXPECT_THAT(refusal({first, pack("c", {{0}, {1}, {2}}, {"x", "w", "z"})}),
              HasSubstr("class 1 is 'y' and 'w'"));
}

TEST_F(JoinedPackTest, TheSameContentTwiceIsRefused) {
  const std::filesystem::path first = pack("a", {{0}, {1}, {2}});
  const std::filesystem::path other = pack("b", {{0}, {1}, {3}});
  const std::filesystem::path again = pack("c", {{0}, {1}, {2}});
  EXPECT_EQ(refusal({first, other}), "accepted");
  EXPECT_THAT(refusal({first, other, again}),
              AllOf(HasSubstr("a.h5"), HasSubstr("c.h5"), HasSubstr("twice")));
}

}  // namespace
}  // namespace ltr::data
