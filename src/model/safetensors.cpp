// SPDX-License-Identifier: Apache-2.0
#include "model/safetensors.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "store/atomic_file.hpp"

namespace ltr::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMetadataKey = "__metadata__";
constexpr std::uint64_t kLengthBytes = 8;
/// The format's own limit.
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;

struct TypeName {
  torch::ScalarType type;
  std::string_view name;
};
constexpr TypeName kTypes[] = {{torch::kFloat32, "F32"}, {torch::kInt64, "I64"}};

std::string_view name_of(torch::ScalarType type) {
  const auto* found =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](auto& t) { return t.type == type; });
  TORCH_CHECK(found != std::end(kTypes), "safetensors: only float32 and int64 are written");
  return found->name;
}

constexpr const char* kChecksumKey = "ltr_grid_sha256";

/// SHA-256 over everything a file holds but this; the order of tensors in it does not matter.
std::string checksum_of(NamedTensors tensors, const std::map<std::string, std::string>& metadata) {
  std::ranges::sort(tensors, {}, [](const auto& entry) { return entry.first; });
  base::Sha256 hash;
  hash.add(weights_digest(tensors));
  for (const auto& [name, text] : metadata) {
    if (name != kChecksumKey) hash.add(base::format("\n{}: {}", name, text));
  }
  return hash.hex();
}

/// What the header says of one tensor; `begin` and `end` are offsets into the data.
struct Entry {
  std::string name;
  torch::ScalarType type;
  std::vector<std::int64_t> shape;
  std::uint64_t begin;
  std::uint64_t end;
};

/// Raises DataError about one file.
struct Complaint {
  const std::filesystem::path& path;
  [[noreturn]] void operator()(std::string_view what) const {
    throw base::DataError(base::format(
        "{}: {}; weights cannot be read from it; write or download the file again", path.string(), what));
  }
};

std::uint64_t little_endian(std::span<const unsigned char, kLengthBytes> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

/// Bytes of a tensor, or nothing if they, or its strides where it is empty, exceed what 64 bits count.
std::optional<std::uint64_t> bytes_of(const Entry& entry) {
  std::uint64_t bytes = torch::elementSize(entry.type);
  bool empty = false;
  for (const std::int64_t size : entry.shape) {
    empty = empty || size == 0;
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
    if (__builtin_mul_overflow(bytes, factor, &bytes)) return std::nullopt;
  }
  return empty ? 0 : bytes;
}

/// JSON allows a key twice and the parser keeps one of the two; which tensor was meant cannot be known.
Json parse_header(const std::string& text, const Complaint& complain) {
  std::map<int, std::set<std::string>> keys;  // of the open object at each depth
  std::string twice;
  const Json::parser_callback_t watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys[depth + 1].clear();
    if (event == Json::parse_event_t::key && !keys[depth].insert(parsed.get<std::string>()).second) {
      twice = parsed.get<std::string>();
    }
    return true;
  };
  Json header = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (!header.is_object()) complain("the header is not JSON: no safetensors file, or damaged");
  if (!twice.empty()) complain(base::format("the header names {} twice", twice));
  return header;
}

bool is_list_of_sizes(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& item) {
           return item.is_number_unsigned() &&
                  item.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
         });
}

Entry parse_entry(const std::string& name, const Json& value, const Complaint& complain) {
  if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
      !value.contains("data_offsets") || !value["dtype"].is_string() || !is_list_of_sizes(value["shape"]) ||
      !is_list_of_sizes(value["data_offsets"]) || value["data_offsets"].size() != 2) {
    complain(base::format("the header's entry of tensor {} is not a dtype, a shape and two offsets", name));
  }
  const auto& type_name = value["dtype"].get_ref<const std::string&>();
  const auto* type =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](auto& t) { return t.name == type_name; });
  if (type == std::end(kTypes)) {
    complain(base::format("tensor {} has the type {}, and only F32 and I64 are read; convert it to F32", name,
                          type_name));
  }
  Entry entry{name, type->type, value["shape"].get<std::vector<std::int64_t>>(),
              value["data_offsets"][0].get<std::uint64_t>(), value["data_offsets"][1].get<std::uint64_t>()};
  if (entry.begin > entry.end || bytes_of(entry) != entry.end - entry.begin) {
    complain(base::format("tensor {} has offsets {} to {}, which is not the size of its shape and type", name,
                          entry.begin, entry.end));
  }
  return entry;
}

