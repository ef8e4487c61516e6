// SPDX-License-Identifier: Apache-2.0
#include "train/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "model/safetensors.hpp"
#include "store/free_space.hpp"

namespace ltr::train {
namespace {

using Metadata = std::map<std::string, std::string>;
constexpr std::size_t kRowNumbers = 1 + std::size(record::kEpochColumns);
/// 1 had no such entry; 2 adds the images that the epoch was given.
constexpr std::string_view kFormat = "2";
/// More files of one training are never looked for.
constexpr int kMostKept = 100;

/// float64 as the int64 of the same bits: the format knows float32 and int64 only, and no bit may be lost.
torch::Tensor packed(const std::vector<double>& values) {
  return torch::tensor(values, torch::kFloat64).view(torch::kInt64);
}

std::vector<double> unpacked(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.contiguous().view(torch::kFloat64);
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

torch::Tensor integers_of(const std::vector<std::int64_t>& values) {
  return torch::tensor(values, torch::kInt64);
}

std::vector<double> numbers_of(const std::vector<record::EpochRow>& rows) {
  std::vector<double> numbers;
  for (const record::EpochRow& row : rows) {
    numbers.push_back(static_cast<double>(row.epoch));
    for (const record::EpochColumn& column : record::kEpochColumns) numbers.push_back(row.*column.value);
  }
  return numbers;
}

std::vector<record::EpochRow> rows_of(const std::vector<double>& numbers) {
  std::vector<record::EpochRow> rows;
  for (std::size_t i = 0; i + kRowNumbers <= numbers.size(); i += kRowNumbers) {
    record::EpochRow& row = rows.emplace_back();
    row.epoch = static_cast<std::int64_t>(numbers[i]);
    for (std::size_t c = 0; c + 1 < kRowNumbers; ++c)
      row.*record::kEpochColumns[c].value = numbers[i + 1 + c];
  }
  return rows;
}

void put(const TrainingState& training, model::NamedTensors& tensors, Metadata& metadata) {
  const record::TrainingRecord& history = training.history;
  const auto add = [&](std::string_view what, const torch::Tensor& tensor) {
    tensors.emplace_back(base::format("{}/{}", training.name, what), tensor);
  };
  for (const auto& [name, tensor] : training.weights) add("weights/" + name, tensor);
  for (const auto& [name, tensor] : training.best) add("best/" + name, tensor);
  add("momentum", training.momentum);
  add("rows", packed(numbers_of(history.epochs)));
  add("class_weights", packed(history.class_weights));
  add("draws_made", integers_of(history.draws_made));
  add("numbers", packed({static_cast<double>(training.best_correct), static_cast<double>(history.best_epoch),
                         training.epoch_loss_sum}));
  metadata[training.name + "/draws_digest"] = history.draws_digest;
}

/// Tensors of a file by name; one that is missing is the file's fault.
class Contents {
 public:
  /// Throws: DataError if the file is damaged.
  explicit Contents(const std::filesystem::path& path) : path_(path), file_(model::read_safetensors(path)) {
    if (!file_.checked) damaged("checksum");
  }

  [[nodiscard]] const torch::Tensor& tensor(const std::string& name) const {
    for (const auto& [key, tensor] : file_.tensors) {
      if (key == name) return tensor;
    }
    damaged(name);
  }
  [[nodiscard]] std::vector<std::int64_t> integers(const std::string& name) const {
    const torch::Tensor values = tensor(name).contiguous();
    return {values.data_ptr<std::int64_t>(), values.data_ptr<std::int64_t>() + values.numel()};
  }
  /// Throws: SystemError if this version does not know it.
  [[nodiscard]] bool is_format_1() const {
    const auto found = file_.metadata.find("format");
    if (found == file_.metadata.end()) return true;
    if (found->second == kFormat) return false;
    throw base::SystemError(
        base::format("checkpoint {} is of format {}, and this version reads 1 and {}: a later version wrote "
                     "it; go on with "
                     "that one, or remove the file to lose the training",
                     path_.string(), found->second, kFormat));
  }
  [[nodiscard]] const std::string& text(const std::string& name) const {
    const auto found = file_.metadata.find(name);
    if (found == file_.metadata.end()) damaged(name);
    return found->second;
  }
  [[nodiscard]] std::vector<double> numbers(const std::string& name, std::size_t at_least) const {
    std::vector<double> values = unpacked(tensor(name));
    if (values.size() < at_least) damaged(name);
    return values;
  }
  [[nodiscard]] model::NamedTensors below(const std::string& prefix) const {
    model::NamedTensors found;
    for (const auto& [key, tensor] : file_.tensors) {
      if (key.starts_with(prefix)) found.emplace_back(key.substr(prefix.size()), tensor);
    }
    return found;
  }

 private:
  [[noreturn]] void damaged(const std::string& name) const {
    throw base::DataError(
        base::format("checkpoint {} holds no {}; training cannot go on from it", path_.string(), name));
  }

  std::filesystem::path path_;
  model::Safetensors file_;
};

TrainingState training_of(const Contents& contents, const std::string& name) {
  TrainingState training;
  training.name = name;
  training.weights = contents.below(name + "/weights/");
  training.best = contents.below(name + "/best/");
  training.momentum = contents.tensor(name + "/momentum");
  training.history.epochs = rows_of(contents.numbers(name + "/rows", 0));
  training.history.class_weights = contents.numbers(name + "/class_weights", 0);
  training.history.draws_made = contents.integers(name + "/draws_made");
  training.history.draws_digest = contents.text(name + "/draws_digest");
  const std::vector<double> numbers = contents.numbers(name + "/numbers", 3);
  training.best_correct = static_cast<std::int64_t>(numbers[0]);
  training.history.best_epoch = static_cast<std::int64_t>(numbers[1]);
  training.epoch_loss_sum = numbers[2];
  return training;
}

LoopState state_of(const Contents& contents) {
  LoopState state;
  const std::vector<double> loop = contents.numbers("loop", 8);
  state.epoch = static_cast<std::int64_t>(loop[0]);
  state.step = static_cast<std::int64_t>(loop[1]);
  state.times = {loop[2], loop[3], {loop[4], loop[5], loop[6], loop[7]}};
  std::string_view names = contents.text("trainees");
  while (!names.empty()) {
    const std::size_t end = names.find('\n');
    state.trainings.push_back(training_of(contents, std::string(names.substr(0, end))));
    names.remove_prefix(end + 1);
  }
  if (!contents.is_format_1()) {
    state.delivered = {contents.integers("delivered/positions"), contents.integers("delivered/of_class")};
  }
  return state;
}

}  // namespace

std::filesystem::path CheckpointFiles::older(int by) const {
  if (by == 0) return newest;
  return std::filesystem::path(newest).concat(base::format(".{}", by));
}

void CheckpointFiles::remove() const {
  std::error_code ignored;
  for (int by = 0; by < kMostKept; ++by) std::filesystem::remove(older(by), ignored);
}

void write_checkpoint(const CheckpointFiles& files, const std::string& identity, const LoopState& state) {
  model::NamedTensors tensors;
  Metadata metadata{{"identity", identity}, {"format", std::string(kFormat)}};
  std::string names;
  for (const TrainingState& training : state.trainings) {
    put(training, tensors, metadata);
    names += training.name + "\n";
  }
  metadata["trainees"] = names;
  const data::LoaderTimes& loader = state.times.loader;
  tensors.emplace_back("loop", packed({static_cast<double>(state.epoch), static_cast<double>(state.step),
                                       state.times.step_s, state.times.exchange_s, loader.read_s,
                                       loader.decode_s, loader.resample_s, loader.wait_s}));
  const DeliveredImages delivered = state.delivered.value_or(DeliveredImages{});
  tensors.emplace_back("delivered/positions", integers_of(delivered.positions));
  tensors.emplace_back("delivered/of_class", integers_of(delivered.of_class));
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.nbytes();
  store::require_free_space(files.newest.parent_path(), bytes, "checkpoint " + files.newest.string());
  if (files.before_write) files.before_write();
  const std::filesystem::path written = std::filesystem::path(files.newest).concat(".new");
  model::write_safetensors(written, tensors, metadata);
  if (files.before_write) files.before_write();
  // Killed between two of these, the newest is missing and the one before it serves.
  for (int by = files.keep - 1; by > 0; --by) {
    std::error_code absent;
    std::filesystem::rename(files.older(by - 1), files.older(by), absent);
  }
  std::filesystem::rename(written, files.newest);
}

FoundCheckpoint read_checkpoint(const CheckpointFiles& files, const std::string& identity) {
  FoundCheckpoint found;
  for (int by = 0; by < kMostKept && !found.state; ++by) {
    if (!std::filesystem::exists(files.older(by))) continue;
    std::optional<Contents> contents;
    try {
      contents.emplace(files.older(by));
      found.state = state_of(*contents);
    } catch (const base::DataError& error) {
      found.damaged.push_back({files.older(by), error.what()});
      continue;
    }
    if (contents->text("identity") == identity) continue;
    throw base::DataError(base::format(
        "checkpoint {} is of another training ({}, not {}); going on from it would mix the two; remove the "
        "file, or choose another run.output",
        files.older(by).string(), contents->text("identity"), identity));
  }
  return found;
}

}  // namespace ltr::train
