#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The templates on a real Slurm of one node: srun gives the bits of mpirun; a time limit, a requeue, scancel and a job
# array end in the same bits; a rank that dies is named by the others.
. "$(dirname "$0")/../scenario/common.sh"
. "$(dirname "$0")/cluster.sh"
lacking=$(cluster_lacks)
[ -z "$lacking" ] || { echo "SKIPPED: $lacking"; exit 77; }
prepare
printf '[grid]\nsampling = ["class_balanced"]\n' >>"$work/grid.toml"
trap 'cluster_stop; clean_up' EXIT
cluster_start "$work/slurm" || fail "Slurm has not come up"
kinds_of_mpi=$(srun --mpi=list 2>&1)
grep -q pmix <<<"$kinds_of_mpi" || { echo "SKIPPED: this Slurm has no PMIx"; exit 77; }

export PATH=$bin:$PATH
templates=$source_folder/jobs/slurm
cd "$work"
# Templates are written for GPUs, which the cluster of the test does not have.
small=(--ntasks-per-node=2 --cpus-per-task=1 --gpus-per-node=0)
state_of() { scontrol show job "$1" | sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p;T;q'; }
# await JOB STATE SECONDS: also at once where it is in another state that it will not leave.
await() {
  local state=
  for _ in $(seq $((5 * $3))); do
    state=$(state_of "$1")
    [ "$state" = "$2" ] && return
    [[ $state =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)$ ]] && break
    sleep 0.2
  done
  cat ./*.log
  scontrol show job "$1"
  fail "job $1 is $(state_of "$1") after $3 s, not $2"
}
# ranks_of RECORD: the processes of a run in a step of Slurm.
ranks_of() {
  local process
  for process in $(pgrep -f "ltr_grid .*run.output=$1"); do
    if grep -q '^ltr_grid' "/proc/$process/comm"; then echo "$process"; fi
  done
}
# await_training RECORD LOG
await_training() {
  for _ in $(seq 600); do
    grep -qs ' epoch ' "$2" && return
    sleep 0.05
  done
  cat "$2"
  fail "$1 does not train"
}
# hold RECORD LOG: once it trains, its two ranks, `held`, stand still, so that it is not over before something comes to it.
hold() {
  await_training "$@"
  mapfile -t held < <(ranks_of "$1")
  [ ${#held[@]} -eq 2 ] || { cat "$2"; fail "$1 has not two ranks, but ${#held[@]}"; }
  kill -STOP "${held[@]}"
}
# await_signal PROCESS: until SIGUSR1 (10) waits for a process that stands still, or Slurm, which may do so, has resumed it.
await_signal() {
  local status pending
  for _ in $(seq 450); do
    status=$(cat "/proc/$1/status" 2>/dev/null) && grep -q '^State:.T' <<<"$status" || return 0
    pending=$(sed -n 's/^ShdPnd:\t//p' <<<"$status")
    ((0x$pending & 0x200)) && return
    sleep 0.2
  done
  fail "no signal came to process $1"
}

launch 2 ltr_grid --config grid.toml --set run.output=mpirun.h5 >mpirun.log 2>&1 || { cat mpirun.log; fail "mpirun"; }
srun -n 2 --mpi=pmix ltr_grid --config grid.toml --set run.output=srun.h5 >srun.log 2>&1 || { cat srun.log; fail "srun"; }
diff <(digest mpirun) <(digest srun) || fail "srun gives other bits than mpirun"
echo "srun -n 2 and mpirun -n 2 give the same bits"

status=0
srun -n 2 --mpi=none ltr_grid --config grid.toml --set run.output=none.h5 >none.log 2>&1 || status=$?
[ "$status" -eq 2 ] && grep -q 'srun started 2 tasks but MPI sees 1' none.log || { cat none.log; fail "srun without PMIx: $status"; }

# The templates leave that to the site, whose default here is PMIx, unless LTR_SRUN_MPI says otherwise.
job=$(LTR_SRUN_MPI=none sbatch --parsable "${small[@]}" --nodes=1 --job-name=unheard "$templates/several_nodes.sbatch" grid.toml \
  --set run.output=unheard.h5)
await "$job" FAILED 60
grep -q 'srun started 2 tasks but MPI sees 1' "unheard-$job.log" || { cat "unheard-$job.log"; fail "LTR_SRUN_MPI was not heard"; }

# A time limit: signalled before it, requeued by the template, continued. Slurm looks every half minute whether a signal
# is due. This one becomes so when the limit is lowered, which is when the ranks train and can be held until it is there.
long=(--set stage_1.epochs=40)
on 1 ltr_grid --config grid.toml "${long[@]}" --set run.output=whole.h5 >whole.log 2>&1 || { cat whole.log; fail "whole"; }
job=$(sbatch --parsable "${small[@]}" --time=2 --signal=USR1@55 --job-name=limited "$templates/preemptible.sbatch" grid.toml \
  "${long[@]}" --set run.output=limited.h5) || fail "sbatch preemptible.sbatch"
hold limited.h5 "limited-$job.log"
scontrol update jobid="$job" timelimit=1
for process in "${held[@]}"; do await_signal "$process"; done
kill -CONT "${held[@]}" 2>/dev/null || true
await "$job" COMPLETED 120
restarts=$(scontrol show job "$job" | grep -o 'Restarts=[0-9]*' | cut -d = -f 2)
[ "$restarts" -ge 1 ] || { cat "limited-$job.log"; fail "the job was over before its time limit came near"; }
grep -q 'asked to stop; training stands at' "limited-$job.log" || { cat "limited-$job.log"; fail "no checkpoint was told of"; }
diff <(digest whole) <(digest limited) || { cat "limited-$job.log"; fail "other bits after $restarts requeues"; }
echo "a time limit: the job was requeued $restarts times, and ended in the same bits"
grep -E 'asked to stop|back into the queue|continuing' "limited-$job.log" || true

# scancel in the middle; sent again, the same job completes the run.
job=$(sbatch --parsable "${small[@]}" --job-name=cancelled "$templates/one_node.sbatch" grid.toml "${long[@]}" \
  --set run.output=cancelled.h5)
hold cancelled.h5 "cancelled-$job.log"
scancel "$job"
await "$job" CANCELLED 60
[ ! -e cancelled.h5 ] || fail "the job was over before it could be cancelled"
for _ in $(seq 100); do [ -e cancelled.h5.parts/lease ] || break; sleep 0.2; done
job=$(sbatch --parsable "${small[@]}" --job-name=cancelled "$templates/cpu_only.sbatch" grid.toml "${long[@]}" \
  --set run.output=cancelled.h5)
await "$job" COMPLETED 120
diff <(digest whole) <(digest cancelled) || { cat ./cancelled-*.log; fail "other bits after scancel"; }
echo "scancel in the middle, then the same again: the same bits"

# A seed a job.
mkdir results
job=$(sbatch --parsable "${small[@]}" --array=0-1 --job-name=seeds "$templates/seeds_array.sbatch" grid.toml)
for task in 0 1; do await "${job}_$task" COMPLETED 120; done
diff <(digest mpirun) <(digest results/seeds_seed_0) || fail "the array's seed 0 has other bits"
grep -q '^  seeds 0, 1;' <<<"$(ltr_report results/seeds_seed_*.h5)" || fail "no table of both seeds"
echo "a job array over two seeds makes one table"

# A rank that stands still is named by the other; one that dies, by Slurm, whose PMIx hears of it at once, or by the other.
# lose SIGNAL 'words' SECONDS
lose() {
  local step status=0 victim= other= process
  srun -n 2 --mpi=pmix ltr_grid --config grid.toml "${long[@]}" --set run.output=lost.h5 \
    --set parallel.stall_timeout_s=5 >lost.log 2>&1 &
  step=$!
  hold lost.h5 lost.log
  for process in "${held[@]}"; do
    if grep -zqx 'SLURM_PROCID=1' "/proc/$process/environ"; then victim=$process; else other=$process; fi
  done
  [ -n "$victim" ] || { cat lost.log; fail "no rank 1 was found"; }
  SECONDS=0
  kill "-$1" "$victim"
  kill -CONT "$other"
  wait "$step" || status=$?
  [ "$status" -ne 0 ] || { cat lost.log; fail "a run that lost a rank ended well"; }
  [ "$SECONDS" -lt "$3" ] || fail "the other rank took $SECONDS s to leave"
  grep -E "$2" lost.log || { cat lost.log; fail "rank 1 was not named after $1"; }
}
lose STOP 'rank 0 \(.*\) has waited [0-9]+ s for .*; not there: rank 1 \(' 60
lose KILL 'task 1: Killed|not there: rank 1 \(' 60
srun -n 1 --mpi=pmix ltr_grid --config grid.toml "${long[@]}" --set run.output=lost.h5 >>lost.log 2>&1 || { cat lost.log; fail "going on"; }
diff <(digest whole) <(digest lost) || fail "other bits after a rank was lost"
echo "a rank that stood still and one that died: the other left, and the run was completed"
