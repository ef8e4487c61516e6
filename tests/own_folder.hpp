// SPDX-License-Identifier: Apache-2.0
// A folder for the files of one test.
#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace ltr::test {

/// Gives each test an empty folder of its own, named after it, and removes it afterwards.
class OwnFolder : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("ltr_" + std::string(test.test_suite_name()) + "_" + test.name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path path(const char* name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

}  // namespace ltr::test
