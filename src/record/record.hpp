// SPDX-License-Identifier: Apache-2.0
// The results' schema: what stage 1s and cells leave behind, and the run that holds them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/enums.hpp"
#include "metric/accuracy.hpp"
#include "metric/calibration.hpp"
#include "metric/shots.hpp"

namespace ltr::record {

inline constexpr std::int32_t kSchemaVersion = 6;
/// The oldest that is still read: it knows no loss but cross-entropy.
inline constexpr std::int32_t kOldestSchema = 5;

/// A record that another version of the suite has written.
class OtherSchema : public base::DataError {
 public:
  using DataError::DataError;
};

/// One epoch of a training loop.
struct EpochRow {
  std::int64_t epoch = 0;
  double train_loss = 0;
  double learning_rate = 0;
  double validation_top1_percent = 0;  ///< not a number: not validated after this epoch
  double images_per_s = 0;             ///< training images of all ranks by the epoch's training time
  double step_s = 0;                   ///< forward, backward and update
  double wait_s = 0;                   ///< waiting for data
  double read_s = 0;                   ///< reading images, by all decoding threads of a rank together
  double decode_s = 0;                 ///< likewise decoding them
  double resample_s = 0;               ///< likewise making the network's input of them
  double exchange_s = 0;               ///< exchange not hidden by computation
  double evaluation_s = 0;
};

/// A column of the epochs' table.
struct EpochColumn {
  std::string_view name;
  double EpochRow::* value;
  double most = std::numeric_limits<double>::max();  ///< that it can be
};

/// All beside the epoch itself, in the order of files. Records, checkpoints and their checks walk them.
inline constexpr EpochColumn kEpochColumns[] = {
    {"train_loss", &EpochRow::train_loss},
    {"learning_rate", &EpochRow::learning_rate},
    {"validation_top1_percent", &EpochRow::validation_top1_percent, 100},
    {"images_per_s", &EpochRow::images_per_s},
    {"step_s", &EpochRow::step_s},
    {"wait_s", &EpochRow::wait_s},
    {"read_s", &EpochRow::read_s},
    {"decode_s", &EpochRow::decode_s},
    {"resample_s", &EpochRow::resample_s},
    {"exchange_s", &EpochRow::exchange_s},
    {"evaluation_s", &EpochRow::evaluation_s},
};

/// What training a set of weights leaves behind.
struct TrainingRecord {
  std::vector<EpochRow> epochs;
  std::int64_t best_epoch = -1;          ///< the epoch whose weights were kept, by validation top-1
  std::vector<double> class_weights;     ///< [K] draw probability of each class, of the last epoch
  std::vector<std::int64_t> draws_made;  ///< [K] over all epochs
  std::string draws_digest;              ///< SHA-256 over all draws, in order
  std::string weights_digest;            ///< SHA-256 over names and values of the kept weights
  std::string state_digest;              ///< likewise of weights, running statistics and momentum at the end
};

/// A stage 1, shared by the cells of one (seed, sampling, loss).
struct Stage1Record {
  std::string id;  ///< the plan's node id
  std::uint64_t seed = 0;
  config::SamplingKind sampling{};
  config::LossKind loss{};
  TrainingRecord training;
};

/// Top-1 accuracy of each value of tau, in percent. Test values are for the figure; tau is chosen on
/// validation.
struct TauSweep {
  std::vector<double> tau;
  std::vector<double> validation_percent;
  std::vector<double> test_many_percent, test_medium_percent, test_few_percent, test_all_percent;
  double chosen = 0;
};

/// Reliability on the test set.
using Calibration = metric::Calibration;

/// One cell of the grid.
struct CellRecord {
  std::string id;  ///< the plan's cell id
  std::uint64_t seed = 0;
  config::SamplingKind sampling{};
  config::LossKind loss{};
  config::LearningKind learning{};
  std::string stage_1;      ///< id of the stage 1 it stands on
  std::string error;        ///< "" when complete; otherwise why it failed
  TrainingRecord training;  ///< stage 2's own; of a strategy that trains nothing, the weights_digest alone
  metric::Counts validation;
  metric::Counts test;
  std::vector<double> weight_norms;  ///< [K] L2 norms of the classifier's rows; empty for ncm
  TauSweep tau;                      ///< of strategies that sweep one
  Calibration calibration;
};

/// When and where a node of the plan was computed.
struct NodeTime {
  std::string node;             ///< its id
  std::int64_t first_rank = 0;  ///< of the world
  std::int64_t ranks = 0;       ///< that worked on it together
  double started_at_s = 0;      ///< since 1970, UTC, for people: clocks are set
  double after_s = 0;           ///< since the start that finished it, by a clock that nobody sets
  double seconds = 0;           ///< of the start that finished it
  double share = 1;             ///< of the node's work, that was done in these seconds
};

/// How the nodes were spread over groups of ranks.
struct Schedule {
  std::vector<NodeTime> nodes;  ///< in the plan's order
  /// Of the start that finished the run: from its first node to its last, and the share of the ranks' time in
  /// between in which they had no node.
  double makespan_s = 0;
  double idle_share = 0;
  /// The plan's estimate for the same nodes, with the rate that was measured.
  double planned_makespan_s = 0;
  double planned_idle_share = 0;
};

/// Everything of one run.
struct RunRecord {
  std::string configuration;                       ///< TOML, defaults filled in
  std::map<std::string, std::string> environment;  ///< versions, hosts, ranks, git hash, build flags, ...
  std::string backbone;
  std::map<std::string, std::string> data_names;   ///< of the packs: train, validation, test
  std::map<std::string, std::string> data_hashes;  ///< train.list, train.content, validation.list, ...
  /// Of the packs, by name as in data_names: images of the list that were dropped when packing, and images
  /// taken although they are damaged, as PIL takes them.
  std::map<std::string, std::int64_t> data_dropped;
  std::map<std::string, std::int64_t> data_lenient;
  bool test_serves_as_validation = false;
  std::vector<std::string> class_names;
  std::vector<std::int64_t> class_counts;  ///< training images, [K]
  metric::ShotLimits shots;
  std::vector<std::string> plan;  ///< node ids in order
  Schedule schedule;
  std::vector<Stage1Record> stage_1;
  std::vector<CellRecord> cells;
};

/// Writes a whole run, in memory first, then renamed into place. Readable by h5py, pandas and h5dump:
/// /configuration, /plan, /schedule, /environment (attributes), /data, /stage_1/<id> and /cells/<id>, epochs
/// as columns, enumerators by name, counts per class as int64. A seal stands behind them. Throws: SystemError
/// with path, reason and remedy; an older file then stands.
void write_run(const RunRecord& run, const std::filesystem::path& path);

/// Throws: DataError if absent, foreign, damaged, of another schema version (saying what to do), or if it
/// says what cannot be (check_run); SystemError if it cannot be read.
[[nodiscard]] RunRecord read_run(const std::filesystem::path& path);

/// One finished node of the plan: at most one stage 1 and the cells it finished.
struct NodeRecord {
  std::vector<Stage1Record> stage_1;
  std::vector<CellRecord> cells;
  NodeTime time;
};

void write_node(const NodeRecord& node, const std::filesystem::path& path);
/// Throws: as read_run, but for what it says: check_node knows what can be.
[[nodiscard]] NodeRecord read_node(const std::filesystem::path& path);
/// Its time alone, without what it holds.
[[nodiscard]] NodeTime read_node_time(const std::filesystem::path& path);

/// SHA-256 digests, each of its own part, over the whole run in the order of ids, so that the order of
/// finishing does not matter. plan, settings and draws are equal everywhere; the others for the same binary,
/// libraries, processor, threads and V. Times are in none.
struct Digests {
  std::string plan;      ///< ids of nodes
  std::string settings;  ///< keys that change results, class names, hashes of packs and weights
  std::string draws;     ///< every draw in order, draws made and their probabilities
  std::string weights;   ///< kept weights
  std::string state;     ///< what training ended in: weights, running statistics and momentum
  std::string counts;    ///< right and all images of every class, validation and test
  std::string results;   ///< every epoch's loss, rate and accuracy; norms, tau sweeps, calibration
};
[[nodiscard]] Digests digests(const RunRecord& run);

}  // namespace ltr::record
