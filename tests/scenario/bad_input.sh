#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What cannot work is refused with exit status 2, a message that names it, and nothing left behind.
. "$(dirname "$0")/common.sh"
end_soon
prepare
printf 'not an HDF5 file\n' >"$work/packs/foreign.h5"
head -c 3000 "$work/packs/train.h5" >"$work/packs/truncated.h5"
"$bin/ltr_data" synthesise --output "$work/other" --classes 5 --largest 20 --imbalance 5 --size 32 \
  --validation-per-class 4 --test-per-class 4 >/dev/null
cp "$work/other/test.h5" "$work/packs/five_classes.h5"

# refused RANKS 'words of the message' ltr_grid arguments...
refused() {
  local ranks=$1 words=$2 status=0
  shift 2
  on "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" "$@" >"$work/log" 2>&1 || status=$?
  [ "$status" -eq 2 ] || { cat "$work/log"; fail "status $status, not 2, for: $*"; }
  grep -q -- "$words" "$work/log" || { cat "$work/log"; fail "no '$words' for: $*"; }
  [ ! -e "$work/run.h5" ] && [ ! -e "$work/run.h5.parts" ] || fail "something was left behind by: $*"
}

refused 1 'stage_1.epochs' --set stage_1.epoch=2
refused 1 'stage_1.epochs' --set stage_1.epochs=many
refused 1 'global_batch' --set stage_1.global_batch=4096
refused 1 'micro_batches' --set stage_1.micro_batches=7
refused 1 'padding' --set input.padding=40
refused 3 '3 ranks\|ranks' --set stage_1.epochs=1
refused 1 'tau' --set stage_2.tau.from=3
refused 1 'absent.h5' --set data.train=absent.h5
refused 1 'foreign.h5' --set data.train=foreign.h5
refused 2 'truncated.h5' --set data.train=truncated.h5
refused 1 'five_classes.h5' --set data.test=five_classes.h5
refused 1 'data.train and data.test: .*measures memory' --set data.test=train.h5
refused 1 'data.train and data.validation' --set data.validation=train.h5
refused 1 'count twice' --set 'data.train=["train.h5", "../packs/train.h5"]'
refused 1 'proc' --set run.output=/proc/run.h5
refused 1 'no-such-option' --no-such-option
refused 1 'stage_1.micro_batches = 2147483647: .* give 1 to 65536' --set stage_1.micro_batches=2147483647
refused 1 'one value a channel' --set stage_1.micro_batches=32 --set input.size=4 --set input.evaluation_resize=4
refused 1 'the environment has no LTR_NO_SUCH;' --set 'run.output=$LTR_NO_SUCH/run.h5'
refused 1 'the environment has no LTR_NO_SUCH;' --export seed_0.square_root.joint '$LTR_NO_SUCH/w.safetensors'
refused 1 'write the path out' --set 'run.output=~nobody/run.h5'
HOME="$work" refused 1 'absent.h5' --set 'data.root=~/packs' --set data.train=absent.h5

# Started by the launcher of another MPI each process would be alone.
PMI_SIZE=2 PMI_RANK=1 "$bin/ltr_grid" --config "$work/grid.toml" >"$work/log" 2>&1 && fail "another MPI's launcher was taken"
grep -q 'PMI_SIZE = 2 says that a launcher' "$work/log" || { cat "$work/log"; fail "another MPI's launcher is not named"; }

# What cannot be printed is an error.
for what in --list --plan; do
  status=0
  "$bin/ltr_grid" --config "$work/grid.toml" $what >/dev/full 2>"$work/log" || status=$?
  [ "$status" -eq 2 ] && grep -q 'standard output cannot be written' "$work/log" || fail "$what to a full disk: $status"
  { sleep 0.2; status=0; "$bin/ltr_grid" --config "$work/grid.toml" $what 2>"$work/log" || status=$?; echo $status >"$work/status"; } | true
  status=$(cat "$work/status")
  [ "$status" = 2 ] && grep -q 'standard output cannot be written' "$work/log" || fail "$what to a closed pipe: $status"
done

# Two runs on one output at once: the second is refused, the first is not disturbed. It stands still meanwhile, so as not to
# be over before the second has looked.
"$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' >"$work/first.log" 2>&1 &
first=$!
until [ -e "$work/run.h5.parts/lease" ]; do
  kill -0 "$first" 2>/dev/null || { cat "$work/first.log"; fail "the first run has claimed nothing"; }
  sleep 0.02
done
kill -STOP "$first"
status=0
"$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' >"$work/second.log" 2>&1 || status=$?
[ "$status" -eq 2 ] || { cat "$work/second.log"; fail "a second run on the same output ended with $status"; }
grep -q 'is being written by process' "$work/second.log" || fail "the second run did not name the first"
kill -CONT "$first"
wait "$first" || { cat "$work/first.log"; fail "the first run was disturbed"; }

# The same output with another configuration names the key.
status=0
"$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' --set stage_1.epochs=3 \
  >"$work/log" 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "another configuration ended with $status"
grep -q 'stage_1.epochs' "$work/log" || { cat "$work/log"; fail "the differing key is not named"; }
