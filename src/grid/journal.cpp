// SPDX-License-Identifier: Apache-2.0
#include "grid/journal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "learning/strategy.hpp"
#include "store/atomic_file.hpp"

namespace ltr::grid {
namespace {

/// Whatever the reason, a file that cannot be seen is not there for the journal.
bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

void remove_if_there(const std::filesystem::path& path) {
  std::error_code ignored;  // one that stays is removed with the run's files
  std::filesystem::remove(path, ignored);
}

}  // namespace

Journal::Journal(std::filesystem::path folder, const config::Plan& plan)
    : folder_(std::move(folder)), plan_(&plan) {}

std::filesystem::path Journal::node_file(const config::PlanNode& node) const {
  return folder_ / (node.id + ".h5");
}
std::filesystem::path Journal::claim_file(const config::PlanNode& node) const {
  return folder_ / (node.id + ".claim");
}
std::filesystem::path Journal::failure_file(const config::PlanNode& node) const {
  return folder_ / (node.id + ".failed");
}

bool Journal::finished(const config::PlanNode& node) const { return is_there(node_file(node)); }
bool Journal::failed(const config::PlanNode& node) const { return is_there(failure_file(node)); }
bool Journal::claimed(const config::PlanNode& node) const { return is_there(claim_file(node)); }

bool Journal::ready(const config::PlanNode& node) const {
  if (finished(node) || failed(node)) return false;
  return std::ranges::all_of(plan_->nodes, [&](const config::PlanNode& other) {
    return std::ranges::find(node.needs, other.id) == node.needs.end() || finished(other);
  });
}

std::map<std::string, std::string> Journal::failures() const {
  std::map<std::string, std::string> errors;
  for (const config::PlanNode& node : plan_->nodes) {
    if (!failed(node)) continue;
    std::string& error = errors[node.id] = store::read_text_file(failure_file(node));
    if (error.empty()) {
      error = "it failed, and the reason could not be noted, as on a full disk; the run's output told it";
    }
  }
  return errors;
}

bool Journal::claim(const config::PlanNode& node, const std::string& holder) const {
  const base::Descriptor file(
      ::open(claim_file(node).c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
  if (!file.valid() && errno == EEXIST) return false;
  if (!file.valid()) {
    throw base::SystemError(base::format(
        "{} cannot be written: {}; groups of ranks share the work by such files; check the folder "
        "and its file system, then run the same command again",
        claim_file(node).string(), std::strerror(errno)));
  }
  // Who holds it is for messages; that it is held is what counts, and on a full disk only that succeeds.
  (void)!::write(file.value(), holder.data(), holder.size());
  // It may have been done with between the look and the claim.
  return ready(node);
}

void Journal::finish(const config::PlanNode& node, const record::NodeRecord& record) const {
  record::write_node(record, node_file(node));
  learning::checkpoint_files(folder_, node).remove();
  remove_shared_features(node);
}

void Journal::fail(const config::PlanNode& node, const std::string& error) const {
  try {
    store::write_atomically(failure_file(node), std::as_bytes(std::span(error)));
  } catch (const base::SystemError&) {
    std::error_code ignored;
    std::filesystem::resize_file(claim_file(node), 0, ignored);
    std::filesystem::rename(claim_file(node), failure_file(node), ignored);
  }
  for (const config::PlanNode& other : plan_->nodes) {
    if (std::ranges::find(other.needs, node.id) == other.needs.end() || failed(other)) continue;
    // Claimed, so that the name is there to be turned into the failure's.
    if (claim(other, error) || !finished(other)) {
      fail(other, base::format("{} failed: {}", node.id, error));
    }
  }
}

void Journal::ask_all_to_stop() const {
  const base::Descriptor file(::open((folder_ / "stop").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
}

bool Journal::stop_asked() const { return is_there(folder_ / "stop"); }

void Journal::begin() const {
  remove_if_there(folder_ / "stop");
  for (const config::PlanNode& node : plan_->nodes) remove_if_there(claim_file(node));
}

void Journal::forget_failures() const {
  for (const config::PlanNode& node : plan_->nodes) remove_if_there(failure_file(node));
}

void Journal::remove_shared_features(const config::PlanNode& node) const {
  const bool still_needed = std::ranges::any_of(plan_->nodes, [&](const config::PlanNode& other) {
    return !other.needs.empty() && other.needs == node.needs && !finished(other);
  });
  if (node.needs.empty() || still_needed) return;
  for (const std::filesystem::path& file : learning::scratch_files(folder_, node)) remove_if_there(file);
}

}  // namespace ltr::grid
