// SPDX-License-Identifier: Apache-2.0
#include "data/pack_writer.hpp"

#include <algorithm>
#include <array>
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
#include "image/decode.hpp"
#include "store/atomic_file.hpp"
#include "store/file.hpp"
#include "store/free_space.hpp"

namespace ltr::data {
namespace {

/// What the first pass learns of an image; `problem` is empty if it is sound.
struct Measured {
  CheckedImage image;
  std::string problem;
};

/// What is written: images grouped by class, and where each one goes. Entries and measured are parallel.
struct Layout {
  PackContents contents;
  std::vector<Measured> measured;
  std::vector<std::uint64_t> offsets;  // [N+1]
  std::vector<std::int64_t> class_counts;
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

/// Replaces an image by a PNG of the same pixels.
void reencode(std::vector<std::byte>& bytes, image::Decoder& decoder, image::Image& pixels) {
  decoder.decode(bytes, pixels);
  bytes = image::encode_png(pixels);
}

/// Decodes the image, and re-encodes it unless it is a JPEG of grey levels or colours.
CheckedImage check(std::vector<std::byte>& bytes) {
  thread_local image::Decoder decoder;
  thread_local image::Image pixels;
  const image::ImageSummary summary = decoder.verify(bytes, pixels);
  CheckedImage checked{.resolution = {summary.height, summary.width}};
  checked.reencoded = summary.encoding != image::Encoding::jpeg || summary.channels == 4;
  if (checked.reencoded) reencode(bytes, decoder, pixels);
  checked.bytes = bytes.size();
  checked.crc32 = base::crc32(bytes);
  return checked;
}

std::vector<Measured> measure(const PackContents& contents, const ImageSource& image_of,
                              const PackOptions& options, CheckedImages* journal, base::Log& log) {
  const std::int64_t count = std::ssize(contents.entries);
  std::vector<Measured> measured(static_cast<std::size_t>(count));
  ProgressCount progress(log, contents.name, "checked", count);
  parallel_for(count, options.threads, [&](std::int64_t i) {
    stop_if_asked(options);
    thread_local std::vector<std::byte> bytes;
    const PackEntry& entry = contents.entries[static_cast<std::size_t>(i)];
    Measured& result = measured[static_cast<std::size_t>(i)];
    try {
      image_of(entry, bytes);
      if (journal == nullptr) {
        result.image = check(bytes);
      } else {
        const CheckedImages::Source source{entry.path, bytes.size(), base::crc32(bytes)};
        const auto known = journal->find(source);
        result.image = known ? *known : check(bytes);
        if (!known) journal->add(source, result.image);
      }
    } catch (const base::DataError& error) {
      result.problem =
          base::format("{}'{}': {}", place_of(contents, entry), base::printable(entry.path), error.what());
    }
    progress.add_one();
  });
  return measured;
}

[[noreturn]] void refuse(const std::vector<std::string>& problems, std::size_t images) {
  constexpr std::size_t kShown = 10;
  std::string text =
      base::format("{} of {} images cannot be used:", base::with_thousands(std::ssize(problems)),
                   base::with_thousands(static_cast<std::int64_t>(images)));
  for (std::size_t i = 0; i < std::min(kShown, problems.size()); ++i) text += "\n  " + problems[i];
  if (problems.size() > kShown) text += base::format("\n  and {} more", problems.size() - kShown);
  throw base::DataError(
      text + "\nA run would stop at them; mend the files or the list, or drop them with --skip-bad.");
}

/// Takes the bad images out of both vectors, which stay parallel.
std::vector<std::string> drop_bad(std::vector<PackEntry>& entries, std::vector<Measured>& measured) {
  std::vector<std::string> problems;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!measured[i].problem.empty()) {
      problems.push_back(measured[i].problem);
      continue;
    }
    if (kept != i) {
      entries[kept] = std::move(entries[i]);
      measured[kept] = std::move(measured[i]);
    }
    ++kept;
  }
  entries.resize(kept);
  measured.resize(kept);
  return problems;
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
void write_tables(store::File& file, const Layout& layout) {
  const auto& [contents, measured, offsets, class_counts] = layout;
  std::vector<std::int32_t> labels;
  std::vector<std::string> paths;
  std::vector<std::uint32_t> crcs;
  std::vector<std::int32_t> resolutions;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    labels.push_back(contents.entries[i].label.value());
    paths.push_back(contents.entries[i].path);
    const CheckedImage& image = measured[i].image;
    crcs.push_back(image.crc32);
    resolutions.push_back(image.resolution.height);
    resolutions.push_back(image.resolution.width);
  }
  file.set_attribute(pack_format::kContents, pack_format::kContentsValue);
  file.set_attribute(pack_format::kSchemaVersion, kPackSchema);
  file.set_attribute(pack_format::kName, std::string_view(contents.name));
  file.set_attribute(pack_format::kListHash, std::string_view(contents.list_hash));
  file.write<std::uint64_t>(pack_format::kOffsets, offsets);
  file.write<std::int32_t>(pack_format::kLabels, labels);
  file.write<std::uint32_t>(pack_format::kCrc32, crcs);
  const std::array<std::uint64_t, 2> shape{measured.size(), 2};
  file.write<std::int32_t>(pack_format::kResolutions, resolutions, shape);
  file.write<std::int64_t>(pack_format::kClassCounts, class_counts);
  file.write_strings(pack_format::kPaths, paths);
  file.write_strings(pack_format::kClassNames, contents.class_names);
}

/// The bytes of image `at`, as they were checked.
void fetch(const Layout& layout, const ImageSource& image_of, std::size_t at, std::vector<std::byte>& bytes) {
  thread_local image::Decoder decoder;
  thread_local image::Image pixels;
  const PackEntry& entry = layout.contents.entries[at];
  const CheckedImage& checked = layout.measured[at].image;
  image_of(entry, bytes);
  if (checked.reencoded) reencode(bytes, decoder, pixels);
  if (bytes.size() == checked.bytes && base::crc32(bytes) == checked.crc32) return;
  throw base::DataError(base::format(
      "{}'{}' changed while it was packed; the pack would not be what was checked; pack again when "
      "nothing writes there",
      place_of(layout.contents, entry), base::printable(entry.path)));
}

/// The second pass: blocks of images are fetched by all threads, then written by this one.
void write_images(store::File& file, const Layout& layout, const ImageSource& image_of,
                  const PackOptions& options, base::Log& log) {
  const std::int64_t images = std::ssize(layout.measured);
  ProgressCount progress(log, layout.contents.name, "written", images);
  constexpr std::int64_t kBlock = 256;
  std::vector<std::vector<std::byte>> block(kBlock);
  std::vector<std::byte> joined;
  for (std::int64_t begin = 0; begin < images; begin += kBlock) {
    const std::int64_t count = std::min(kBlock, images - begin);
    parallel_for(count, options.threads, [&](std::int64_t i) {
      stop_if_asked(options);
      fetch(layout, image_of, static_cast<std::size_t>(begin + i), block[static_cast<std::size_t>(i)]);
      progress.add_one();
    });
    joined.clear();
    for (std::int64_t i = 0; i < count; ++i) {
      const auto& bytes = block[static_cast<std::size_t>(i)];
      joined.insert(joined.end(), bytes.begin(), bytes.end());
    }
    file.write_bytes(pack_format::kBytes, layout.offsets[static_cast<std::size_t>(begin)], joined);
  }
}

/// Checks all images and decides where each one goes; fills the report.
Layout lay_out(PackContents contents, const ImageSource& image_of, const PackOptions& options,
               CheckedImages* journal, PackReport& report, base::Log& log) {
  std::stable_sort(contents.entries.begin(), contents.entries.end(),
                   [](const PackEntry& a, const PackEntry& b) { return a.label < b.label; });
  const std::size_t listed = contents.entries.size();
  Layout layout{.contents = std::move(contents), .measured = {}, .offsets = {0}, .class_counts = {}};
  layout.measured = measure(layout.contents, image_of, options, journal, log);
  report.dropped = drop_bad(layout.contents.entries, layout.measured);
  if (!report.dropped.empty() && options.bad_images == BadImages::fail) refuse(report.dropped, listed);
  layout.class_counts = count_classes(layout.contents, options.empty_classes);
  for (const Measured& measured : layout.measured) {
    layout.offsets.push_back(layout.offsets.back() + measured.image.bytes);
    if (measured.image.reencoded) ++report.reencoded;
  }
  report.images = std::ssize(layout.measured);
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

}  // namespace

PackReport write_pack(const std::filesystem::path& output, PackContents contents, const ImageSource& image_of,
                      const PackOptions& options, base::Log& log) {
  require_replaceable(output);
  store::PendingFile pending(output);  // first, so that a folder that refuses it costs no time
  const PackReport report = write_pack(pending, output, std::move(contents), image_of, options, log);
  pending.commit();
  return report;
}

PackReport write_pack(const store::PendingFile& pending, const std::filesystem::path& output,
                      PackContents contents, const ImageSource& image_of, const PackOptions& options,
                      base::Log& log) {
  std::optional<CheckedImages> journal;  // drawing an image again costs more than decoding it: only for files
  if (!contents.list.empty()) journal.emplace(output.string() + ".checked");
  try {
    PackReport report;
    const Layout layout =
        lay_out(std::move(contents), image_of, options, journal ? &*journal : nullptr, report, log);
    require_space_for(layout, output);
    store::File file = store::File::create(pending.temporary());
    write_tables(file, layout);
    file.create_bytes(pack_format::kBytes, report.image_bytes);
    write_images(file, layout, image_of, options, log);
    file.close();
    return report;
  } catch (const base::Stopped&) {
    if (journal) journal->keep();
    throw;
  }
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
