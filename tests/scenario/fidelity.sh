#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every point in which the authors' code differs from the paper can be switched by itself, and changes what it is about
# and nothing else; the plan says what holds. All strategies give the same bits on any number of ranks in either mode.
. "$(dirname "$0")/common.sh"
prepare
strategies='["joint", "ncm", "crt", "tau_normalized", "lws", "finetune_all", "finetune_all_tenth_lr", "finetune_last_block", "finetune_classifier"]'
samplings='["class_balanced", "square_root", "progressively_balanced"]'

# run NAME RANKS arguments...
run() {
  local name=$1 ranks=$2
  shift 2
  on "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set "run.output=$work/$name.h5" \
    --set "grid.learning=$strategies" --set "grid.sampling=$samplings" --set stage_2.finetune.epochs=1 "$@" \
    >"$work/$name.log" 2>&1 || { cat "$work/$name.log"; fail "ltr_grid on $ranks ranks for $name"; }
}
# same NAME OTHER: all five digests
same() { [ "$(digest "$1")" = "$(digest "$2")" ] || { digest "$1"; digest "$2"; fail "$1 and $2 differ"; }; }

# changes NAME PATTERN [UNSURE]: against the corrected run, exactly the weights of the cells that match PATTERN have
# changed; those that match UNSURE may have.
python=$(python_with_h5py)
changes() {
  "$python" - "$work/corrected.h5" "$work/$1.h5" "$2" "${3:-never}" <<'PYTHON' || fail "$1 should change $2"
import re
import sys
import h5py
one, other = (h5py.File(path)["cells"] for path in sys.argv[1:3])
assert len(one) == 27 and set(one) == set(other), (list(one), list(other))
changed = {cell for cell in one if one[cell].attrs["weights_digest"] != other[cell].attrs["weights_digest"]}
unsure = {cell for cell in one if re.search(sys.argv[4], cell)}
expected = {cell for cell in one if re.search(sys.argv[3], cell)} - unsure
assert changed - unsure == expected, f"not changed: {sorted(expected - changed)}; changed: {sorted(changed - expected)}"
PYTHON
}

# point KEY=VALUE PATTERN [UNSURE]: two keys at once, as KEY=VALUE,KEY=VALUE, where they change different cells.
point() {
  local name=${1%%=*} keys key
  IFS=, read -ra keys <<<"$1"
  run "$name" 1 "${keys[@]/#/--set=}"
  "$bin/ltr_grid" --config "$work/grid.toml" --plan "${keys[@]/#/--set=}" >"$work/plan"
  for key in "${keys[@]%%=*}"; do
    grep -Eq "^fidelity: corrected, but for (.*, )?$key = " "$work/plan" || { cat "$work/plan"; fail "the plan does not say $key"; }
  done
  changes "$name" "$2" "${3:-never}"
}

run corrected 1
run corrected_2 2
same corrected corrected_2
changes corrected_2 'nothing'
# What BatchNorm of a frozen layer does is seen by those that freeze layers.
point fidelity.frozen_statistics_move=true '(crt|lws|finetune_last_block|finetune_classifier)$'
# Running statistics play no part in training; tau's weights are those of the epoch that they help to choose.
point fidelity.first_part_statistics=true '.' 'tau_normalized$'
# Stage 2 draws class-balanced, whatever stage 1 drew.
point fidelity.class_balanced_runs=true '(^seed_0.class_balanced|crt|lws|finetune)'
point fidelity.square_root_independent=true,fidelity.progressive_independent=true '^seed_0.(square_root|progressively_balanced)'
point fidelity.lws_scales_bias=true,stage_2.ncm.distance=centred '(lws|ncm)$'
point fidelity.lws_decays_scales=true 'lws$'
point fidelity.schedule_ahead=true '.'

run reference 1 --set fidelity.mode=reference
run reference_4 4 --set fidelity.mode=reference
same reference reference_4
changes reference '.'
grep -qx 'fidelity: reference' <<<"$("$bin/ltr_grid" --config "$work/grid.toml" --plan --set fidelity.mode=reference)" ||
  fail "the plan does not say reference"

# A cell's network is exported with the statistics that it was measured with.
export_of() {
  "$bin/ltr_grid" --config "$work/grid.toml" --set "run.output=$work/$1.h5" --set "grid.learning=$strategies" \
    --set "grid.sampling=$samplings" --set stage_2.finetune.epochs=1 "${@:3}" --export "seed_0.square_root.$2" \
    "$work/$1.$2.safetensors" >/dev/null || fail "export of $2"
}
for learning in joint crt finetune_last_block; do
  export_of corrected "$learning"
  export_of reference "$learning" --set fidelity.mode=reference
done
"$python" - "$work" <<'PYTHON' || fail "exported networks are not those that were measured"
import json
import struct
import sys


def tensors(name):
    data = open(f"{sys.argv[1]}/{name}.safetensors", "rb").read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    return {key: data[8 + size :][slice(*entry["data_offsets"])] for key, entry in header.items()}


def differing(one, other):
    one, other = tensors(one), tensors(other)
    assert one.keys() == other.keys()
    return {name for name in one if one[name] != other[name]}


def parts(names):
    return {"fc" if name.startswith("fc.") else "buffers" if "running" in name or "tracked" in name else
            "last" if name.startswith("layer3.2.") else "rest" for name in names}


assert parts(differing("corrected.joint", "corrected.crt")) == {"fc"}
assert parts(differing("reference.joint", "reference.crt")) == {"fc", "buffers"}
assert parts(differing("reference.joint", "reference.finetune_last_block")) == {"fc", "buffers", "last"}
assert all(name.startswith(("fc.", "layer3.2."))
           for name in differing("corrected.joint", "corrected.finetune_last_block"))
PYTHON

"$bin/ltr_grid" --config "$work/grid.toml" --plan --set fidelity.mode=exact >"$work/log" 2>&1 && fail "mode exact was taken"
grep -q '"exact" is no fidelity' "$work/log" || { cat "$work/log"; fail "an unknown mode is not named"; }
printf 'nine points of fidelity tried\n'
