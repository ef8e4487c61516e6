// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "app/command_line.hpp"
#include "app/data_commands.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "base/text_file.hpp"
#include "data/class_counts.hpp"
#include "data/class_names.hpp"
#include "data/image_set.hpp"
#include "data/subset.hpp"
#include "store/atomic_file.hpp"

namespace ltr::app {
namespace {

struct Arguments {
  std::string list;
  std::string root;
  std::string output;
  std::string counts;
  std::optional<std::int64_t> largest;
  data::Tail tail;
  data::ClassOrder order = data::ClassOrder::label;
  std::uint64_t seed = 0;
  bool numeric_order = false;

  [[nodiscard]] data::FolderOrder order_of_folders() const {
    return numeric_order ? data::FolderOrder::numbers : data::FolderOrder::text;
  }
};

/// Counts of each class: the file's, or the tail dealt to the classes.
std::vector<std::int64_t> counts_for(const data::ImageList& list, const Arguments& arguments) {
  if (!arguments.counts.empty()) return data::read_class_counts(arguments.counts);
  const std::vector<std::int64_t> available = data::count_images(list);
  const std::int64_t first = arguments.order == data::ClassOrder::size     ? std::ranges::max(available)
                             : arguments.order == data::ClassOrder::random ? std::ranges::min(available)
                                                                           : available.front();
  const std::int64_t largest = arguments.largest.value_or(first);
  return data::deal_counts(list, data::tail_counts(list.classes, largest, arguments.tail), arguments.order,
                           arguments.seed);
}

/// The subset as lines, counted as a pack would read them back.
/// Throws: DataError naming a path that would be read back as another.
std::string checked_lines(std::span<const data::PackEntry> subset, std::span<const std::int64_t> counts,
                          const std::string& output) {
  for (const data::PackEntry& entry : subset) {
    if (entry.path.find('\n') == std::string::npos &&
        entry.path.find_last_of(" \t\r") + 1 != entry.path.size()) {
      continue;
    }
    throw base::DataError(
        base::format("path '{}' holds a line end or ends in a blank; a list of lines would "
                     "name another file; rename the image",
                     data::shown(entry.path)));
  }
  std::string text = data::list_text(subset);
  if (!std::ranges::equal(data::count_images(data::parse_list(text, output)), counts)) {
    throw std::logic_error(
        "the subset does not have the counts it should; this is a fault of the program: please report it");
  }
  return text;
}

/// Throws: DataError if a file stands there that writing `text` would change.
void require_replaceable(const std::filesystem::path& output, const std::string& text) {
  std::error_code absent;
  if (!std::filesystem::exists(output, absent)) return;
  if (std::filesystem::is_regular_file(output, absent) &&
      std::filesystem::file_size(output, absent) == text.size() && base::read_text_file(output) == text) {
    return;
  }
  throw base::DataError(base::format(
      "{} is there and holds something else; it would be lost; name another --output, or remove it first",
      output.string()));
}

void subset(const Arguments& arguments, base::Log& log, Interruption& interruption) {
  const data::ImageSet set =
      data::read_image_set(arguments.list, arguments.root, std::nullopt, arguments.order_of_folders());
  for (const std::string& note : set.list.notes) log.warning(note);
  const std::vector<std::int64_t> counts = counts_for(set.list, arguments);
  const std::vector<data::PackEntry> kept = data::cut_subset(set.list, counts, arguments.seed);
  const std::string text = checked_lines(kept, counts, arguments.output);
  require_replaceable(arguments.output, text);
  const std::stop_token ignored = interruption.token();  // from here on a signal comes too late
  store::write_atomically(arguments.output, std::as_bytes(std::span(text)));

  const std::vector<std::int64_t> available = data::count_images(set.list);
  const std::vector<std::string> names = data::class_names_of(set.list);
  show(base::format("{:>8} {:>9} {:>9}  {}\n", "class", "had", "images", "name"));
  for (std::size_t j = 0; j < counts.size(); ++j) {
    show(base::format("{:>8} {:>9} {:>9}  {}\n", j, available[j], counts[j], base::printable(names[j])));
  }
  show(base::format(
      "{}: {} of {} images, {} classes, {} to {} images a class, imbalance {:.1f}\n", arguments.output,
      base::with_thousands(std::ssize(kept)), base::with_thousands(std::ssize(set.list.entries)),
      counts.size(), std::ranges::max(counts), std::ranges::min(counts),
      static_cast<double>(std::ranges::max(counts)) / static_cast<double>(std::ranges::min(counts))));
  show(base::format("pack it with: ltr_data pack --list {} --root {} --output NAME.h5\n", arguments.output,
                    set.root.empty() ? "." : set.root.string()));
}

}  // namespace

void add_subset_command(CLI::App& app, base::Log& log, Interruption& interruption) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("subset", "cuts a long-tailed training list out of a larger one");
  command->add_option("--list", arguments->list, "the larger list, in any form that pack takes");
  command->add_option("--root", arguments->root, "as for pack");
  command->add_flag("--numeric-order", arguments->numeric_order, "as for pack");
  command->add_option("--output", arguments->output, "the list to write: lines of path and label")
      ->required();
  CLI::Option* counts =
      command->add_option("--counts", arguments->counts,
                          "images of each class to keep, one integer a line, instead of a profile");
  const auto add_profile_option = [&](const char* name, auto& value, const char* help) {
    return command->add_option(name, value, help)->excludes(counts);
  };
  const std::map<std::string, data::TailShape> shapes{{"exponential", data::TailShape::exponential},
                                                      {"pareto", data::TailShape::pareto},
                                                      {"step", data::TailShape::step}};
  const std::map<std::string, data::ClassOrder> orders{{"label", data::ClassOrder::label},
                                                       {"size", data::ClassOrder::size},
                                                       {"random", data::ClassOrder::random}};
  add_profile_option("--profile", arguments->tail.shape, "how class sizes fall; default: exponential")
      ->transform(one_of(shapes))
      ->option_text("exponential|pareto|step");
  add_profile_option("--imbalance", arguments->tail.imbalance, "largest over smallest class")
      ->capture_default_str();
  add_profile_option(
      "--largest", arguments->largest,
      "images of the largest class; default: all of the first class's, with --order random the "
      "smallest class's");
  add_profile_option("--order", arguments->order, "which class is the largest, the next, ...; default: label")
      ->transform(one_of(orders))
      ->option_text("label|size|random");
  add_profile_option("--alpha", arguments->tail.alpha, "of pareto: the smaller, the sooner sizes fall")
      ->capture_default_str();
  add_profile_option("--few-share", arguments->tail.few_share, "of step: the share of the small classes")
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "the same seed cuts the same list")->capture_default_str();
  command->callback([arguments, &log, &interruption] { subset(*arguments, log, interruption); });
}

}  // namespace ltr::app
