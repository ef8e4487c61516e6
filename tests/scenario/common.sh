# SPDX-License-Identifier: Apache-2.0
# Sourced by the scenarios: BIN is the folder of programs; `work` is a folder that goes away at the end.
set -euo pipefail
bin=${BIN:?folder with ltr_grid, ltr_data and ltr_report}
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$source_folder/jobs/local/mpi.sh"
export OMP_NUM_THREADS=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

# A tiny long-tailed set, and a configuration for it whose output the caller names.
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
size = 16
train_crop = "pad_and_crop"
padding = 2
evaluation_resize = 16
[stage_1]
epochs = 2
global_batch = 32
micro_batches = 8
learning_rate = 0.05
[stage_2]
crt.epochs = 1
lws.epochs = 1
learning_rate = 0.05
[loader]
threads = 1
TOML
}
