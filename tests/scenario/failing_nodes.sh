#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A node that fails is agreed on by its ranks and told in the record; what stands on it is marked, the others are
# computed, and --retry-failed computes what failed and nothing else, to the bits of a run in which nothing did.
. "$(dirname "$0")/common.sh"
end_soon
prepare
grid() {
  local ranks=$1 name=$2
  shift 2
  on "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set "run.output=$work/$name.h5" "$@" >"$work/log" 2>&1
}
# ends STATUS 'words' RANKS name arguments...
ends() {
  local expected=$1 words=$2 status=0
  shift 2
  grid "$@" || status=$?
  [ "$status" -eq "$expected" ] || { cat "$work/log"; fail "status $status, not $expected, for: $*"; }
  grep -q -- "$words" "$work/log" || { cat "$work/log"; fail "no '$words' for: $*"; }
}
one=(--set 'grid.sampling=["class_balanced"]')
two=(--set 'grid.sampling=["class_balanced", "square_root"]')

# Training that diverges in stage 2: the cells of stage 1 and of the features are complete.
ends 3 'the loss of crt is' 2 diverging "${one[@]}" --set stage_2.learning_rate=1e38
"$bin/ltr_report" "$work/diverging.h5" >"$work/table"
grep -q '^failed: seed_0.class_balanced.lws: .*lower the learning rate' "$work/table" || { cat "$work/table"; fail "lws"; }
grep -Eq '^  tau_normalized +1 ' "$work/table" || { cat "$work/table"; fail "tau_normalized is not complete"; }
# Started again, it does not fail for hours a second time.
ends 3 'with --retry-failed tries them again' 1 diverging "${one[@]}" --set stage_2.learning_rate=1e38
grep -q 'done in' "$work/log" && { cat "$work/log"; fail "a failed node was tried again unasked"; }
ends 3 'the loss of crt is' 2 diverging "${one[@]}" --set stage_2.learning_rate=1e38 --retry-failed

grid 1 sound "${two[@]}" || { cat "$work/log"; fail "the sound run"; }
digest sound >"$work/sound.digest"
ends 2 'no node of .* has failed' 1 diverging "${one[@]}" --set run.output="$work/new.h5" --retry-failed

# Memory that one rank does not get, at three moments of stage 1: of two groups of ranks one goes on.
failures=0
for request in 700 1500 2200; do
  rm -rf "$work"/memory.h5*
  status=0
  LTR_FAIL_MEMORY=1:$request LD_PRELOAD=$FAILING_CALLS grid 4 memory "${two[@]}" --set parallel.ranks_per_cell=2 || status=$?
  [ "$status" -eq 3 ] || { cat "$work/log"; fail "status $status, not 3, without memory at request $request"; }
  grep -q 'error: .*rank 1 (.*): out of memory .*use .*micro.batches.*fewer ranks a host' "$work/log" || { cat "$work/log"; fail "no 'out of memory'"; }
  grep -q 'stage_1 done in' "$work/log" || { cat "$work/log"; fail "the other group has not gone on"; }
  ends 0 'record: ' 1 memory "${two[@]}" --retry-failed
  diff "$work/sound.digest" <(digest memory) || fail "other bits after a failure"
done

# A full disk: under a checkpoint, under weights, under a finished node, and under the note of the failure itself.
for file in class_balanced.stage_1.checkpoint class_balanced.stage_1.safetensors class_balanced.features.h5 class_balanced; do
  rm -rf "$work"/full.h5*
  LTR_FAIL_WRITE=seed_0.$file LD_PRELOAD=$FAILING_CALLS ends 3 'No space left on device' 2 full "${two[@]}"
  grep -q 'square_root.stage_1 done in' "$work/log" || { cat "$work/log"; fail "the other sampling was not computed"; }
  ends 0 'record: ' 1 full "${two[@]}" --retry-failed
  diff "$work/sound.digest" <(digest full) || fail "other bits after a full disk"
done

# A disk that cannot be read says nothing about what it holds: no checkpoint is set aside for it.
long=("${one[@]}" --set stage_1.epochs=60)
grid 1 unreadable "${long[@]}" &
until [ -e "$work/unreadable.h5.parts/seed_0.class_balanced.stage_1.checkpoint.1" ]; do sleep 0.1; done
pkill -USR1 -f "^$bin/ltr_grid .*run.output=$work/unreadable.h5"
wait $! && fail "it was not stopped"
LTR_FAIL_READ=stage_1.checkpoint LD_PRELOAD=$FAILING_CALLS ends 3 'checkpoint cannot be read: Input/output error' 1 unreadable "${long[@]}"
compgen -G "$work/unreadable.h5.parts/*.damaged" >/dev/null && fail "a sound checkpoint was set aside"
ends 0 'record: ' 1 unreadable "${long[@]}" --retry-failed
