#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A rank that stands still is named by the others, with its host, and all leave; the same command then goes on to the
# bits of an undisturbed run.
. "$(dirname "$0")/common.sh"
prepare
grid() {
  local ranks=$1 name=$2
  shift 2
  on "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' \
    --set stage_1.epochs=40 --set "run.output=$work/$name.h5" "$@"
}
grid 1 whole >"$work/log" 2>&1 || { cat "$work/log"; fail "the whole run"; }

grid 4 stalled --set parallel.stall_timeout_s=5 >"$work/log" 2>&1 &
launcher=$!
for _ in $(seq 400); do
  find "$work/stalled.h5.parts" -name '*.checkpoint' 2>/dev/null | grep -q . && break
  sleep 0.05
done
[ ! -e "$work/stalled.h5" ] || fail "the run was over before a rank could be stopped"
victim=
for process in $(pgrep -f "^$bin/ltr_grid .*run.output=$work/stalled.h5"); do
  grep -zqxE '(OMPI_COMM_WORLD_RANK|PMI_RANK)=2' "/proc/$process/environ" && victim=$process
done
[ -n "$victim" ] || { cat "$work/log"; fail "no rank 2 was found"; }
kill -STOP "$victim"
SECONDS=0
status=0
wait "$launcher" || status=$?
[ "$status" -ne 0 ] || fail "a stalled run ended well"
[ "$SECONDS" -lt 60 ] || fail "the others took $SECONDS s to leave"
grep -Eq 'rank [013] \(.*\) has waited [0-9]+ s for .*; not there: rank 2 \(' "$work/log" ||
  { cat "$work/log"; fail "rank 2 was not named"; }
grid 1 stalled >>"$work/log" 2>&1 || { cat "$work/log"; fail "going on"; }
diff <(digest whole) <(digest stalled) || fail "other bits after a stall"
