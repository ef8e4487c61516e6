// SPDX-License-Identifier: Apache-2.0
#include "model/safetensors.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "message_of.hpp"
#include "parity/formula.hpp"

namespace {
/// Reads of this process that still work; -1: all.
int reads_until_failure = -1;
}  // namespace

/// Stands before libc's for the whole program: a disk that fails.
extern "C" ssize_t read(int file, void* buffer, size_t size) {
  if (reads_until_failure == 0) {
    errno = EIO;
    return -1;
  }
  if (reads_until_failure > 0) --reads_until_failure;
  return syscall(SYS_read, file, buffer, size);
}

namespace ltr::model {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

/// A path of its own for each test, removed afterwards.
class SafetensorsFile : public testing::Test {
 protected:
  SafetensorsFile()
      : path_(std::filesystem::path(testing::TempDir()) /
              base::format("ltr_{}_{}.safetensors", getpid(),
                           testing::UnitTest::GetInstance()->current_test_info()->name())) {}
  ~SafetensorsFile() override { std::filesystem::remove(path_); }

  void write_bytes(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }

  /// A file of this header, its length in front, and as many zero bytes.
  void write_file(const std::string& header, std::size_t data_bytes) const {
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
    write_bytes(bytes + header + std::string(data_bytes, '\0'));
  }

  /// What reading says, which names the file.
  [[nodiscard]] std::string complaint() const {
    std::string message = test::message_of<base::DataError>([&] { return read_safetensors(path_); });
    EXPECT_THAT(message, AnyOf("accepted", HasSubstr(path_.string())));
    return message;
  }

  std::filesystem::path path_;
};

const NamedTensors& sample() {
  static const NamedTensors tensors{
      {"matrix", parity::values("matrix", {3, 5}, 0, 2)},
      {"count", torch::tensor(std::int64_t{1234567890123})},
      {"odd", parity::values("odd", {3}, 0, 2)},
      {"empty", torch::zeros({0, 4})},
      {"transposed", parity::values("transposed", {2, 3}, 0, 2).t()},
      {"counts", torch::arange(3)},
  };
  return tensors;
}

std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(SafetensorsFile, ComesBackAsWritten) {
  const std::map<std::string, std::string> metadata{{"epoch", "3"}, {"text", "{\"quoted\": \"ä\"}"}};
  write_safetensors(path_, sample(), metadata);
  const Safetensors read = read_safetensors(path_);
  EXPECT_EQ(read.metadata, metadata);
  std::vector<std::string> order;
  for (const auto& [name, tensor] : read.tensors) {
    order.push_back(name);
    const auto written =
        std::find_if(sample().begin(), sample().end(), [&](auto& item) { return item.first == name; });
    ASSERT_NE(written, sample().end());
    EXPECT_EQ(tensor.scalar_type(), written->second.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(tensor, written->second)) << name;
  }
  EXPECT_THAT(order, testing::ElementsAre("count", "counts", "matrix", "odd", "empty", "transposed"));
}

TEST_F(SafetensorsFile, OfThePythonPackageIsRead) {
  const Safetensors read = read_safetensors(LTR_SOURCE_DIR "/tests/parity/golden/python.safetensors");
  EXPECT_EQ(read.metadata, (std::map<std::string, std::string>{{"umlaut", "ä"}, {"written_by", "Python"}}));
  ASSERT_EQ(read.tensors.size(), 2U);
  for (const auto& [name, tensor] : read.tensors) {
    EXPECT_TRUE(torch::equal(tensor, name == "count" ? sample()[1].second : sample()[0].second)) << name;
  }
}

TEST_F(SafetensorsFile, IsReadByThePythonPackage) {
  const std::string python = LTR_SOURCE_DIR "/build/peers/bin/python";
  if (!std::filesystem::exists(python))
    GTEST_SKIP() << "no Python peers; tests/parity/setup.sh installs them";
  write_safetensors(path_, sample(), {{"epoch", "3"}});
  const std::string command =
      python + " " LTR_SOURCE_DIR "/tests/parity/check_safetensors.py '" + path_.string() + "' 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  ASSERT_TRUE(pipe);
  std::string output;
  std::array<char, 4096> piece{};
  while (std::fgets(piece.data(), piece.size(), pipe.get()) != nullptr) output += piece.data();
  EXPECT_THAT(output,
              AllOf(HasSubstr("metadata epoch 3\n"), HasSubstr("tensor count int64 : 1234567890123\n"),
                    HasSubstr("tensor counts int64 3 : 0 1 2\n"), HasSubstr("tensor empty float32 0 4 :\n"),
                    HasSubstr("tensor transposed float32 3 2 : ")));
}

TEST_F(SafetensorsFile, ThatIsAbsentIsNamed) { EXPECT_THAT(complaint(), HasSubstr("cannot be opened")); }

TEST_F(SafetensorsFile, ThatIsAPipeOrAFolderIsRefusedAtOnce) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THAT(complaint(), HasSubstr("cannot be opened"));
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_THAT(complaint(), HasSubstr("cannot be opened"));
}

