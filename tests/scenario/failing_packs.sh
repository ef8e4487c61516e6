#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A pack that fails under a running loader (its disk, or somebody cuts it short) ends the cell with an error that names
# pack and image, on every rank alike, and nothing hangs; mended, --retry-failed completes the grid. Packs on a node's
# own disk give the bits of the packs themselves; joined packs train.
. "$(dirname "$0")/common.sh"
end_soon
prepare

# failed RANKS 'words of the message' ltr_grid arguments...
failed() {
  local ranks=$1 words=$2 status=0
  shift 2
  on "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' "$@" \
    >"$work/log" 2>&1 || status=$?
  [ "$status" -eq 3 ] || { cat "$work/log"; fail "status $status, not 3, for: $*"; }
  grep -q -- "pack '.*\.h5', image [0-9]* ('.*'): read .*$words" "$work/log" ||
    { cat "$work/log"; fail "no '$words' for: $*"; }
}

for LTR_FAIL_PREAD in 0 100; do
  for ranks in 1 2; do
    export LTR_FAIL_PREAD
    LD_PRELOAD=$FAILING_CALLS failed "$ranks" 'Input/output error' --set run.output="$work/eio.h5"
    rm -rf "$work"/eio.h5*
  done
done

unset LTR_FAIL_PREAD

cp "$work/packs/train.h5" "$work/sound.h5"
cut() {
  for _ in $(seq 400); do
    find "$work/cut.h5.parts" -name '*.checkpoint' 2>/dev/null | grep -q . && break
    sleep 0.05
  done
  truncate -s 40000 "$work/packs/train.h5"
}
cut &
failed 2 'end of file' --set run.output="$work/cut.h5" --set stage_1.epochs=40
wait
cp "$work/sound.h5" "$work/packs/train.h5"
"$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' \
  --set run.output="$work/cut.h5" --set stage_1.epochs=40 --retry-failed >"$work/log" 2>&1 ||
  { cat "$work/log"; fail "the mended pack's grid was not completed"; }

digest() {
  on "$1" "$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' \
    --set run.output="$work/$2.h5" "${@:3}" >"$work/log" 2>&1 || { cat "$work/log"; fail "$2"; }
  "$bin/ltr_report" "$work/$2.h5" --digest | grep -E '^(plan|draws|weights|state|counts) ' >"$work/$2.digest"
}
mkdir "$work/local"
digest 1 plain
digest 2 staged --set data.stage="$work/local"
diff "$work/plain.digest" "$work/staged.digest" || fail "packs on the node's own disk gave other bits"
# A copy on a disk that changes bytes: an image in the middle of the file.
copy=$(ls "$work"/local/train-*.h5)
printf '\377\377\377\377' | dd of="$copy" bs=1 seek="$(($(stat -c %s "$copy") / 2))" conv=notrunc status=none
digest 2 damaged_copy --set data.stage="$work/local"
grep -q "CRC-32.*copied there anew" "$work/log" || { cat "$work/log"; fail "a damaged copy was believed"; }
diff "$work/plain.digest" "$work/damaged_copy.digest" || fail "a copy that was made again gave other bits"
[ "$(ls "$work/local" | wc -l)" -eq 3 ] || { ls "$work/local"; fail "not three packs were copied"; }
"$bin/ltr_data" synthesise --output "$work/more" --classes 6 --largest 10 --imbalance 10 --size 32 --seed 2 \
  --validation-per-class 1 --test-per-class 1 >/dev/null
cp "$work/more/train.h5" "$work/packs/more.h5"
digest 1 joined --set 'data.train=["train.h5", "more.h5"]'
"$bin/ltr_report" "$work/joined.h5" >"$work/log" || fail "no report of joined packs"
status=0
"$bin/ltr_grid" --config "$work/grid.toml" --set run.output="$work/x.h5" --set data.stage="$work/absent" \
  >"$work/log" 2>&1 || status=$?
[ "$status" -eq 2 ] && grep -q 'data.stage: .*absent is no folder' "$work/log" ||
  { cat "$work/log"; fail "an absent folder ended with $status"; }
