// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "app/data_commands.hpp"
#include "app/data_interruption.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "data/list.hpp"
#include "data/pack.hpp"
#include "data/pack_writer.hpp"

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
  int threads = 0;
};

/// Class names for a list: those of --like, of --class-names, or of the folders.
std::vector<std::string> class_names_for(const data::ImageList& list, const std::optional<data::Pack>& like,
                                         const Arguments& arguments) {
  if (!arguments.class_names.empty()) return data::read_class_names(arguments.class_names, list.classes);
  if (like) return {like->class_names().begin(), like->class_names().end()};
  return data::class_names_of(list);
}

void pack(const Arguments& arguments, base::Log& log) {
  std::optional<data::Pack> like;
  if (!arguments.like.empty()) like.emplace(arguments.like);
  const auto classes = like ? std::optional(like->classes()) : arguments.classes;
  const data::ImageList list = data::read_list(arguments.list, classes);
  for (const std::string& note : list.notes) log.warning(note);

  const std::filesystem::path file(arguments.list);
  const data::ListSource source{
      .root = arguments.root.empty() ? file.parent_path() : std::filesystem::path(arguments.root),
      .name = arguments.name.empty() ? file.stem().string() : arguments.name,
      .class_names = class_names_for(list, like, arguments)};
  const Interruption interruption;
  const data::PackOptions options{
      .bad_images = arguments.skip_bad ? data::BadImages::drop : data::BadImages::fail,
      .empty_classes = classes ? data::EmptyClasses::allow : data::EmptyClasses::refuse,
      .threads = arguments.threads,
      .stop = interruption.token()};
  const data::PackReport report = data::pack_list(arguments.output, list, source, options, log);

  for (const std::string& dropped : report.dropped) log.warning("dropped " + dropped);
  if (report.reencoded > 0) {
    log.info(base::format("{} images that are no JPEG, or one of inks (CMYK), are packed as PNG",
                          base::with_thousands(report.reencoded)));
  }
  std::cout << base::format(
      "{}: {} images of {} classes, {}{}\n", arguments.output, base::with_thousands(report.images),
      base::with_thousands(list.classes), base::byte_size(report.image_bytes),
      report.dropped.empty() ? "" : base::format("; {} dropped", report.dropped.size()));
}

}  // namespace

void add_pack_command(CLI::App& app, base::Log& log) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("pack", "packs the images of a list of `path label` lines");
  command->add_option("--list", arguments->list, "the list")->required();
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
      ->check(CLI::PositiveNumber)
      ->excludes(like);
  command->add_option("--class-names", arguments->class_names,
                      "a file of one name a line; default: those of --like, or the images' folders");
  command->add_option("--name", arguments->name, "what to call the pack; default: the list's name");
  command->add_flag("--skip-bad", arguments->skip_bad, "list and drop images that cannot be decoded");
  command->add_option("--threads", arguments->threads, "default: one a processor")
      ->check(CLI::NonNegativeNumber);
  command->callback([arguments, &log] { pack(*arguments, log); });
}

}  // namespace ltr::app