TEST_F(SafetensorsFile, ThatAnnouncesAnAbsurdHeaderIsRefused) {
  for (const char byte : {'\x7f', '\xff'}) {
    write_bytes(std::string(8, byte) + "{}");
    EXPECT_THAT(complaint(), HasSubstr("announces a header of"));
  }
}

TEST_F(SafetensorsFile, WithANameTwiceIsRefused) {
  const std::string entry = R"("w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]})";
  write_file(base::format("{{{}, {}}}", entry, entry), 8);
  EXPECT_THAT(complaint(), HasSubstr("names w twice"));
  write_file(R"({"w": {"dtype": "F32", "shape": [4], "shape": [2], "data_offsets": [0, 8]}})", 8);
  EXPECT_THAT(complaint(), HasSubstr("names shape twice"));
  // The same key in two entries is what every file has.
  write_file(base::format(R"({{{}, "v": {{"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}}})", entry),
             12);
  EXPECT_EQ(complaint(), "accepted");
}

TEST_F(SafetensorsFile, WhoseEmptyTensorHasStridesBeyondCountingIsRefused) {
  write_file(R"({"w": {"dtype": "F32", "shape": [0, 4611686018427387904, 8], "data_offsets": [0, 0]}})", 0);
  EXPECT_THAT(complaint(), HasSubstr("not the size"));
}

TEST_F(SafetensorsFile, CutAnywhereIsRefused) {
  write_safetensors(path_, sample(), {});
  const std::string whole = file_bytes(path_);
  ASSERT_EQ(complaint(), "accepted");
  for (std::size_t size = 0; size < whole.size(); size += 5) {
    write_bytes(whole.substr(0, size));
    EXPECT_NE(complaint(), "accepted") << size << " of " << whole.size() << " bytes";
  }
  write_bytes(whole.substr(0, 7));
  EXPECT_THAT(complaint(), HasSubstr("has 7 bytes"));
  write_bytes(whole.substr(0, whole.size() - 1));
  EXPECT_THAT(complaint(), HasSubstr("truncated"));
  write_bytes(whole + "x");
  EXPECT_THAT(complaint(), HasSubstr("something follows"));
}

TEST_F(SafetensorsFile, ThatIsSomethingElseIsRefused) {
  write_bytes("this is a text file that somebody renamed");
  EXPECT_THAT(complaint(), HasSubstr("announces a header of"));
  write_file("not json at all", 8);
  EXPECT_THAT(complaint(), HasSubstr("not JSON"));
  write_file("[1, 2]", 0);
  EXPECT_THAT(complaint(), HasSubstr("not JSON"));
}

TEST_F(SafetensorsFile, OfAnotherTypeIsRefusedWithItsName) {
  write_file(R"({"w": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [0, 2]}})", 2);
  EXPECT_THAT(complaint(), AllOf(HasSubstr("tensor w has the type F8_E4M3"), HasSubstr("convert it to F32")));
  write_file("{\"w\": {\"dtype\": \"F\\u001b[2J\", \"shape\": [2], \"data_offsets\": [0, 2]}}", 2);
  EXPECT_THAT(complaint(), HasSubstr("the type F\\x1b[2J,"));
}

TEST_F(SafetensorsFile, HasItsMetadataReadAlone) {
  write_safetensors(path_, sample(), {{"cell", "seed_0.joint"}});
  EXPECT_EQ(read_safetensors_metadata(path_), (std::map<std::string, std::string>{{"cell", "seed_0.joint"}}));
}

TEST_F(SafetensorsFile, OfAHundredThousandNamesIsReadInLinearTime) {
  // Quadratic time would be minutes.
  constexpr int kNames = 120'000;
  std::string entries;
  for (int i = 0; i < kNames; ++i) {
    entries += base::format(R"({}"layer.{}": {{"dtype": "I64", "shape": [], "data_offsets": [{}, {}]}})",
                            i == 0 ? "" : ", ", kNames - i, 8 * i, 8 * i + 8);
  }
  write_file("{" + entries + "}", std::size_t{8} * kNames);
  const Safetensors read = read_safetensors(path_);
  ASSERT_EQ(read.tensors.size(), std::size_t{kNames});
  EXPECT_EQ(read.tensors.front().first, "layer.120000");
  EXPECT_EQ(read.tensors.back().first, "layer.1");
}

