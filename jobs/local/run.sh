#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a fresh machine to the grid's table: jobs/local/run.sh [config] [ranks]
set -euo pipefail
cd "$(dirname "$0")/../.."
config=${1:-configs/quickstart.toml}
ranks=${2:-2}
bin=build/release/bin

jobs/local/setup.sh release programs
# The launcher of the MPI that the build has found.
MPIEXEC=${MPIEXEC:-$(sed -n 's/^MPIEXEC_EXECUTABLE:[A-Z]*=//p' build/release/CMakeCache.txt)}
. jobs/local/mpi.sh
if [ "$config" = configs/quickstart.toml ] && [ ! -f build/quickstart/test.h5 ]; then
  "$bin/ltr_data" synthesise --output build/quickstart --classes 20 --largest 400 --imbalance 100 --size 32
fi
launch "$ranks" "$bin/ltr_grid" --config "$config"
