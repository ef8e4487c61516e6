// SPDX-License-Identifier: Apache-2.0
// Writes records to look at: plausible_records FOLDER [CLASSES [SEEDS]] makes FOLDER/plausible_<seed>.h5.
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "report/plausible_run.hpp"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "plausible_records FOLDER [CLASSES [SEEDS]]\n";
    return 2;
  }
  ltr::record::PlausibleRun options;
  if (argc > 2) options.classes = std::strtoul(argv[2], nullptr, 10);
  const std::uint64_t seeds = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1;
  std::filesystem::create_directories(argv[1]);
  for (; options.seed < seeds; ++options.seed) {
    options.ranks = 1 << options.seed;
    const auto name = ltr::base::format("plausible_{}.h5", options.seed);
    ltr::record::write_run(ltr::record::plausible_run(options), std::filesystem::path(argv[1]) / name);
  }
}
