// SPDX-License-Identifier: Apache-2.0
// What some records hold, worked out once for tables, figures, lists of cells and comparisons.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/configuration.hpp"
#include "config/keys.hpp"
#include "config/public_sets.hpp"
#include "metric/accuracy.hpp"
#include "metric/shots.hpp"
#include "record/record.hpp"

namespace ltr::report {

/// What a stage 1 leaves, whatever its seed. The order is that of rows and series. Another member is a line
/// here and in representation_of; tables and figures show the name.
struct Representation {
  config::SamplingKind sampling{};
  config::LossKind loss{};
  auto operator<=>(const Representation&) const = default;
};

/// A classifier on a representation, whatever its seed: a row of a table, a series of a figure.
struct Method : Representation {
  config::LearningKind learning{};
  auto operator<=>(const Method&) const = default;
};

/// What makes two cells of one recipe the same one, whatever they are called.
struct CellKey : Method {
  std::uint64_t seed = 0;
  auto operator<=>(const CellKey&) const = default;
};

/// Of a record's stage 1 or cell, or of a planned cell.
template <class Source>
[[nodiscard]] Representation representation_of(const Source& source) {
  return {.sampling = source.sampling, .loss = source.loss};
}
/// Of a record's cell or a planned one.
template <class Source>
[[nodiscard]] CellKey key_of(const Source& cell) {
  return {{representation_of(cell), cell.learning}, cell.seed};
}

/// "square_root", and with the loss where it is not cross-entropy.
[[nodiscard]] std::string name_of(const Representation& representation);
/// What tells methods apart, by the names of columns: {"sampling", "square_root"}, {"learning", "crt"}.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string>> columns_of(const Method& method);

/// A record with what tables and figures need to know of it.
struct RunView {
  const record::RunRecord* run = nullptr;
  std::string name;  ///< for messages: "2 (results/run.h5)", or the number alone
  config::Configuration configuration;
  std::vector<config::KeyText> keys;  ///< every key with its printable value, in the order of the file
  std::vector<metric::Shot> shots;    ///< [K]
  std::vector<std::size_t> classes_by_count;  ///< [K] by falling training images
  const config::PublicSet* public_set = nullptr;
  std::string dataset;  ///< the public set's name, or the training pack's
  std::vector<std::string>
      defects;  ///< in what the packs are not the whole of their lists, a sentence a pack

  /// The value of a key in TOML's notation; "" if there is no such key.
  [[nodiscard]] std::string value_of(std::string_view key) const;
};

enum class CellStatus { complete, failed, missing };

/// One cell that a configuration asks for.
struct Cell {
  CellKey key;
  std::string id;
  const RunView* view = nullptr;
  const record::CellRecord* record = nullptr;  ///< nullptr if missing
  CellStatus status = CellStatus::missing;
  metric::GroupAccuracy accuracy;  ///< on the test set, if complete

  [[nodiscard]] bool complete() const { return status == CellStatus::complete; }
};

/// Records, their configurations parsed and their cells found.
class Results {
 public:
  /// At least one record. `files` name them in messages, one each, or are empty.
  explicit Results(std::vector<record::RunRecord> records, std::span<const std::string> files = {});
  Results(Results&&) = default;
  Results& operator=(Results&&) = default;
  Results(const Results&) = delete;
  Results& operator=(const Results&) = delete;
  ~Results() = default;

  [[nodiscard]] const std::vector<RunView>& runs() const { return runs_; }
  /// All cells that the configurations ask for or the records hold, in the order of their keys, of equal ones
  /// the first record's first.
  [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }
  [[nodiscard]] std::vector<const RunView*> all_runs() const;

 private:
  std::vector<record::RunRecord> records_;
  std::vector<RunView> runs_;
  std::vector<Cell> cells_;
};

/// Makes every name, id and message of the record printable, so that no format shows one raw; its
/// configuration keeps its lines.
void make_printable(record::RunRecord& run);

/// The record as it was written. Throws: as record::read_run; DataError if the path is no regular file.
[[nodiscard]] record::RunRecord read_record(const std::string& path);

/// Reads each file once, whatever paths lead to it, made printable and without what no table or figure shows
/// (confusion, validation counts). Adds a sentence to `notes` for a path that leads to a file that is there
/// already. Throws: as read_record.
[[nodiscard]] Results read_results(std::span<const std::string> paths, std::vector<std::string>& notes);

/// What tells records apart in a table, or puts them into figures of their own.
struct GroupBy {
  std::span<const std::string> keys{};  ///< of the configuration
  bool by_data = false;                 ///< whether data sets are told apart too
};

/// The values that a record's group has. Equal for the records of one group.
[[nodiscard]] std::vector<std::string> group_of(const RunView& view, const GroupBy& by);

/// Some of the records, which may stand together (check_compatible), each cell once.
struct ResultSet {
  std::vector<const RunView*> runs;  ///< at least one
  /// In the order of their keys. A cell that several records of a group hold or ask for is the first one's
  /// that has it.
  std::vector<const Cell*> cells;

  [[nodiscard]] const RunView& first() const { return *runs.front(); }
};
[[nodiscard]] ResultSet result_set(const Results& results, std::vector<const RunView*> runs,
                                   const GroupBy& by);

/// The complete cells of a method, one a seed.
struct MethodResults {
  Method method;
  std::vector<const Cell*> cells;
};
/// The methods on a representation that have complete cells.
struct RepresentationResults {
  Representation representation;
  std::vector<MethodResults> methods;
};
/// Of a set of one group, in the order of the keys.
[[nodiscard]] std::vector<RepresentationResults> representations_of(const ResultSet& set);

/// The stage 1s of a representation, one a seed: the first record's of those that have it.
struct Stage1Results {
  Representation representation;
  std::vector<const record::Stage1Record*> seeds;
};
[[nodiscard]] std::vector<Stage1Results> stage_1s_of(const ResultSet& set);

/// The epoch whose weights a complete cell has: of stage 2, or of stage 1 where stage 2 trains nothing; -1 if
/// none was chosen, or the cell is not complete.
[[nodiscard]] std::int64_t best_epoch(const Cell& cell);

/// Whether the cell is complete and a tau was chosen for it.
[[nodiscard]] bool has_tau(const Cell& cell);

/// What a reader should know of how the cell was chosen: "tau chosen on test"; "" if nothing.
[[nodiscard]] std::string_view remark_of(const Cell& cell);

/// "complete", "missing", or "failed: " with the reason.
[[nodiscard]] std::string status_of(const Cell& cell);

/// The public set that a record was trained on: by the hash of its training list, or else by its numbers of
/// classes and images, which synthetic stand-ins share; nullptr if it is none.
[[nodiscard]] const config::PublicSet* public_set_of(const record::RunRecord& run);

}  // namespace ltr::report
