#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every strategy in both modes of fidelity on a GPU: the same bits on 1, 2 and 4 ranks that share it, and losses like those
# of the processor; the same bits after a stop, with recorded kernels, and in bfloat16 on any ranks; networks with pooling
# and grouped convolutions. Skipped where there is no GPU.
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

same_as() {
  [ "$(digest "$1")" = "$(digest "$2")" ] || fail "the bits of $2 are not those of $1"
}
# passed NAME RANKS arguments...: a run on the GPU that must end well.
passed() {
  local name=$1 ranks=$2
  shift 2
  run "$name" "$ranks" cuda "$@" || { cat "$work/$name.log"; fail "$name on $ranks ranks"; }
}

# Kernels are recorded in the fourth step of each training.
more=(--set stage_2.finetune.epochs=2 --set stage_2.crt.epochs=2 --set stage_2.lws.epochs=2)
passed plain 1 "${more[@]}"
passed graph 1 "${more[@]}" --set parallel.cuda_graph=true
same_as plain graph

# Asked to stop in the middle, once it has left a checkpoint, and continued on another number of ranks.
"$bin/ltr_grid" --config "$work/grid.toml" --set "run.output=$work/stopped.h5" --set "grid.learning=$strategies" \
  --set 'grid.sampling=["square_root", "class_balanced"]' --set stage_2.finetune.epochs=1 --set parallel.device=cuda \
  --set parallel.share_gpus=true >"$work/stopped.log" 2>&1 &
pid=$!
until compgen -G "$work/stopped.h5.parts/*.checkpoint" >/dev/null; do
  kill -0 "$pid" 2>/dev/null || { cat "$work/stopped.log"; fail "no checkpoint was seen before the end"; }
  sleep 0.05
done
kill -USR1 "$pid"
status=0
wait "$pid" || status=$?
[ "$status" -eq 75 ] || { cat "$work/stopped.log"; fail "a stop ended with $status, not 75"; }
passed stopped 2
same_as cuda_corrected_1 stopped

for ranks in 1 2 4; do
  passed "bfloat16_$ranks" "$ranks" --set 'parallel.precision="bfloat16"'
  same_as bfloat16_1 "bfloat16_$ranks"
done
[ "$(digest bfloat16_1)" != "$(digest cuda_corrected_1)" ] || fail "parallel.precision changes nothing"
passed bfloat16_resnext 1 --set 'parallel.precision="bfloat16"' --set model.backbone=resnext50_32x4d --set input.size=64 \
  --set input.evaluation_resize=64 --set stage_1.epochs=1
passed tf32 1 --set 'parallel.precision="tf32"'
passed autotuned 1 --set parallel.autotune=true

for backbone in resnet10 resnext50_32x4d; do
  for ranks in 1 2; do
    passed "${backbone}_$ranks" "$ranks" --set "model.backbone=$backbone" --set input.size=64 --set input.evaluation_resize=64 \
      --set stage_1.epochs=1
    same_as "${backbone}_1" "${backbone}_$ranks"
  done
done
digest cuda_corrected_1
