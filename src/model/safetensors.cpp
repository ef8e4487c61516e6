// SPDX-License-Identifier: Apache-2.0
#include "model/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
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
#include "base/printable.hpp"
#include "model/foreign_format.hpp"
#include "store/atomic_file.hpp"

namespace ltr::model {
namespace {

/// To write: keys in the order they are added. To read: keys found in a moment, also of a hundred thousand.
using OrderedJson = nlohmann::ordered_json;
using Json = nlohmann::json;

constexpr const char* kMetadataKey = "__metadata__";
constexpr std::uint64_t kLengthBytes = 8;
/// The format's own limit.
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;

struct TypeName {
  torch::ScalarType type;
  std::string_view name;
};
constexpr TypeName kTypes[] = {{torch::kFloat32, "F32"},   {torch::kFloat64, "F64"}, {torch::kFloat16, "F16"},
                               {torch::kBFloat16, "BF16"}, {torch::kInt64, "I64"},   {torch::kInt32, "I32"},
                               {torch::kInt16, "I16"},     {torch::kInt8, "I8"},     {torch::kUInt64, "U64"},
                               {torch::kUInt32, "U32"},    {torch::kUInt16, "U16"},  {torch::kUInt8, "U8"},
                               {torch::kBool, "BOOL"}};

std::string_view name_of(torch::ScalarType type) {
  TORCH_CHECK(type == torch::kFloat32 || type == torch::kInt64,
              "safetensors: only float32 and int64 are written");
  return type == torch::kFloat32 ? "F32" : "I64";
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
  [[noreturn]] void operator()(std::string_view what,
                               std::string_view remedy = "write or download the file again") const {
    throw base::DataError(base::printable(
        base::format("{}: {}; weights cannot be read from it; {}", path.string(), what, remedy)));
  }
};

[[noreturn]] void reading_failed(const std::filesystem::path& path, const std::string& why) {
  throw base::SystemError(
      base::format("{} cannot be read: {}; the file may be sound; check its permissions and its disk",
                   path.string(), why));
}

/// Reads as many bytes as `into` has. Throws: SystemError if reading fails, DataError if the file has become
/// shorter.
void read_whole(std::ifstream& file, std::span<char> into, const Complaint& complain, std::string_view what) {
  errno = 0;
  if (file.read(into.data(), static_cast<std::streamsize>(into.size()))) return;
  if (file.bad()) reading_failed(complain.path, std::strerror(errno));
  complain(base::format("{} cannot be read: truncated", what));
}

std::uint64_t little_endian(std::span<const char, kLengthBytes> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
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

/// Finds a key that an object has twice. The parser's own callback would do, but takes quadratic time.
struct RepeatedKey : nlohmann::json_sax<Json> {
  std::vector<std::set<std::string>> open;  ///< keys of the objects around what is being read
  std::string twice;

  bool start_object(std::size_t) override {
    open.emplace_back();
    return true;
  }
  bool end_object() override {
    open.pop_back();
    return true;
  }
  bool key(std::string& name) override {
    if (!open.back().insert(name).second) twice = name;
    return twice.empty();
  }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }
};

/// JSON allows a key twice and the parser keeps one of the two; which tensor was meant cannot be known.
Json parse_header(const std::string& text, const Complaint& complain) {
  Json header = Json::parse(text, /*callback=*/nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) complain("the header is not JSON: no safetensors file, or damaged");
  RepeatedKey repeated;
  Json::sax_parse(text, &repeated);
  if (!repeated.twice.empty()) complain(base::format("the header names {} twice", repeated.twice));
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
    complain(base::format("tensor {} has the type {}, which no network has", name, type_name),
             "convert it to F32");
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
std::string read_header_text(std::ifstream& file, std::uint64_t file_bytes, const Complaint& complain) {
  std::array<char, kLengthBytes + 1> start{};  // the header's length, and its opening brace
  if (file_bytes == 0) complain("is empty");
  const std::size_t there = std::min<std::uint64_t>(file_bytes, start.size());
  read_whole(file, std::span(start).first(there), complain, "its beginning");
  const std::uint64_t length = little_endian(std::span(start).first<kLengthBytes>());
  if (there == start.size() && start.back() == '{' && length <= file_bytes - kLengthBytes &&
      length <= kMostHeaderBytes) {
    std::string header(length, '\0');
    file.seekg(kLengthBytes);
    read_whole(file, header, complain, "the header");
    return header;
  }
  // A few of the first bytes tell most files that are something else.
  std::string beginning(std::min<std::uint64_t>(file_bytes, kMostMagicBytes), '\0');
  file.seekg(0);
  read_whole(file, beginning, complain, "its beginning");
  if (const ForeignFormat* format = foreign_format(beginning)) complain(format->what, format->remedy);
  if (there < kLengthBytes)
    complain(base::format("has {} bytes, too few for a safetensors file", file_bytes));
  if (length <= file_bytes - kLengthBytes)
    complain("the header is not JSON: no safetensors file, or damaged");
  complain(base::format("announces a header of {} bytes but has {}: truncated, or no safetensors file",
                        length, file_bytes));
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

/// A file whose header has been read and believed.
struct OpenFile {
  std::ifstream file;          ///< at the first byte of data
  std::vector<Entry> entries;  ///< in the order of their data
  std::map<std::string, std::string> metadata;
};

OpenFile open(const std::filesystem::path& path, const Complaint& complain) {
  std::error_code failed;
  const std::filesystem::file_status status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status) && status.type() != std::filesystem::file_type::not_found) {
    reading_failed(path, failed.message());
  }
  // Opening a named pipe would wait for a writer.
  if (!std::filesystem::is_regular_file(status)) complain("cannot be opened as a file");
  const std::uint64_t file_bytes = std::filesystem::file_size(path, failed);
  errno = 0;
  OpenFile opened{.file = std::ifstream(path, std::ios::binary), .entries = {}, .metadata = {}};
  if (failed || !opened.file) reading_failed(path, failed ? failed.message() : std::strerror(errno));
  const std::string header_text = read_header_text(opened.file, file_bytes, complain);
  const Json header = parse_header(header_text, complain);
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey) {
      opened.metadata = parse_metadata(value, complain);
    } else {
      opened.entries.push_back(parse_entry(name, value, complain));
    }
  }
  std::sort(opened.entries.begin(), opened.entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_layout(opened.entries, file_bytes - kLengthBytes - header_text.size(), complain);
  return opened;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata) {
  NamedTensors ordered = tensors;
  std::stable_partition(ordered.begin(), ordered.end(),
                        [](const auto& item) { return item.second.scalar_type() == torch::kInt64; });
  OrderedJson header = OrderedJson::object();
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
  OpenFile opened = open(path, complain);
  Safetensors result{.tensors = {}, .metadata = std::move(opened.metadata)};
  for (const Entry& entry : opened.entries) {
    torch::Tensor tensor = torch::empty(entry.shape, entry.type);
    read_whole(opened.file, std::span(static_cast<char*>(tensor.mutable_data_ptr()), tensor.nbytes()),
               complain, "tensor " + entry.name);
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

std::map<std::string, std::string> read_safetensors_metadata(const std::filesystem::path& path) {
  std::map<std::string, std::string> metadata = open(path, Complaint{path}).metadata;
  metadata.erase(kChecksumKey);
  return metadata;
}

}  // namespace ltr::model
