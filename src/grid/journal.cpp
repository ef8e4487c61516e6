// SPDX-License-Identifier: Apache-2.0
#include "grid/journal.hpp"

#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "learning/node.hpp"
#include "store/atomic_file.hpp"

namespace ltr::grid {
namespace {

void remove_if_there(const std::filesystem::path& path) {
  std::error_code ignored;  // one that stays is removed with the run's files
  std::filesystem::remove(path, ignored);
}

std::set<std::string> files_of(const std::filesystem::path& folder) {
  std::set<std::string> names;
  std::error_code unseen;  // whatever the reason, a file that cannot be seen is not there for the journal
  for (std::filesystem::directory_iterator entry(folder, unseen), end; !unseen && entry != end;
       entry.increment(unseen)) {
    names.insert(entry->path().filename().string());
  }
  return names;
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
std::filesystem::path Journal::retry_file(const config::PlanNode& node) const {
  return folder_ / (node.id + ".retry");
}

std::vector<NodeStatus> Journal::scan() const {
  const std::set<std::string> files = files_of(folder_);
  std::vector<NodeStatus> statuses;
  for (const config::PlanNode& node : plan_->nodes) {
    statuses.push_back({.claimed = files.contains(node.id + ".claim"),
                        .finished = files.contains(node.id + ".h5"),
                        .failed = files.contains(node.id + ".failed"),
                        .to_be_retried = files.contains(node.id + ".retry")});
  }
  follow_needs(needs_of(*plan_), statuses);
  return statuses;
}

std::map<std::string, std::string> Journal::failures() const {
  const std::vector<NodeStatus> statuses = scan();
  std::map<std::string, std::string> errors;
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const config::PlanNode& node = plan_->nodes[i];
    if (!statuses[i].failed) continue;
    std::string& error = errors[node.id];
    for (const std::string& need : node.needs) {
      if (errors.contains(need)) error = base::format("{} failed: {}", need, errors.at(need));
    }
    if (!error.empty()) continue;
    error = store::read_text_file(failure_file(node));
    if (error.empty()) {
      error = "it failed, and the reason could not be noted, as on a full disk; the run's output told it";
    }
  }
  return errors;
}

bool Journal::claim(std::size_t number, const std::string& holder) const {
  lease_.require();
  const config::PlanNode& node = plan_->nodes[number];
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
  // It may have been done with between the scan and the claim.
  return scan()[number].ready;
}

void Journal::release(const config::PlanNode& node) const {
  if (lease_.ours()) remove_if_there(claim_file(node));
}

void Journal::finish(const config::PlanNode& node, const record::NodeRecord& record) const {
  lease_.require();
  record::write_node(record, node_file(node));
  lease_.require();
  learning::checkpoint_files(folder_, node).remove();
  remove_if_there(retry_file(node));
  remove_shared_features(node);
}

void Journal::fail(const config::PlanNode& node, const std::string& error) const {
  lease_.require();
  try {
    store::write_atomically(failure_file(node), std::as_bytes(std::span(error)));
  } catch (const base::SystemError&) {
    std::error_code ignored;
    std::filesystem::resize_file(claim_file(node), 0, ignored);
    std::filesystem::rename(claim_file(node), failure_file(node), ignored);
  }
  remove_if_there(retry_file(node));
}

void Journal::ask_all_to_stop() const {
  if (!lease_.ours()) return;
  const base::Descriptor file(::open((folder_ / "stop").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
}

bool Journal::stop_asked() const {
  std::error_code unseen;
  return std::filesystem::exists(folder_ / "stop", unseen);
}

void Journal::begin() const {
  remove_if_there(folder_ / "stop");
  for (const config::PlanNode& node : plan_->nodes) remove_if_there(claim_file(node));
}

void Journal::retry_failures() const {
  for (const config::PlanNode& node : plan_->nodes) {
    std::error_code absent;
    std::filesystem::rename(failure_file(node), retry_file(node), absent);
  }
}

void Journal::clear() const {
  for (const config::PlanNode& node : plan_->nodes) {
    remove_shared_features(node);
    for (const auto& file : {claim_file(node), failure_file(node), retry_file(node)}) remove_if_there(file);
    learning::checkpoint_files(folder_, node).remove();
  }
  for (const config::PlanNode& node : plan_->nodes) remove_if_there(node_file(node));
}

void Journal::remove_shared_features(const config::PlanNode& node) const {
  const std::vector<NodeStatus> statuses = scan();
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const config::PlanNode& other = plan_->nodes[i];
    if (other.needs == node.needs && !statuses[i].finished) return;
  }
  if (node.needs.empty()) return;
  for (const std::filesystem::path& file : learning::scratch_files(folder_, node)) remove_if_there(file);
}

}  // namespace ltr::grid
