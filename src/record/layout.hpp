// SPDX-License-Identifier: Apache-2.0
// Stage 1s and cells as groups of an HDF5 file; for the sources of this room only.
#pragma once

#include <vector>

#include "record/record.hpp"
#include "store/file.hpp"

namespace ltr::record {

/// Writes one group a record below `parent`, named by its id, with attribute `position` for the order.
void write_stage_1s(store::Group& parent, const std::vector<Stage1Record>& records);
void write_cells(store::Group& parent, const std::vector<CellRecord>& records);

[[nodiscard]] std::vector<Stage1Record> read_stage_1s(const store::Group& parent);
[[nodiscard]] std::vector<CellRecord> read_cells(const store::Group& parent);

}  // namespace ltr::record
