#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A trial of the whole grid measures, leaves nothing behind, and does not touch a run's own output; one that fails says so.
. "$(dirname "$0")/common.sh"
end_soon
prepare
# smoke STATUS RANKS arguments...
smoke() {
  local expected=$1 ranks=$2 status=0
  shift 2
  on "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --smoke "$@" >"$work/log" 2>&1 || status=$?
  [ "$status" -eq "$expected" ] || { cat "$work/log"; fail "status $status, not $expected, for: $*"; }
}
says() { grep -q -- "$1" "$work/log" || { cat "$work/log"; fail "no '$1'"; }; }

smoke 0 2 --set "run.output=$work/new/folder/run.h5" --set stage_1.epochs=90 --set stage_1.schedule=step \
  --set 'stage_1.step.milestones=[60, 80]' --set stage_1.warmup_epochs=5
says '2 steps of 32 images'
says 'stage 1 .* s a step'
says 'stage 2 .* s a step'
says 'memory .*iB'
says 'the whole run .*about .* for 12 nodes'
[ ! -e "$work/new" ] || fail "the trial has left its folder"

# A finished record stays as it is, and a trial of it works all the same.
"$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.learning=["joint"]' --set stage_1.epochs=1 >"$work/log" 2>&1 ||
  { cat "$work/log"; fail "the run"; }
sum=$(sha256sum <"$work/run.h5")
list=$(ls -A "$work" "$work/run.h5.parts")
smoke 0 4
[ "$sum" = "$(sha256sum <"$work/run.h5")" ] || fail "the trial has changed the record"
[ "$list" = "$(ls -A "$work" "$work/run.h5.parts")" ] || fail "the trial has left something behind"

# Training that diverges fails in the trial as it would in the run.
smoke 3 2 --set stage_1.learning_rate=1e38 --set "run.output=$work/other.h5"
says 'training has diverged'
says 'the whole run would fail there too'
smoke 2 1 --set data.train=absent.h5
smoke 2 1 --plan
[ -z "$(find "$work" -name '*smoke*')" ] || fail "a failed trial has left its folder"
