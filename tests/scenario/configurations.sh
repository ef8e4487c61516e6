#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every configuration that comes with the suite is planned on a synthetic set of its data set's true class counts, and
# tried on small images.
. "$(dirname "$0")/common.sh"

# use CONFIGURATION PACKS arguments...
use() {
  local file=$1 packs=$2
  shift 2
  local set=(--set "data.root=$packs" --set data.train=train.h5 --set data.test=test.h5)
  grep -q '^validation = ""' "$file" || set+=(--set data.validation=validation.h5)
  # Weights that a user downloads are not at hand; without them everything is trained from the start.
  grep -q '^pretrained' "$file" && set+=(--set model.pretrained= --set stage_1.trained=all)
  "$bin/ltr_grid" --config "$file" "${set[@]}" "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "$file $*"; }
}
says() { grep -q -- "$1" "$work/log" || { cat "$work/log"; fail "no '$1' for $file"; }; }

# plan CONFIGURATION COUNTS
plan() {
  local file=$1 counts=$2 packs images classes
  packs=$work/$(basename "$counts" .txt)
  # The plan asks for sizes, not for pixels: the smallest images do.
  [ -e "$packs" ] || "$bin/ltr_data" synthesise --output "$packs" --counts "$counts" --size 8 \
    --validation-per-class 1 --test-per-class 1 >/dev/null
  use "$file" "$packs" --plan
  images=$(awk '{ sum += $1 } END { print sum }' "$counts" | sed -E ':a; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; ta')
  classes=$(wc -l <"$counts")
  says "$images training images in $classes classes"
  says '20 cells from 12 nodes'
  if grep -q "times the recipe" "$work/log"; then
    cat "$work/log"
    fail "$file is warned of"
  fi
}

# smoke CONFIGURATION: sixteen small images a batch have gradients that the rate for 512 large ones would blow up.
smoke() {
  local file=$1
  use "$file" "$work/few" --smoke --set 'grid.sampling=["progressively_balanced"]' --set input.size=32 \
    --set input.evaluation_resize=36 --set stage_1.global_batch=16 --set stage_1.micro_batches=4 \
    --set stage_1.learning_rate=1e-6 --set loader.threads=1
  says 'every node has run 2 steps of 16 images'
  says 'for 3 nodes'
}

"$bin/ltr_data" synthesise --output "$work/few" --classes 12 --largest 40 --imbalance 4 --size 40 \
  --validation-per-class 2 --test-per-class 2 >/dev/null
number=0
for file in "$source_folder"/configs/*/*.toml; do
  counts=$source_folder/configs/counts/$(basename "$file" .toml).txt
  [ -e "$counts" ] || counts=$source_folder/configs/counts/$(basename "$(dirname "$file")").txt
  plan "$file" "$counts"
  smoke "$file"
  number=$((number + 1))
done
[ "$number" -ge 14 ] || fail "only $number configurations were found"
printf '%d configurations planned and tried\n' "$number"
