// SPDX-License-Identifier: Apache-2.0
// Weights files: whatever the bytes, tensors of the stated shapes or an error of ours.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "base/error.hpp"
#include "model/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ltr;
  static const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("safetensors_fuzz_" + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    for (const auto& [name, tensor] : model::read_safetensors(path).tensors) {
      if (tensor.numel() * tensor.element_size() > static_cast<std::int64_t>(size)) std::abort();
    }
  } catch (const base::DataError&) {
  }
  std::filesystem::remove(path);
  return 0;
}
