// SPDX-License-Identifier: Apache-2.0
// Expected values are those of sha256sum, git hash-object and zlib.
#include "base/hash.hpp"

#include <array>

#include <gtest/gtest.h>

namespace ltr::base {
namespace {

TEST(Sha256, MatchesThePublishedVector) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  Sha256 hash;
  hash.add("a");
  hash.add("bc");
  EXPECT_EQ(hash.hex(), sha256_hex("abc"));
}

TEST(GitBlobHash, IsGitsNameOfTheContent) {
  EXPECT_EQ(git_blob_hash(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(git_blob_hash("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
}

TEST(Crc32, MatchesTheCheckValueOfTheStandard) {
  const std::string_view digits = "123456789";
  EXPECT_EQ(crc32(std::as_bytes(std::span(digits))), 0xCBF43926U);
}

}  // namespace
}  // namespace ltr::base
