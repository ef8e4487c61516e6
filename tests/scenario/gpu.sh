#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every strategy in both modes of fidelity on a GPU: the same bits on 1, 2 and 4 ranks that share it, and losses like those
# of the processor. Skipped where there is no GPU.
. "$(dirname "$0")/common.sh"
prepare
strategies='["joint", "ncm", "crt", "tau_normalized", "lws", "finetune_all", "finetune_last_block", "finetune_classifier"]'

# run NAME RANKS DEVICE arguments...
run() {
  local name=$1 ranks=$2 device=$3
  shift 3
  launch "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set "run.output=$work/$name.h5" \
    --set "grid.learning=$strategies" --set 'grid.sampling=["square_root", "class_balanced"]' \
    --set stage_2.finetune.epochs=1 --set "parallel.device=$device" --set parallel.share_gpus=true "$@" \
    >"$work/$name.log" 2>&1
}

if ! run trial 1 cuda --smoke; then
  grep -q 'sees no GPU' "$work/trial.log" || { cat "$work/trial.log"; fail "a trial on the GPU"; }
  echo "no GPU: $(grep -o 'sees no GPU: [^;]*' "$work/trial.log")"
  exit 77
fi

for mode in corrected reference; do
  run "cpu_$mode" 1 cpu --set "fidelity.mode=$mode" || { cat "$work/cpu_$mode.log"; fail "$mode on the processor"; }
  for ranks in 1 2 4; do
    name=cuda_${mode}_$ranks
    run "$name" "$ranks" cuda --set "fidelity.mode=$mode" || { cat "$work/$name.log"; fail "$mode on $ranks ranks"; }
    [ "$(digest "cuda_${mode}_1")" = "$(digest "$name")" ] || fail "other bits on $ranks ranks in mode $mode"
  done
  "$(python_with_h5py)" - "$work/cpu_$mode.h5" "$work/cuda_${mode}_1.h5" <<'PYTHON' || fail "losses in mode $mode"
import sys
import h5py
one, other = (h5py.File(path) for path in sys.argv[1:])
assert other["environment"].attrs["device"] in (b"cuda", "cuda"), dict(other["environment"].attrs)
for stage_1 in one["stage_1"]:
    # Rounding grows from step to step, so only the first epoch is held to it.
    a, b = (run["stage_1"][stage_1]["epochs"]["train_loss"][0] for run in (one, other))
    assert abs(a - b) / a < 0.01, (stage_1, a, b)
    a, b = (run["stage_1"][stage_1].attrs["draws_digest"] for run in (one, other))
    assert a == b, stage_1
PYTHON
done
digest cuda_corrected_1
