#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Weights come in and go out: an exported network serves as stage 1, or to start it from, and what does not fit is
# refused before anything starts.
. "$(dirname "$0")/common.sh"
end_soon
prepare
grid() {
  local ranks=$1 name=$2
  shift 2
  on "$ranks" "$bin/ltr_grid" --config "$work/grid.toml" --set 'grid.sampling=["class_balanced"]' \
    --set "run.output=$work/$name.h5" "$@"
}
trains() { grid "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "grid $*"; }; }
# refused 'words of the message' arguments of grid...
refused() {
  local words=$1 status=0
  shift
  grid 1 "$@" >"$work/log" 2>&1 || status=$?
  [ "$status" -eq 2 ] || { cat "$work/log"; fail "status $status, not 2, for: $*"; }
  grep -q -- "$words" "$work/log" || { cat "$work/log"; fail "no '$words' for: $*"; }
}
digest() { "$bin/ltr_report" "$work/$1.h5" --digest | grep -E "^($2) "; }
cell=seed_0.class_balanced

refused 'does not exist' first --export $cell.joint "$work/joint.safetensors"
trains 1 first
for learning in joint crt tau_normalized lws; do
  trains 1 first --export $cell.$learning "$work/$learning.safetensors"
done
refused 'ncm (.*) has no linear layer fc to write' first --export $cell.ncm "$work/ncm.safetensors"
refused "its cells are $cell.joint" first --export $cell.joined "$work/ncm.safetensors"
refused 'begun with another configuration' first --set stage_1.epochs=3 --export $cell.joint "$work/ncm.safetensors"
mv "$work/first.h5.parts/$cell.crt.safetensors" "$work/mine.safetensors"
cp "$work/first.h5.parts/$cell.lws.safetensors" "$work/first.h5.parts/$cell.crt.safetensors"
refused "other weights than those that the record has measured as $cell.crt" first --export $cell.crt "$work/ncm.safetensors"
mv "$work/mine.safetensors" "$work/first.h5.parts/$cell.crt.safetensors"
[ ! -e "$work/ncm.safetensors" ] || fail "a refused export has left a file"

# An export replaces an earlier export, also behind a link, and nothing else.
for other in packs/train.h5 first.h5 first.h5.parts/$cell.stage_1.safetensors grid.toml; do
  cp "$work/$other" "$work/before"
  refused 'is no weights file that an export wrote' first --export $cell.joint "$work/$other"
  cmp "$work/$other" "$work/before" || fail "$other was changed by a refused export"
done
cp "$work/crt.safetensors" "$work/target.safetensors"
ln -s target.safetensors "$work/link.safetensors"
trains 1 first --export $cell.joint "$work/link.safetensors"
[ -L "$work/link.safetensors" ] || fail "an export replaced a link"
cmp "$work/target.safetensors" "$work/joint.safetensors" || fail "an export did not follow a link"

# A network that comes in is the one that went out: joint measures the same, and stage 2 starts from the same.
trains 1 joint_alone --set 'grid.learning=["joint"]'
trains 1 taken --set 'grid.learning=["joint"]' --set "stage_1.weights=$work/joint.safetensors"
diff <(digest joint_alone 'weights|counts') <(digest taken 'weights|counts') || fail "weights changed on the way"

# Only the last block is trained from there, with the same bits on any number of ranks.
for ranks in 1 4; do
  trains $ranks last_block_$ranks --set "model.pretrained=$work/joint.safetensors" --set stage_1.trained=last_block
done
diff <(digest last_block_1 'weights|counts') <(digest last_block_4 'weights|counts') || fail "bits depend on ranks"
cmp -s <(digest first weights) <(digest last_block_1 weights) && fail "training from weights gave what random ones give"
trains 1 slow_block --set "model.pretrained=$work/joint.safetensors" --set stage_1.trained=last_block \
  --set stage_1.backbone_rate_factor=0.1
cmp -s <(digest slow_block weights) <(digest last_block_1 weights) && fail "the backbone has no rate of its own"

# Another file under the same name is not gone on with.
cp "$work/joint.safetensors" "$work/mine.safetensors"
trains 1 mine --set 'grid.learning=["joint"]' --set "model.pretrained=$work/mine.safetensors"
cp "$work/crt.safetensors" "$work/mine.safetensors"
refused 'model.pretrained' mine --set 'grid.learning=["joint"]' --set "model.pretrained=$work/mine.safetensors"

# Weights of other classes bring their backbone; their classifier cannot be measured.
"$bin/ltr_data" synthesise --output "$work/five" --classes 5 --largest 40 --imbalance 10 --size 32 \
  --validation-per-class 6 --test-per-class 8 >/dev/null
trains 1 five --set "data.root=$work/five" --set "model.pretrained=$work/joint.safetensors"
grep -q 'the classifier is made anew for 5 classes' "$work/log" || { cat "$work/log"; fail "nothing said of the classifier"; }
trains 1 five_crt --set "data.root=$work/five" --set "stage_1.weights=$work/joint.safetensors" --set 'grid.learning=["ncm", "crt"]'

nothing_left() { [ ! -e "$work/bad.h5" ] && [ ! -e "$work/bad.h5.parts" ] || fail "something was left behind"; }
refused 'on which joint stands' bad --set "data.root=$work/five" --set "stage_1.weights=$work/joint.safetensors"
refused 'layer1' bad --set "model.pretrained=$work/joint.safetensors" --set model.backbone=resnet32
refused 'model.pretrained: .*absent.safetensors: cannot be opened' bad --set "model.pretrained=$work/absent.safetensors"
head -c 30000 "$work/joint.safetensors" >"$work/cut.safetensors"
refused 'truncated' bad --set "model.pretrained=$work/cut.safetensors"
refused 'grid.sampling' bad --set "stage_1.weights=$work/joint.safetensors" --set 'grid.sampling=["square_root", "class_balanced"]'
nothing_left
