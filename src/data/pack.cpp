// SPDX-License-Identifier: Apache-2.0
#include "data/pack.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "data/pack_file.hpp"

namespace ltr::data {
namespace {

/// Where an image of a joined pack lies.
struct Place {
  std::uint32_t file = 0;
  std::uint32_t image = 0;  ///< within the file
};

void check_joinable(const PackFile& first, const PackFile& other) {
  const auto refuse = [&](const std::string& what) {
    throw base::DataError(
        base::format("packs '{}' and '{}' cannot be joined: {}; labels would not mean the same; pack the "
                     "second again with --like {}",
                     first.path().string(), other.path().string(), what, first.path().filename().string()));
  };
  if (first.class_names().size() != other.class_names().size()) {
    refuse(base::format("{} classes and {}", first.class_names().size(), other.class_names().size()));
  }
  const auto [ours, theirs] = std::ranges::mismatch(first.class_names(), other.class_names());
  if (ours == first.class_names().end()) return;
  refuse(base::format("class {} is '{}' and '{}'", ours - first.class_names().begin(), *ours, *theirs));
}

void check_distinct(const PackFile& first, const PackFile& other) {
  if (first.content_hash() != other.content_hash()) return;
  throw base::DataError(
      base::format("packs '{}' and '{}' hold the same images with the same labels; each of them would count "
                   "twice; name one of the two",
                   first.path().string(), other.path().string()));
}

/// Every file's word, or what stands for all of them together.
std::string joined(const std::vector<PackFile>& files, const std::string& (PackFile::*word)() const) {
  std::vector<std::string> words;
  for (const PackFile& file : files) words.push_back((file.*word)());
  return base::join(words, " + ");
}

template <class Number>
Number sum(const std::vector<PackFile>& files, Number (PackFile::*number)() const) {
  Number total = 0;
  for (const PackFile& file : files) total += (file.*number)();
  return total;
}

std::string joined_hash(const std::vector<PackFile>& files) {
  if (files.size() == 1) return files.front().content_hash();
  base::Sha256 hash;
  for (const PackFile& file : files) hash.add(std::as_bytes(std::span(file.content_hash())));
  return hash.hex();
}

}  // namespace

struct Pack::State {
  explicit State(std::span<const std::filesystem::path> paths);

  void place_images();
  /// A single file's images stand where they are, which needs no table.
  [[nodiscard]] Place place(base::SampleIndex sample) const {
    const auto i = static_cast<std::size_t>(sample.value());
    LTR_EXPECT(i < images);
    return files.size() == 1 ? Place{0, static_cast<std::uint32_t>(i)} : places[i];
  }
  [[nodiscard]] const PackFile& file(const Place& at) const { return files[at.file]; }

  std::vector<PackFile> files;
  std::size_t images = 0;
  std::vector<Place> places;  ///< class by class, in each the files one after another; empty for one file
  std::vector<std::int64_t> class_counts;
  std::string location;
  std::string name;
  std::string list_hash;
  std::string content_hash;
};

Pack::State::State(std::span<const std::filesystem::path> paths) {
  LTR_EXPECT(!paths.empty());
  std::vector<std::string> names;
  for (const std::filesystem::path& path : paths) {
    PackFile file(path);
    for (const PackFile& earlier : files) {
      check_joinable(earlier, file);
      check_distinct(earlier, file);
    }
    files.push_back(std::move(file));
    names.push_back(path.string());
    images += files.back().labels().size();
  }
  location = base::join(names, " + ");
  name = joined(files, &PackFile::name);
  list_hash = joined(files, &PackFile::list_hash);
  content_hash = joined_hash(files);
  class_counts.assign(files.front().class_counts().size(), 0);
  for (const PackFile& file : files) {
    std::ranges::transform(class_counts, file.class_counts(), class_counts.begin(), std::plus());
  }
  if (files.size() > 1) place_images();
}

void Pack::State::place_images() {
  places.reserve(images);
  std::vector<std::uint32_t> next(files.size(), 0);
  for (std::size_t k = 0; k < class_counts.size(); ++k) {
    for (std::uint32_t f = 0; f < files.size(); ++f) {
      const auto end = next[f] + static_cast<std::uint32_t>(files[f].class_counts()[k]);
      for (; next[f] < end; ++next[f]) places.push_back({f, next[f]});
    }
  }
}

Pack::Pack(const std::filesystem::path& path) : Pack(std::span(&path, 1)) {}
Pack::Pack(std::span<const std::filesystem::path> paths) : state_(std::make_unique<State>(paths)) {}
Pack::Pack(Pack&&) noexcept = default;
Pack& Pack::operator=(Pack&&) noexcept = default;
Pack::~Pack() = default;

const std::string& Pack::location() const { return state_->location; }

std::vector<PackIdentity> Pack::files() const {
  std::vector<PackIdentity> files;
  for (const PackFile& file : state_->files) files.push_back({file.path(), file.content_hash()});
  return files;
}

std::int64_t Pack::images() const { return static_cast<std::int64_t>(state_->images); }
std::int32_t Pack::classes() const { return static_cast<std::int32_t>(state_->class_counts.size()); }
std::span<const std::int64_t> Pack::class_counts() const { return state_->class_counts; }
std::span<const std::string> Pack::class_names() const { return state_->files.front().class_names(); }
const std::string& Pack::list_hash() const { return state_->list_hash; }
const std::string& Pack::name() const { return state_->name; }
const std::string& Pack::content_hash() const { return state_->content_hash; }

std::uint64_t Pack::image_bytes() const { return sum(state_->files, &PackFile::image_bytes); }
std::int64_t Pack::dropped() const { return sum(state_->files, &PackFile::dropped); }
std::int64_t Pack::lenient() const { return sum(state_->files, &PackFile::lenient); }

base::ClassId Pack::label(base::SampleIndex sample) const {
  const Place at = state_->place(sample);
  return base::ClassId(state_->file(at).labels()[at.image]);
}

std::string Pack::image_path(base::SampleIndex sample) const {
  const Place at = state_->place(sample);
  return state_->file(at).paths()[at.image];
}

std::string Pack::describe(base::SampleIndex sample) const {
  const Place at = state_->place(sample);
  return state_->file(at).describe(at.image);
}

Resolution Pack::resolution(base::SampleIndex sample) const {
  const Place at = state_->place(sample);
  const std::size_t row = std::size_t{2} * at.image;
  const std::vector<std::int32_t>& resolutions = state_->file(at).resolutions();
  return {resolutions[row], resolutions[row + 1]};
}

std::uint32_t Pack::image_crc32(base::SampleIndex sample) const {
  const Place at = state_->place(sample);
  return state_->file(at).crcs()[at.image];
}

std::uint64_t Pack::image_size_bytes(base::SampleIndex sample) const {
  const Place at = state_->place(sample);
  return state_->file(at).size_of(at.image);
}

std::span<const std::byte> Pack::read(base::SampleIndex sample, std::vector<std::byte>& buffer) const {
  const Place at = state_->place(sample);
  return state_->file(at).read(at.image, buffer);
}

void Pack::announce(std::span<const base::SampleIndex> samples) const {
  for (const base::SampleIndex sample : samples) {
    const Place at = state_->place(sample);
    state_->file(at).announce(at.image);
  }
}

}  // namespace ltr::data
