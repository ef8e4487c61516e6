#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A run that is stopped, then killed, and continued on other numbers of ranks ends in the bits of one that was not; a
# finished run is left alone.
. "$(dirname "$0")/common.sh"
prepare
grid() {
  local ranks=$1 name=$2
  launch "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' \
    --set stage_1.epochs=6 --set "run.output=$work/$name.h5"
}
digest() {
  "$bin/ltr_report" "$work/$1.h5" --digest | grep -E '^(plan|draws|weights|counts) ' >"$work/$1.digest"
}
# Until the run `cut` has a checkpoint that is newer than the marker; it must still be going on then.
await_checkpoint() {
  for _ in $(seq 400); do
    find "$work/cut.h5.parts" -name '*.checkpoint' -newer "$work/marker" 2>/dev/null | grep -q . && break
    sleep 0.05
  done
  [ ! -e "$work/cut.h5" ] || fail "the run was over before it could be interrupted"
  find "$work/cut.h5.parts" -name '*.checkpoint' | grep -q . || { cat "$work/cut.log"; fail "no checkpoint"; }
}

grid 2 whole >"$work/whole.log" 2>&1 || { cat "$work/whole.log"; fail "the whole run"; }
digest whole

# One rank of two is asked to stop.
touch "$work/marker"
grid 2 cut >"$work/cut.log" 2>&1 &
launcher=$!
await_checkpoint
rank=$(pgrep -n -f "^$bin/ltr_grid .*run.output=$work/cut.h5")
kill -USR1 "$rank"
status=0
wait "$launcher" || status=$?
[ "$status" -eq 75 ] || { cat "$work/cut.log"; fail "stopped with status $status, not 75"; }
[ ! -e "$work/cut.h5" ] || fail "a stopped run has left a record"

# Continued on four ranks, all of which are killed.
touch "$work/marker"
grid 4 cut >>"$work/cut.log" 2>&1 &
launcher=$!
await_checkpoint
pkill -KILL -f "^$bin/ltr_grid .*run.output=$work/cut.h5"
wait "$launcher" 2>/dev/null && fail "killed ranks ended well"
[ ! -e "$work/cut.h5" ] || fail "a killed run has left a record"

grid 1 cut >>"$work/cut.log" 2>&1 || { cat "$work/cut.log"; fail "continuing"; }
digest cut
diff "$work/whole.digest" "$work/cut.digest" || { cat "$work/cut.log"; fail "the continued run ended in other bits"; }

grid 2 cut >"$work/again.log" 2>&1 || fail "the second run of a finished grid"
grep -q 'nothing to do' "$work/again.log" || fail "a finished grid was not recognised"
