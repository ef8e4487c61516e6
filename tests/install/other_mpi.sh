#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The suite with another MPI than the first build's: its own tests, a grid on 1, 2 and 4 ranks with the bits of the first
# build, and each launcher refused by the programs of the other. other_mpi.sh BUILD [OTHER_BUILD]
# MPICC, MPIEXEC: the other MPI's; Debian's MPICH (libmpich-dev, mpich) unless said.
set -euo pipefail
build=$(realpath "$1")
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
other=${2:-$source_folder/build/mpich}
compiler=${MPICC:-mpicc.mpich}
launcher=${MPIEXEC:-mpiexec.mpich}
unset MPIEXEC
for program in "$compiler" "$launcher"; do
  command -v "$program" >/dev/null || { echo "SKIPPED: there is no $program"; exit 77; }
done
cached() { sed -n "s/^$2:[A-Z]*=//p" "$1/CMakeCache.txt"; }

cmake -S "$source_folder" -B "$other" -G Ninja -DCMAKE_BUILD_TYPE=Release -DLTR_BUILD_BENCHMARKS=OFF \
  -DLTR_TORCH_ROOT="$(cached "$build" LTR_TORCH_ROOT)" -DLTR_WARNINGS_AS_ERRORS="$(cached "$build" LTR_WARNINGS_AS_ERRORS)" \
  -DMPI_C_COMPILER="$(command -v "$compiler")" -DMPIEXEC_EXECUTABLE="$(command -v "$launcher")" >/dev/null
cmake --build "$other" --target programs comm_test train_test
ctest --test-dir "$other" -R '^(comm|train)\.' --output-on-failure --no-tests=error

BIN=$other/bin
export MPIEXEC=$launcher
. "$source_folder/tests/scenario/common.sh"
prepare
grid() { launch "$2" "$1/bin/ltr_grid" --config "$work/grid.toml" --set "run.output=$work/$3.h5" >"$work/$3.log" 2>&1; }
first=$(cached "$build" MPIEXEC_EXECUTABLE)
MPIEXEC=$first grid "$build" 2 first || { cat "$work/first.log"; fail "the first build"; }
for ranks in 1 2 4; do
  grid "$other" "$ranks" "other_$ranks" || { cat "$work/other_$ranks.log"; fail "$ranks ranks"; }
  diff <(digest first) <(digest "other_$ranks") || fail "other bits on $ranks ranks of $launcher"
done

# refused BUILD LAUNCHER: the launcher is that of another MPI.
refused() {
  local status=0
  MPIEXEC=$2 grid "$1" 2 foreign || status=$?
  [ "$status" -ne 0 ] && grep -q 'but each sees itself alone: the launcher is not that of this program' "$work/foreign.log" &&
    [ ! -e "$work/foreign.h5.parts" ] || { cat "$work/foreign.log"; fail "$2 started the programs of $1 ($status)"; }
}
refused "$other" "$first"
refused "$build" "$launcher"
echo "$("$other/bin/ltr_grid" --version | sed -n 's/^  mpi *//p') gives the bits of $("$build/bin/ltr_grid" --version | sed -n 's/^  mpi *//p')"
