#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Four ranks as four, two and one group, and with other groups for stage 2: the same table and the same bits; a run is
# stopped in one placement and continued in another; what cannot be placed is refused.
. "$(dirname "$0")/common.sh"
prepare
# grid RANKS PER_CELL PER_CELL_STAGE_2 name arguments...
grid() {
  on "$1" "$bin/ltr_grid" --config "$work/grid.toml" --set parallel.ranks_per_cell="$2" \
    --set parallel.ranks_per_cell_stage_2="$3" --set "run.output=$work/$4.h5" "${@:5}" >"$work/$4.log" 2>&1
}

grid 1 0 0 alone || { cat "$work/alone.log"; fail "one rank"; }
for sizes in '1 0' '2 0' '4 0' '4 1' '1 4'; do
  read -r stage_1 stage_2 <<<"$sizes"
  name=four_${stage_1}_$stage_2
  grid 4 "$stage_1" "$stage_2" "$name" || { cat "$work/$name.log"; fail "groups of $sizes"; }
  diff <(digest alone) <(digest "$name") || fail "other bits from groups of $sizes"
  diff <("$bin/ltr_report" "$work/alone.h5") <("$bin/ltr_report" "$work/$name.h5") || fail "another table from groups of $sizes"
  grep -q '12 nodes in .*ranks without work .* (planned: ' "$work/$name.log" || { cat "$work/$name.log"; fail "no makespan"; }
  [ "$(find "$work/$name.h5.parts" -name '*.claim' | wc -l)" -eq 0 ] || fail "claims were left behind"
done

# One of four groups is asked to stop: all do.
cut() { grid "$1" "$2" "$3" cut --set stage_1.epochs=5 "${@:4}"; }
grid 1 0 0 whole --set stage_1.epochs=5 || { cat "$work/whole.log"; fail "the whole run"; }
cut 4 1 0 &
launcher=$!
for _ in $(seq 400); do
  find "$work/cut.h5.parts" -name '*.checkpoint' 2>/dev/null | grep -q . && break
  sleep 0.05
done
kill -USR1 "$(pgrep -n -f "^$bin/ltr_grid .*run.output=$work/cut.h5")"
status=0
wait "$launcher" || status=$?
[ "$status" -eq 75 ] || { cat "$work/cut.log"; fail "stopped with status $status, not 75"; }
cut 2 2 1 || { cat "$work/cut.log"; fail "continuing"; }
diff <(digest whole) <(digest cut) || fail "other bits after a change of placement"

refused() {
  local words=$1 status=0
  shift
  grid "$@" || status=$?
  [ "$status" -eq 2 ] || { cat "$work/refused.log"; fail "status $status, not 2, for: $*"; }
  grep -q -- "$words" "$work/refused.log" || { cat "$work/refused.log"; fail "no '$words' for: $*"; }
}
refused 'cannot be cut into groups of parallel.ranks_per_cell = 4' 6 4 0 refused
refused '3 ranks cannot share stage_1.micro_batches = 4' 6 3 0 refused
refused '0 for all' 2 -1 0 refused
