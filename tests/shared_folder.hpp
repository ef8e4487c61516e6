// SPDX-License-Identifier: Apache-2.0
// A folder that all ranks of a test share.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "mpi_main.hpp"

namespace ltr::test {

/// Empty at first, and removed with everything in it. Collective: construction and destruction by all ranks.
class SharedFolder {
 public:
  SharedFolder() {
    std::string name = testing::TempDir() + "/ltr_ranks_XXXXXX";
    if (world().rank() == 0 && mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("no temporary folder");
    path_ = world().broadcast(name, 0);
  }
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;
  ~SharedFolder() {
    world().barrier();
    if (world().rank() == 0) std::filesystem::remove_all(path_);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace ltr::test
