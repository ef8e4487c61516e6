// SPDX-License-Identifier: Apache-2.0
#include "data/pack_writer.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "base/printable.hpp"
#include "data/checked_images.hpp"
#include "data/image_file.hpp"
#include "data/pack_format.hpp"
#include "data/parallel_for.hpp"
#include "data/progress_count.hpp"
#include "store/atomic_file.hpp"
#include "store/file.hpp"
#include "store/free_space.hpp"
#include "store/seal.hpp"

namespace ltr::data {
namespace {

/// What the first pass learns of an image.
struct Measured {
  CheckedImage image;
  std::string problem;  ///< why it cannot be packed; "" if it can
  std::string damage;   ///< of one that is packed as PIL takes it
};

/// What is written: images grouped by class, and where each one goes. Entries and images are parallel.
struct Layout {
  PackContents contents;
  std::vector<CheckedImage> images;
  std::vector<std::uint64_t> offsets;  // [N+1]
  std::vector<std::int64_t> class_counts;
};

/// One packing's means.
struct Packing {
  const ImageSource& image_of;
  const PackOptions& options;
  base::Log& log;
  CheckedImages* journal;
  ImagePacker packer;
  ImageNotes dropped;
  ImageNotes lenient;
};

std::string place_of(const PackContents& contents, const PackEntry& entry) {
  if (contents.list.empty()) return "";
  return entry.number == 0 ? base::format("{}: ", contents.list)
                           : base::format("{}:{}: ", contents.list, entry.number);
}

void stop_if_asked(const PackOptions& options) {
  if (options.stop.stop_requested()) {
    throw base::Stopped(
        "stopped by a signal before the pack was whole, so none was written; the same command "
        "does it again, without decoding once more the images of a list that it has checked");
  }
}

/// A buffer for an image's bytes, which an unusually large one does not leave large.
std::vector<std::byte>& fresh_buffer() {
  constexpr std::size_t kKeptBytes = std::size_t{64} << 20;
  thread_local std::vector<std::byte> bytes;
  if (bytes.capacity() > kKeptBytes) bytes = {};
  return bytes;
}

Measured measure(const PackEntry& entry, const PackContents& contents, Packing& packing) {
  std::vector<std::byte>& bytes = fresh_buffer();
  Measured result;
  const auto named = [&](const char* what) {
    return base::format("{}'{}': {}", place_of(contents, entry), base::printable(entry.path), what);
  };
  try {
    packing.image_of(entry, bytes);
    const CheckedImages::Source source{entry.path, bytes.size(), base::crc32(bytes)};
    const auto known = packing.journal == nullptr ? std::nullopt : packing.journal->find(source);
    result.image = known ? *known : packing.packer.check(bytes, result.damage);
    if (!known && packing.journal != nullptr) packing.journal->add(source, result.image);
  } catch (const base::DataError& error) {
    result.problem = named(error.what());
  }
  if (!result.damage.empty()) result.damage = named(result.damage.c_str());
  return result;
}

/// The first pass. Entries that cannot be packed are taken out; the others' images are returned.
std::vector<CheckedImage> measure_all(PackContents& contents, Packing& packing) {
  constexpr std::int64_t kBlock = 4096;  // so that no more than a block's messages are held
  std::vector<PackEntry>& entries = contents.entries;
  const std::int64_t count = std::ssize(entries);
  ProgressCount progress(packing.log, contents.name, "checked", count);
  std::vector<CheckedImage> images;
  for (std::int64_t begin = 0; begin < count; begin += kBlock) {
    std::vector<Measured> block(static_cast<std::size_t>(std::min(kBlock, count - begin)));
    parallel_for(std::ssize(block), packing.options.threads, [&](std::int64_t i) {
      stop_if_asked(packing.options);
      block[static_cast<std::size_t>(i)] =
          measure(entries[static_cast<std::size_t>(begin + i)], contents, packing);
      progress.add_one();
    });
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (!block[i].problem.empty()) {
        packing.dropped.add(block[i].problem);
        continue;
      }
      if (!block[i].damage.empty()) packing.lenient.add(block[i].damage);
      const std::size_t from = static_cast<std::size_t>(begin) + i;
      if (images.size() != from) entries[images.size()] = std::move(entries[from]);
      images.push_back(block[i].image);
    }
  }
  entries.resize(images.size());
  return images;
}

[[noreturn]] void refuse(const NotedImages& problems, std::int64_t images, DamagedImages damaged) {
  std::string text = base::format("{} of {} images cannot be used:", base::with_thousands(problems.count),
                                  base::with_thousands(images));
  for (const std::string& problem : problems.first) text += "\n  " + problem;
  if (const std::int64_t others = problems.count - std::ssize(problems.first); others > 0) {
    text += base::format("\n  and {} more", base::with_thousands(others));
  }
  throw base::DataError(base::format(
      "{}\nA run would stop at them; mend the files or the list, {}or drop them with --skip-bad.", text,
      damaged == DamagedImages::refuse ? "take those that PIL takes all the same with --lenient, " : ""));
}

std::vector<std::int64_t> count_classes(const PackContents& contents, EmptyClasses empty_classes) {
  std::vector<std::int64_t> counts(contents.class_names.size(), 0);
  for (const PackEntry& entry : contents.entries) ++counts[static_cast<std::size_t>(entry.label.value())];
  const auto empty = std::find(counts.begin(), counts.end(), 0);
  if (contents.entries.empty() || (empty != counts.end() && empty_classes == EmptyClasses::refuse)) {
    const auto label = static_cast<std::size_t>(empty - counts.begin());
    throw base::DataError(
        base::format("{}: class {} ({}) has no usable image left; it could not be learned; mend its "
                     "images or take the class out of the list",
                     contents.list, label, base::printable(contents.class_names[label])));
  }
  return counts;
}

std::filesystem::path folder_of(const std::filesystem::path& output) {
  return output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
}

/// Everything but the images' bytes.
void write_tables(store::File& file, const Layout& layout, const PackReport& report) {
  const auto& [contents, images, offsets, class_counts] = layout;
  std::vector<std::int32_t> labels;
  std::vector<std::string> paths;
  std::vector<std::uint32_t> crcs;
  std::vector<std::int32_t> resolutions;
  for (std::size_t i = 0; i < images.size(); ++i) {
    labels.push_back(contents.entries[i].label.value());
    paths.push_back(contents.entries[i].path);
    crcs.push_back(images[i].crc32);
    resolutions.push_back(images[i].resolution.height);
    resolutions.push_back(images[i].resolution.width);
  }
  file.set_attribute(pack_format::kContents, pack_format::kContentsValue);
  file.set_attribute(pack_format::kSchemaVersion, kPackSchema);
  file.set_attribute(pack_format::kName, std::string_view(contents.name));
  file.set_attribute(pack_format::kListHash, std::string_view(contents.list_hash));
  file.set_attribute(pack_format::kDropped, report.dropped.count);
  file.set_attribute(pack_format::kLenient, report.lenient.count);
  file.write<std::uint64_t>(pack_format::kOffsets, offsets);
  file.write<std::int32_t>(pack_format::kLabels, labels);
  file.write<std::uint32_t>(pack_format::kCrc32, crcs);
  const std::array<std::uint64_t, 2> shape{images.size(), 2};
  file.write<std::int32_t>(pack_format::kResolutions, resolutions, shape);
  file.write<std::int64_t>(pack_format::kClassCounts, class_counts);
  file.write_strings(pack_format::kPaths, paths);
  file.write_strings(pack_format::kClassNames, contents.class_names);
}

/// The bytes of image `at`, as they were checked.
std::vector<std::byte> fetch(const Layout& layout, std::size_t at, Packing& packing) {
  const PackEntry& entry = layout.contents.entries[at];
  const CheckedImage& checked = layout.images[at];
  std::vector<std::byte> bytes;
  packing.image_of(entry, bytes);
  packing.packer.repeat(bytes, checked);
  if (bytes.size() == checked.bytes && base::crc32(bytes) == checked.crc32) return bytes;
  throw base::DataError(base::format(
      "{}'{}' changed while it was packed; the pack would not be what was checked; pack again when "
      "nothing writes there",
      place_of(layout.contents, entry), base::printable(entry.path)));
}

/// Behind the last of the images from `begin` on that are held at once.
std::int64_t end_of_block(const Layout& layout, std::int64_t begin) {
  constexpr std::int64_t kImages = 256;
  constexpr std::uint64_t kBytes = std::uint64_t{256} << 20;
  const auto offset = [&](std::int64_t i) { return layout.offsets[static_cast<std::size_t>(i)]; };
  const std::int64_t last = std::min(begin + kImages, std::ssize(layout.images));
  std::int64_t end = begin + 1;
  while (end < last && offset(end + 1) - offset(begin) <= kBytes) ++end;
  return end;
}

/// The second pass: blocks of images are fetched by all threads, then written by this one.
void write_images(store::File& file, const Layout& layout, Packing& packing) {
  const std::int64_t images = std::ssize(layout.images);
  ProgressCount progress(packing.log, layout.contents.name, "written", images);
  std::vector<std::byte> joined;
  for (std::int64_t begin = 0; begin < images;) {
    const std::int64_t end = end_of_block(layout, begin);
    std::vector<std::vector<std::byte>> block(static_cast<std::size_t>(end - begin));
    parallel_for(end - begin, packing.options.threads, [&](std::int64_t i) {
      stop_if_asked(packing.options);
      block[static_cast<std::size_t>(i)] = fetch(layout, static_cast<std::size_t>(begin + i), packing);
      progress.add_one();
    });
    joined.clear();
    for (const auto& bytes : block) joined.insert(joined.end(), bytes.begin(), bytes.end());
    file.write_bytes(pack_format::kBytes, layout.offsets[static_cast<std::size_t>(begin)], joined);
    begin = end;
  }
}

/// Checks all images and decides where each one goes; fills the report.
Layout lay_out(PackContents contents, Packing& packing, PackReport& report) {
  const PackOptions& options = packing.options;
  std::stable_sort(contents.entries.begin(), contents.entries.end(),
                   [](const PackEntry& a, const PackEntry& b) { return a.label < b.label; });
  const std::int64_t listed = std::ssize(contents.entries);
  Layout layout{.contents = std::move(contents), .images = {}, .offsets = {0}, .class_counts = {}};
  layout.images = measure_all(layout.contents, packing);
  report.dropped = packing.dropped.noted();
  report.lenient = packing.lenient.noted();
  if (report.dropped.count > 0) {
    if (options.bad_images == BadImages::fail) refuse(report.dropped, listed, options.damaged);
    layout.contents.name += base::format(", {} of {} images", base::with_thousands(std::ssize(layout.images)),
                                         base::with_thousands(listed));
  }
  layout.class_counts = count_classes(layout.contents, options.empty_classes);
  for (const CheckedImage& image : layout.images) {
    layout.offsets.push_back(layout.offsets.back() + image.bytes);
    report.reencoded += image.reencoded ? 1 : 0;
    report.whitened += image.whitened ? 1 : 0;
  }
  report.images = std::ssize(layout.images);
  report.image_bytes = layout.offsets.back();
  return layout;
}

/// Throws: DataError if something stands at `output` that is no pack: a list, an image, a device.
void require_replaceable(const std::filesystem::path& output) {
  std::error_code absent;
  if (!std::filesystem::exists(std::filesystem::symlink_status(output, absent))) return;
  try {
    if (std::filesystem::is_regular_file(output, absent)) {
      const Pack pack(output);
      return;
    }
  } catch (const base::DataError&) {
    // Said below, for this file was not to be read but replaced.
  }
  throw base::DataError(
      base::format("{} is there and is no readable pack; writing would replace what it holds; choose another "
                   "--output, or remove it first",
                   output.string()));
}

/// Throws: SystemError if the file will not fit.
void require_space_for(const Layout& layout, const std::filesystem::path& output) {
  std::uint64_t bytes = layout.offsets.back() + (1 << 16);
  for (const PackEntry& entry : layout.contents.entries) bytes += 64 + entry.path.size();
  store::require_free_space(folder_of(output), bytes, output.string());
}

PackReport write(const store::PendingFile& pending, const std::filesystem::path& output,
                 PackContents contents, const ImageSource& image_of, const PackOptions& options,
                 base::Log& log, const std::function<void()>& commit) {
  std::optional<CheckedImages> journal;  // drawing an image again costs more than decoding it: only for files
  if (!contents.list.empty()) journal.emplace(output.string() + ".checked");
  Packing packing{image_of,
                  options,
                  log,
                  journal ? &*journal : nullptr,
                  ImagePacker(options.damaged),
                  ImageNotes(output.string() + ".dropped"),
                  ImageNotes(output.string() + ".lenient")};
  try {
    PackReport report;
    const Layout layout = lay_out(std::move(contents), packing, report);
    require_space_for(layout, output);
    store::File file = store::File::create(pending.temporary());
    write_tables(file, layout, report);
    file.create_bytes(pack_format::kBytes, report.image_bytes);
    write_images(file, layout, packing);
    const std::vector<store::Extent> extents = file.extents();
    file.close();
    store::seal(pending.temporary(), extents, pack_format::kUnsealed);
    commit();
    packing.dropped.commit();
    packing.lenient.commit();
    return report;
  } catch (const base::Stopped&) {
    if (journal) journal->keep();
    throw;
  }
}

}  // namespace

PackReport write_pack(const std::filesystem::path& output, PackContents contents, const ImageSource& image_of,
                      const PackOptions& options, base::Log& log) {
  require_replaceable(output);
  store::PendingFile pending(output);  // first, so that a folder that refuses it costs no time
  return write(pending, output, std::move(contents), image_of, options, log,
               [&pending] { pending.commit(); });
}

PackReport write_pack(const store::PendingFile& pending, const std::filesystem::path& output,
                      PackContents contents, const ImageSource& image_of, const PackOptions& options,
                      base::Log& log) {
  return write(pending, output, std::move(contents), image_of, options, log, [] {});
}

PackReport pack_list(const std::filesystem::path& output, const ImageList& list, const ListSource& source,
                     const PackOptions& options, base::Log& log) {
  PackContents contents{.name = source.name,
                        .list = list.file,
                        .list_hash = list.hash,
                        .class_names = source.class_names,
                        .entries = list.entries};
  const auto image_of = [&source](const PackEntry& entry, std::vector<std::byte>& bytes) {
    read_image_file(source.root / entry.path, bytes);
  };
  return write_pack(output, std::move(contents), image_of, options, log);
}

}  // namespace ltr::data
