// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/data_commands.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "data/class_names.hpp"
#include "data/image_set.hpp"
#include "data/limits.hpp"
#include "data/pack.hpp"
#include "data/pack_writer.hpp"
#include "data/recognise.hpp"

namespace ltr::app {
namespace {

struct Arguments {
  std::string list;
  std::string root;
  std::string output;
  std::string like;
  std::optional<std::int32_t> classes;
  std::string class_names;
  std::string name;
  bool skip_bad = false;
  bool lenient = false;
  bool numeric_order = false;
  int threads = 0;
};

/// The labels to keep to: those of --like, or as many as --classes says.
std::optional<data::ExpectedClasses> expected_classes(const std::optional<data::Pack>& like,
                                                      const Arguments& arguments) {
  if (like) {
    return data::ExpectedClasses{like->classes(), {like->class_names().begin(), like->class_names().end()}};
  }
  if (arguments.classes) return data::ExpectedClasses{*arguments.classes, {}};
  return std::nullopt;
}

/// Class names for a list: those of --class-names, of --like, or its own.
/// Throws: DataError if one of these gives a class another label than another does.
std::vector<std::string> class_names_for(const data::ImageList& list, const std::optional<data::Pack>& like,
                                         const Arguments& arguments) {
  std::vector<data::NamedClasses> sources{{list.file, data::own_class_names(list)}};
  if (like) sources.push_back({arguments.like, {like->class_names().begin(), like->class_names().end()}});
  if (!arguments.class_names.empty()) {
    sources.push_back({arguments.class_names, data::read_class_names(arguments.class_names, list)});
  }
  data::require_same_labels(sources);
  return sources.size() > 1 ? sources.back().names : data::class_names_of(list);
}

/// What to call the pack: as asked for, as the published list is known, or as the file or folder.
std::string name_for(const data::ImageList& list, const config::PublicList* known,
                     const Arguments& arguments) {
  if (!arguments.name.empty()) return arguments.name;
  if (known != nullptr) return std::string(known->name);
  const std::filesystem::path path = std::filesystem::absolute(list.file).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).stem().string();
}

/// The first of them; all stand in their file.
void warn_of_images(const data::NotedImages& noted, const char* what, base::Log& log) {
  for (const std::string& line : noted.first) log.warning(base::format("{} {}", what, line));
  if (const std::int64_t others = noted.count - std::ssize(noted.first); others > 0) {
    log.warning(base::format("{} {} more; all {} are named in {}", what, base::with_thousands(others),
                             base::with_thousands(noted.count), noted.file.string()));
  }
}

/// What makes the pack another one than its list says.
void warn_of_damage(const data::PackReport& report, const config::PublicList* known, base::Log& log) {
  warn_of_images(report.dropped, "dropped", log);
  warn_of_images(report.lenient, "taken as PIL takes it:", log);
  if (report.dropped.count > 0 && known != nullptr) {
    log.warning(base::format(
        "{} of the {} images of {} are missing, so this is no longer the published set, and accuracies on it "
        "do not compare with published ones; fetch the missing images and pack again",
        base::with_thousands(report.dropped.count), base::with_thousands(known->images), known->name));
  }
  if (report.whitened > 0) {
    log.warning(base::format(
        "{} PNGs of 16-bit grey levels go beyond 255 and are white there, as PIL's convert(\"RGB\") makes "
        "them; "
        "what they show is lost if they use the whole range; scale them to 8 bits and pack again",
        base::with_thousands(report.whitened)));
  }
}

void pack(const Arguments& arguments, base::Log& log, Interruption& interruption) {
  std::optional<data::Pack> like;
  if (!arguments.like.empty()) like.emplace(arguments.like);
  const auto expected = expected_classes(like, arguments);
  const data::ImageSet set =
      data::read_image_set(arguments.list, arguments.root, expected,
                           arguments.numeric_order ? data::FolderOrder::numbers : data::FolderOrder::text);
  const data::ImageList& list = set.list;
  for (const std::string& note : list.notes) log.warning(note);
  const data::Recognition recognition = data::recognise(list);
  if (!recognition.warning.empty()) log.warning(recognition.warning);

  const data::ListSource source{.root = set.root,
                                .name = name_for(list, recognition.known, arguments),
                                .class_names = class_names_for(list, like, arguments)};
  const std::string repeated = data::repeated_name({source.name, source.class_names});
  if (!repeated.empty()) log.warning(repeated);
  const data::PackOptions options{
      .bad_images = arguments.skip_bad ? data::BadImages::drop : data::BadImages::fail,
      .damaged = arguments.lenient ? data::DamagedImages::as_pil : data::DamagedImages::refuse,
      .empty_classes = expected ? data::EmptyClasses::allow : data::EmptyClasses::refuse,
      .threads = arguments.threads,
      .stop = interruption.token()};
  const data::PackReport report = data::pack_list(arguments.output, list, source, options, log);

  warn_of_damage(report, recognition.known, log);
  if (report.dropped.count > 0 && !arguments.lenient) {
    log.info("--lenient takes those of them that PIL takes although they are damaged");
  }
  if (report.reencoded > 0) {
    log.info(base::format("packed as PNG, being no JPEG, one of inks (CMYK) or damaged: {}",
                          base::with_thousands(report.reencoded)));
  }
  const auto counted = [](const data::NotedImages& noted, const char* what) {
    return noted.count == 0 ? std::string()
                            : base::format("; {} {}, see {}", base::with_thousands(noted.count), what,
                                           noted.file.string());
  };
  show(base::format("{}: {} images of {} classes, {}{}{}\n", arguments.output,
                    base::with_thousands(report.images), base::with_thousands(list.classes),
                    base::byte_size(report.image_bytes), counted(report.dropped, "dropped"),
                    counted(report.lenient, "taken damaged")));
}

}  // namespace

void add_pack_command(CLI::App& app, base::Log& log, Interruption& interruption) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("pack", "packs the images of a list, or of a folder per class");
  command->add_option(
      "--list", arguments->list,
      "lines of path and label, or iNaturalist's JSON; without it, the class folders of --root");
  command->add_option("--root", arguments->root,
                      "the folder its paths are relative to; default: the list's own");
  command->add_option("--output", arguments->output, "the pack to write")->required();
  CLI::Option* like =
      command->add_option("--like", arguments->like,
                          "the training pack, when packing a validation or test list: its classes are taken");
  command
      ->add_option(
          "--classes", arguments->classes,
          "number of classes, when a class may have no image; default: every label up to the largest")
      ->check(CLI::Range(1, data::kMostClasses))
      ->excludes(like);
  command->add_option(
      "--class-names", arguments->class_names,
      "a file of one name a line; default: those of --like, the JSON's, or the images' folders");
  command->add_option("--name", arguments->name,
                      "what to call the pack; default: the published or the file's name");
  command->add_flag("--numeric-order", arguments->numeric_order,
                    "class folders named by numbers in the order of the numbers: 2 before 10");
  command->add_flag("--skip-bad", arguments->skip_bad, "list and drop images that cannot be decoded");
  command->add_flag("--lenient", arguments->lenient,
                    "take damaged images that PIL takes, with the pixels that it makes of them");
  command->add_option("--threads", arguments->threads, "default: one a processor")->check(kThreads);
  command->callback([arguments, &log, &interruption] { pack(*arguments, log, interruption); });
}

}  // namespace ltr::app
