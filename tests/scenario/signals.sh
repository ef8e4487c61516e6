#!/usr/bin/env bash
# A wish to stop is heard from the first moment on, before MPI and torch have started; SIGHUP is one, unless nohup has it
# ignored; a trial that was killed leaves nothing behind for good.
# Under nohup, too, the runs are started with SIGHUP as it is by default.
[ -n "${HANGUP_IS_RESET:-}" ] || HANGUP_IS_RESET=1 exec env --default-signal=HUP bash "$0"
. "$(dirname "$0")/common.sh"
prepare
[ "$(id -u)" -eq 0 ] && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
run=("$bin/ltr_grid" --config "$work/grid.toml" --set stage_1.epochs=400 --set 'grid.sampling=["square_root"]'
  --set 'grid.learning=["joint"]')

# Whether process $1 holds SIGUSR1 (10) back or catches it.
hears() {
  python3 - "$1" <<'PYTHON'
import sys
fields = dict(line.split(":\t", 1) for line in open(f"/proc/{sys.argv[1]}/status") if ":\t" in line)
sys.exit(not (int(fields["SigBlk"], 16) | int(fields["SigCgt"], 16)) >> 9 & 1)
PYTHON
}

for signal in USR1 TERM HUP; do
  for attempt in 1 2 3; do
    "${run[@]}" --set "run.output=$work/early_$signal.h5" >"$work/early.log" 2>&1 &
    process=$!
    until hears $process 2>/dev/null; do kill -0 $process || { cat "$work/early.log"; fail "it ended by itself"; }; done
    kill -$signal $process
    status=0
    wait $process || status=$?
    [ "$status" -eq 75 ] || { cat "$work/early.log"; fail "$signal at the start ended with status $status"; }
  done
done

begun() { until grep -qs 'epoch' "$1"; do sleep 0.05; done; }
nohup "${run[@]}" --set stage_1.epochs=60 --set "run.output=$work/nohup.h5" >"$work/nohup.log" 2>&1 &
process=$!
begun "$work/nohup.log"
kill -HUP $process
wait $process || fail "a signal that nohup has ignored stopped the run"

"${run[@]}" --set "run.output=$work/trial.h5" --smoke >"$work/trial.log" 2>&1 &
process=$!
until compgen -G "$work/trial.h5.partial-*" >/dev/null; do
  kill -0 $process || { cat "$work/trial.log"; fail "the trial ended before it could be killed"; }
done
kill -KILL $process
wait $process || true
compgen -G "$work/trial.h5.partial-*" >/dev/null || fail "the killed trial left nothing, so nothing is tried here"
"${run[@]}" --set "run.output=$work/trial.h5" --smoke >"$work/trial.log" 2>&1 || { cat "$work/trial.log"; fail "the next trial"; }
compgen -G "$work/trial.h5*" >/dev/null && fail "the next trial left what the killed one had: $(ls "$work")"
echo "signals are heard from the start; a killed trial is cleaned up after"
