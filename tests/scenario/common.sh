# SPDX-License-Identifier: Apache-2.0
# Sourced by the scenarios: BIN is the folder of programs; `work` is a folder that goes away at the end.
set -euo pipefail
bin=${BIN:?folder with ltr_grid, ltr_data and ltr_report}
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$source_folder/jobs/local/mpi.sh"
export OMP_NUM_THREADS=1
work=$(mktemp -d)
# Programs that still write there go first, also those that stand still.
clean_up() {
  pkill -KILL -f -- "=$work/" || true
  rm -rf "$work"
}
trap clean_up EXIT

# on RANKS PROGRAM ...: as `launch`, but one rank starts by itself, which takes less time, and less again where it fails.
on() {
  if [ "$1" -eq 1 ]; then "${@:2}"; else launch "$@"; fi
}

# For scenarios of starts that fail by themselves: mpirun returns two seconds after one, not ten.
end_soon() { export OMPI_MCA_odls_base_sigkill_timeout=1; }

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

# The digests of the record of that name in `work`. Without them, a text that no other record's is equal to.
digest() {
  local lines
  lines=$("$bin/ltr_report" "$work/$1.h5" --digest | grep -E '^(plan|settings|draws|weights|state|counts|results) +[0-9a-f]{64}') || true
  [ "$(wc -l <<<"$lines")" -eq 7 ] && echo "$lines" || echo "$1.h5 has no digests"
}

# The system's Python, or the path's, whichever has h5py.
python_with_h5py() {
  local python
  for python in /usr/bin/python3 python3; do
    "$python" -c 'import h5py' 2>/dev/null && { echo "$python"; return; }
  done
  fail "no Python with h5py; install python3-h5py"
}

# prepare [MICRO_BATCHES]: a tiny long-tailed set, and a configuration for it, for as many ranks at most as micro-batches.
prepare() {
  "$bin/ltr_data" synthesise --output "$work/packs" --classes 6 --largest 40 --imbalance 10 --size 32 \
    --validation-per-class 6 --test-per-class 8 >/dev/null
  cat >"$work/grid.toml" <<TOML
format = 1
[run]
output = "$work/run.h5"
[data]
root = "$work/packs"
train = "train.h5"
validation = "validation.h5"
test = "test.h5"
[model]
backbone = "resnet20"
[input]
size = 8
train_crop = "pad_and_crop"
padding = 1
evaluation_resize = 8
[stage_1]
epochs = 2
global_batch = 32
micro_batches = ${1:-4}
learning_rate = 0.05
[stage_2]
crt.epochs = 1
lws.epochs = 1
learning_rate = 0.05
[loader]
threads = 1
TOML
}
