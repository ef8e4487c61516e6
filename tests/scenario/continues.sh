#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A run that is stopped or killed, and continued on other numbers of ranks, ends in the bits of one that was not; a
# finished run is left alone.
. "$(dirname "$0")/common.sh"
prepare
grid() {
  local ranks=$1
  shift
  launch "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' "$@"
}

grid 2 --set "run.output=$work/whole.h5" >"$work/whole.log" 2>&1 || { cat "$work/whole.log"; fail "the whole run"; }
"$bin/ltr_report" "$work/whole.h5" --digest | grep -E "^(plan|draws|weights|counts) " >"$work/whole.digest"

# Stopped by a signal to one rank in the middle: exit 75.
grid 2 --set "run.output=$work/cut.h5" >"$work/cut.log" 2>&1 &
launcher=$!
for _ in $(seq 200); do
  grep -q 'epoch' "$work/cut.log" && break
  sleep 0.05
done
pkill -USR1 -n -f "run.output=$work/cut.h5" || true
status=0
wait "$launcher" || status=$?
[ "$status" -eq 75 ] || [ "$status" -eq 0 ] || { cat "$work/cut.log"; fail "stopped with status $status, not 75"; }
echo "stopped with status $status"

# Killed outright, then continued.
grid 4 --set "run.output=$work/cut.h5" >>"$work/cut.log" 2>&1 &
launcher=$!
sleep 2
pkill -KILL -f "ltr_grid .*run.output=$work/cut.h5" || true
wait "$launcher" 2>/dev/null || true
grid 1 --set "run.output=$work/cut.h5" >>"$work/cut.log" 2>&1 || { cat "$work/cut.log"; fail "continuing"; }
"$bin/ltr_report" "$work/cut.h5" --digest | grep -E "^(plan|draws|weights|counts) " >"$work/cut.digest"
diff "$work/whole.digest" "$work/cut.digest" || fail "the continued run ended in other bits"

grid 2 --set "run.output=$work/cut.h5" >"$work/again.log" 2>&1 || fail "the second run of a finished grid"
grep -q 'nothing to do' "$work/again.log" || fail "a finished grid was not recognised"