TEST_F(SafetensorsFile, ThatAnotherProgramWroteOtherwiseIsNamedWithTheRemedy) {
  const std::string tail(100, '\1');
  const std::pair<std::string, const char*> files[] = {
      {"", "is empty"},
      {"PK\x03\x04" + tail,
       "torch.save writes (.pth), and no safetensors file; weights cannot be read from it; load it by "
       "torch.load"},
      {"\x80\x02\x8a\x0al\xfc\x9c" + tail, "is a pickle, as PyTorch's older torch.save writes"},
      {"\x80\x04\x95" + tail, "is a pickle of Python"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull"},
      {"\n <!DOCTYPE html><html>", "is a web page"},
      {"<HTML><body>Access denied", "is a web page"},
      {"<?xml version='1.0'?><Error>", "is an answer in XML"},
      {"{\"error\": \"not found\"}", "is a text in JSON"},
      {"\x1f\x8b\x08" + tail, "is compressed by gzip"},
      {"\x89HDF\r\n\x1a\n" + tail, "is an HDF5 file"},
      {"\x93NUMPY\x01" + tail, "is an array of NumPy"}};
  for (const auto& [bytes, words] : files) {
    write_bytes(bytes);
    EXPECT_THAT(complaint(), HasSubstr(words));
  }
}

TEST_F(SafetensorsFile, WhoseDiskFailsIsNotTakenForDamaged) {
  write_safetensors(path_, sample(), {});
  int failed = 0;
  for (;; ++failed) {
    reads_until_failure = failed;
    const std::string message = test::message_of<base::SystemError>([&] { return read_safetensors(path_); });
    if (message == "accepted") break;
    EXPECT_THAT(message, AllOf(HasSubstr("cannot be read: Input/output error"), HasSubstr("may be sound")));
  }
  reads_until_failure = -1;
  EXPECT_GT(failed, 0);
}

TEST_F(SafetensorsFile, WhoseOffsetsAreWrongIsRefused) {
  const auto entry = [](const char* name, const char* shape, const char* offsets) {
    return base::format(R"("{}": {{"dtype": "F32", "shape": {}, "data_offsets": {}}})", name, shape, offsets);
  };
  const auto header = [](const std::string& entries) { return base::format("{{{}}}", entries); };
  write_file(header(entry("w", "[2]", "[0, 12]")), 12);
  EXPECT_THAT(complaint(), HasSubstr("tensor w has offsets 0 to 12"));
  write_file(header(entry("w", "[2]", "[8, 0]")), 8);
  EXPECT_THAT(complaint(), HasSubstr("tensor w has offsets 8 to 0"));
  write_file(header(entry("w", "[4611686018427387904, 4]", "[0, 0]")), 0);
  EXPECT_THAT(complaint(), HasSubstr("not the size")) << "the product overflows to 0";
  write_file(header(entry("w", "[2]", "[0, 8]") + "," + entry("v", "[2]", "[4, 12]")), 12);
  EXPECT_THAT(complaint(), HasSubstr("overlap"));
  write_file(header(entry("w", "[2]", "[0, 8]") + "," + entry("v", "[2]", "[12, 20]")), 20);
  EXPECT_THAT(complaint(), HasSubstr("hole"));
  write_file(header(entry("w", "[2]", "[0, 8]")), 4);
  EXPECT_THAT(complaint(), HasSubstr("truncated"));
}

TEST_F(SafetensorsFile, WithAMalformedEntryIsRefused) {
  for (const char* entry : {"3", "{}", R"({"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]})",
                            R"({"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]})",
                            R"({"dtype": 32, "shape": [2], "data_offsets": [0, 8]})",
                            R"({"dtype": "F32", "shape": [2], "data_offsets": [0]})"}) {
    write_file(base::format(R"({{"w": {}}})", entry), 8);
    EXPECT_THAT(complaint(), HasSubstr("entry of tensor w")) << entry;
  }
  write_file(R"({"__metadata__": {"epoch": 3}})", 0);
  EXPECT_THAT(complaint(), HasSubstr("metadata of key epoch is not text"));
}

}  // namespace
}  // namespace ltr::model
