// SPDX-License-Identifier: Apache-2.0
#include "model/foreign_format.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace ltr::model {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kConvert =
    "load it by torch.load in Python, and write its state_dict by safetensors.torch.save_file";
constexpr std::string_view kUnpack = "unpack it first";
constexpr std::string_view kDownload =
    "download the file itself: open the address in a browser, and see what is asked for";

constexpr ForeignFormat kBinary[] = {
    {"PK\x03\x04", "is a zip archive, as PyTorch's torch.save writes (.pth), and no safetensors file",
     kConvert},
    {"\x80\x02", "is a pickle, as PyTorch's older torch.save writes (.pth), and no safetensors file",
     kConvert},
    {"\x80\x03", "is a pickle of Python, and no safetensors file", kConvert},
    {"\x80\x04", "is a pickle of Python, and no safetensors file", kConvert},
    {"\x80\x05", "is a pickle of Python, and no safetensors file", kConvert},
    {"\x1f\x8b", "is compressed by gzip", kUnpack},
    {"BZh", "is compressed by bzip2", kUnpack},
    {"\xfd"
     "7zXZ",
     "is compressed by xz", kUnpack},
    {"\x28\xb5\x2f\xfd", "is compressed by zstd", kUnpack},
    {"\x89HDF\r\n\x1a\n", "is an HDF5 file (a pack, a record, or weights of Keras), and no safetensors file",
     "give the safetensors file of the network"},
    {"\x93NUMPY", "is an array of NumPy, and no safetensors file",
     "write all tensors by safetensors.numpy.save_file"},
};
constexpr ForeignFormat kTexts[] = {
    {"version https://git-lfs", "is a pointer of Git LFS that stands for the file",
     "fetch the file by git lfs pull"},
    {"<!doctype", "is a web page, not the file behind the address", kDownload},
    {"<html", "is a web page, not the file behind the address", kDownload},
    {"<?xml", "is an answer in XML, not the file behind the address", kDownload},
    {"{", "is a text in JSON, perhaps a server's answer, and no safetensors file", kDownload},
};

}  // namespace

const ForeignFormat* foreign_format(std::string_view bytes) {
  for (const ForeignFormat& format : kBinary) {
    if (bytes.starts_with(format.magic)) return &format;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
  std::string small(bytes);
  std::ranges::transform(small, small.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const ForeignFormat& format : kTexts) {
    if (small.starts_with(format.magic)) return &format;
  }
  return nullptr;
}

}  // namespace ltr::model
