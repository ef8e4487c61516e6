#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Weights, draws and counts are the same on 1, 2, 4 and 8 ranks and with any number of loader threads, for every sampling.
. "$(dirname "$0")/common.sh"
prepare

digest_of() {
  local name=$1 ranks=$2
  shift 2
  launch "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set "run.output=$work/$name.h5" "$@" \
    >"$work/$name.log" 2>&1 || { cat "$work/$name.log"; fail "ltr_grid on $ranks ranks"; }
  "$bin/ltr_report" "$work/$name.h5" --digest | grep -E "^(plan|draws|weights|state|counts) " >"$work/$name.digest"
}

digest_of ranks_1 1
grep -q '[0-9a-f]\{64\}' "$work/ranks_1.digest" || fail "no digest was printed"
for ranks in 2 4 8; do
  digest_of "ranks_$ranks" "$ranks"
  diff "$work/ranks_1.digest" "$work/ranks_$ranks.digest" || fail "digests differ on $ranks ranks"
done
digest_of threads_5 2 --set loader.threads=5 --set loader.queue_batches=2
diff "$work/ranks_1.digest" "$work/threads_5.digest" || fail "digests differ with five loader threads"

# The same with every option of the optimiser and the schedule.
options=(--set 'grid.sampling=["progressively_balanced"]' --set stage_1.epochs=3 --set stage_1.schedule=step
  --set 'stage_1.step.milestones=[1, 2]' --set stage_1.nesterov=true --set stage_1.clip_norm=0.5
  --set stage_1.backbone_rate_factor=0.1
  --set stage_1.decay_norm_and_bias=false --set stage_1.label_smoothing=0.1 --set stage_1.validate_every_epochs=2
  --set stage_1.scale_learning_rate=true --set stage_2.schedule=constant)
digest_of options_1 1 "${options[@]}"
for ranks in 2 4 8; do
  digest_of "options_$ranks" "$ranks" "${options[@]}"
  diff "$work/options_1.digest" "$work/options_$ranks.digest" || fail "digests with options differ on $ranks ranks"
done

# A digest that could not differ would prove nothing.
digest_of other_seed 2 --set 'run.seeds=[1]' --set 'grid.sampling=["square_root"]'
cmp -s "$work/ranks_1.digest" "$work/other_seed.digest" && fail "another seed gave the same digests"
cat "$work/ranks_1.digest"
