#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Weights, draws and counts are the same on 1, 2, 4 and 8 ranks for every sampling, and with any number of loader threads.
. "$(dirname "$0")/common.sh"
prepare 8

digest_of() {
  local name=$1 ranks=$2
  shift 2
  on "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set "run.output=$work/$name.h5" "$@" \
    >"$work/$name.log" 2>&1 || { cat "$work/$name.log"; fail "ltr_grid on $ranks ranks"; }
  digest "$name" >"$work/$name.digest"
}

digest_of ranks_1 1
grep -q '[0-9a-f]\{64\}' "$work/ranks_1.digest" || fail "no digest was printed"
for ranks in 2 4 8; do
  digest_of "ranks_$ranks" "$ranks"
  diff "$work/ranks_1.digest" "$work/ranks_$ranks.digest" || fail "digests differ on $ranks ranks"
done
# Of what does not depend on the sampling one is enough.
one=(--set 'grid.sampling=["square_root"]')
digest_of one 1 "${one[@]}"
for threads in 2 5; do
  digest_of "threads_$threads" 2 "${one[@]}" --set loader.threads=$threads --set loader.queue_batches=2
  diff "$work/one.digest" "$work/threads_$threads.digest" || fail "digests differ with $threads loader threads"
done

# Rounding to bfloat16 is another network, and the same on any number of ranks.
for ranks in 1 4; do
  digest_of "bfloat16_$ranks" "$ranks" "${one[@]}" --set 'parallel.precision="bfloat16"'
  diff "$work/bfloat16_1.digest" "$work/bfloat16_$ranks.digest" || fail "digests in bfloat16 differ on $ranks ranks"
done
weights_of() { grep ^weights "$work/$1.digest"; }
[ "$(weights_of one)" != "$(weights_of bfloat16_1)" ] || fail "parallel.precision changes nothing"

# Sums in whatever order is fastest, also on a number of ranks that no tree halves: the losses are the same within
# rounding, the draws are the same, and the record says which order it was.
fastest=("${one[@]}" --set 'parallel.reduction="fastest"')
six=("${fastest[@]}" --set stage_1.global_batch=30 --set stage_1.micro_batches=6 --set input.size=16 --set input.evaluation_resize=16)
digest_of fastest_4 4 "${fastest[@]}"
digest_of six_1 1 "${six[@]}"
digest_of six_3 3 "${six[@]}"
agree_nearly() {
  "$(python_with_h5py)" - "$work/$1.h5" "$work/$2.h5" <<'PYTHON' || fail "the losses of $2 are not those of $1"
import sys
import h5py
one, other = (h5py.File(path) for path in sys.argv[1:])
pairs = [
    (a, b)
    for stage_1 in one["stage_1"]
    for a, b in zip(*(run["stage_1"][stage_1]["epochs"]["train_loss"][:] for run in (one, other)))
]
assert len(pairs) == 2, pairs
difference = max(abs(a - b) / a for a, b in pairs)
assert difference < 0.01, pairs
configuration = other["configuration"][()].decode().replace("'", '"')
assert 'reduction = "fastest"' in configuration, configuration
print(f"fastest sums: the losses differ by {difference:.2g} at most")
PYTHON
  diff <(grep -E '^(plan|draws) ' "$work/$1.digest") <(grep -E '^(plan|draws) ' "$work/$2.digest") ||
    fail "the order of sums changes the draws"
}
agree_nearly one fastest_4
agree_nearly six_1 six_3

# The same with every option of the optimiser and the schedule.
options=(--set 'grid.sampling=["progressively_balanced"]' --set stage_1.epochs=3 --set stage_1.schedule=step
  --set 'stage_1.step.milestones=[1, 2]' --set stage_1.nesterov=true --set stage_1.clip_norm=0.5
  --set stage_1.backbone_rate_factor=0.1
  --set stage_1.decay_norm_and_bias=false --set stage_1.label_smoothing=0.1 --set stage_1.validate_every_epochs=2
  --set stage_1.scale_learning_rate=true --set stage_2.schedule=constant)
digest_of options_1 1 "${options[@]}"
for ranks in 2 8; do
  digest_of "options_$ranks" "$ranks" "${options[@]}"
  diff "$work/options_1.digest" "$work/options_$ranks.digest" || fail "digests with options differ on $ranks ranks"
done

# A digest that could not differ would prove nothing.
digest_of other_seed 1 --set 'run.seeds=[1]' "${one[@]}"
cmp -s "$work/one.digest" "$work/other_seed.digest" && fail "another seed gave the same digests"
cat "$work/ranks_1.digest"