std::map<std::string, std::string> parse_metadata(const Json& value, const Complaint& complain) {
  std::map<std::string, std::string> metadata;
  if (!value.is_object()) complain("the header's metadata is not a map");
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) complain(base::format("the metadata of key {} is not text", key));
    metadata[key] = text.get<std::string>();
  }
  return metadata;
}

/// The header as text; leaves `file` at the first byte of data.
std::string read_header(std::ifstream& file, std::uint64_t file_bytes, const Complaint& complain) {
  unsigned char length_bytes[kLengthBytes];
  if (file_bytes < kLengthBytes || !file.read(reinterpret_cast<char*>(length_bytes), kLengthBytes)) {
    complain(base::format("has {} bytes, too few for a safetensors file", file_bytes));
  }
  const std::uint64_t length = little_endian(length_bytes);
  if (length > file_bytes - kLengthBytes || length > kMostHeaderBytes) {
    complain(base::format("announces a header of {} bytes but has {}: truncated, or no safetensors file",
                          length, file_bytes));
  }
  std::string header(length, '\0');
  if (!file.read(header.data(), static_cast<std::streamsize>(length))) complain("the header cannot be read");
  return header;
}

/// The data must be exactly the tensors, one after another.
void check_layout(const std::vector<Entry>& entries, std::uint64_t data_bytes, const Complaint& complain) {
  std::uint64_t end = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != end) {
      complain(base::format("tensor {} begins at byte {} of the data and the one before it ends at {}: {}",
                            entry.name, entry.begin, end, entry.begin < end ? "they overlap" : "a hole"));
    }
    end = entry.end;
  }
  if (end != data_bytes) {
    complain(base::format("the tensors take {} bytes but the file has {}: {}", end, data_bytes,
                          data_bytes < end ? "truncated" : "something follows them"));
  }
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata) {
  NamedTensors ordered = tensors;
  std::stable_partition(ordered.begin(), ordered.end(),
                        [](const auto& item) { return item.second.scalar_type() == torch::kInt64; });
  Json header = Json::object();
  header[kMetadataKey] = metadata;
  header[kMetadataKey][kChecksumKey] = checksum_of(tensors, metadata);
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : ordered) {
    const std::uint64_t begin = end;
    end += tensor.nbytes();
    header[name] = {{"dtype", name_of(tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::vector<std::byte> bytes(kLengthBytes + text.size() + end);
  std::byte* out = bytes.data();
  for (std::size_t i = 0; i < kLengthBytes; ++i) *out++ = static_cast<std::byte>(text.size() >> (8 * i));
  std::memcpy(out, text.data(), text.size());
  out += text.size();
  for (const auto& [name, tensor] : ordered) {
    const torch::Tensor values = tensor.detach().cpu().contiguous();
    if (values.nbytes() != 0) std::memcpy(out, values.const_data_ptr(), values.nbytes());
    out += values.nbytes();
  }
  store::write_atomically(path, bytes);
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  const Complaint complain{path};
  std::error_code failed;
  const std::uint64_t file_bytes = std::filesystem::file_size(path, failed);
  if (failed) complain("cannot be opened as a file");  // opening a named pipe would wait for a writer
  std::ifstream file(path, std::ios::binary);
  if (!file) complain("cannot be opened");
  const std::string header_text = read_header(file, file_bytes, complain);
  const Json header = parse_header(header_text, complain);

  Safetensors result;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey) {
      result.metadata = parse_metadata(value, complain);
    } else {
      entries.push_back(parse_entry(name, value, complain));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_layout(entries, file_bytes - kLengthBytes - header_text.size(), complain);
  for (const Entry& entry : entries) {
    torch::Tensor tensor = torch::empty(entry.shape, entry.type);
    if (!file.read(static_cast<char*>(tensor.mutable_data_ptr()),
                   static_cast<std::streamsize>(entry.end - entry.begin))) {
      complain(base::format("tensor {} cannot be read", entry.name));
    }
    result.tensors.emplace_back(entry.name, std::move(tensor));
  }
  const auto checksum = result.metadata.find(kChecksumKey);
  result.checked = checksum != result.metadata.end();
  if (result.checked && checksum->second != checksum_of(result.tensors, result.metadata)) {
    complain("it holds other values than were written: its checksum differs");
  }
  result.metadata.erase(kChecksumKey);
  return result;
}

}  // namespace ltr::model
