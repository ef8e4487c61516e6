#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every configuration that comes with the suite is planned on a synthetic set of its data set's true class counts.
. "$(dirname "$0")/common.sh"

# plan CONFIGURATION COUNTS
plan() {
  local file=$1 counts=$2 packs
  packs=$work/$(basename "$counts" .txt)
  # The plan asks for sizes, not for pixels: the smallest images do.
  [ -e "$packs" ] || "$bin/ltr_data" synthesise --output "$packs" --counts "$counts" --size 8 \
    --validation-per-class 1 --test-per-class 1 >/dev/null
  local set=(--set "data.root=$packs" --set data.train=train.h5 --set data.test=test.h5)
  grep -q '^validation = ""' "$file" || set+=(--set data.validation=validation.h5)
  # Weights that a user downloads are not at hand; a plan without them trains everything from the start.
  grep -q '^pretrained' "$file" && set+=(--set model.pretrained= --set stage_1.trained=all)
  "$bin/ltr_grid" --config "$file" --plan "${set[@]}" >"$work/log" 2>&1 || { cat "$work/log"; fail "$file"; }
  local images classes
  images=$(awk '{ sum += $1 } END { print sum }' "$counts" | sed -E ':a; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; ta')
  classes=$(wc -l <"$counts")
  for words in "$images training images in $classes classes" '20 cells from 12 nodes'; do
    grep -q "$words" "$work/log" || { cat "$work/log"; fail "no '$words' for $file"; }
  done
  if grep -q "times the recipe" "$work/log"; then
    cat "$work/log"
    fail "$file is warned of"
  fi
}

number=0
for file in "$source_folder"/configs/*/*.toml; do
  counts=$source_folder/configs/counts/$(basename "$file" .toml).txt
  [ -e "$counts" ] || counts=$source_folder/configs/counts/$(basename "$(dirname "$file")").txt
  plan "$file" "$counts"
  number=$((number + 1))
done
[ "$number" -ge 14 ] || fail "only $number configurations were found"
printf '%d configurations planned\n' "$number"
