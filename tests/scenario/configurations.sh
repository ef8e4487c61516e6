#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every configuration that comes with the suite is planned on a synthetic set of its data set's true class counts, and
# one of each folder is tried on small images. Those of configs/paper follow the authors' code, and every row of the
# published tables has one.
. "$(dirname "$0")/common.sh"
end_soon

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

value_of() { sed -n "s/^$1 = \"\?\([^\"]*\)\"\?\$/\1/p" "$2"; }

# data_of CONFIGURATION: the name of its class counts, such as cifar10_if100, from its packs.
data_of() {
  local root train
  root=$(value_of root "$1")
  train=$(value_of train "$1")
  train=${train#train}
  echo "$(basename "$root")${train%.h5}"
}

# named KEY CONFIGURATION DEFAULT: how many names the list has, or the default if there is none.
named() {
  local list
  list=$(grep "^$1 = \[" "$2") || { echo "$3"; return; }
  grep -o '"[^"]*"' <<<"$list" | wc -l
}

# plan CONFIGURATION
plan() {
  local file=$1 data counts packs images classes cells mode=corrected
  data=$(data_of "$file")
  counts=$source_folder/configs/counts/$data.txt
  packs=$work/$data
  # The plan asks for sizes, not for pixels: the smallest images do.
  [ -e "$packs" ] || "$bin/ltr_data" synthesise --output "$packs" --counts "$counts" --size 8 \
    --validation-per-class 1 --test-per-class 1 >/dev/null
  use "$file" "$packs" --plan
  images=$(awk '{ sum += $1 } END { print sum }' "$counts" | sed -E ':a; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; ta')
  classes=$(wc -l <"$counts")
  says "$images training images in $classes classes"
  cells=$(($(named sampling "$file" 4) * $(named learning "$file" 5)))
  says "^$cells cells from "
  [[ $file != */configs/paper/* ]] || mode=reference
  says "^fidelity: $mode\$"
  if grep -q "times the recipe" "$work/log"; then
    cat "$work/log"
    fail "$file is warned of"
  fi
}

# smoke CONFIGURATION NODES: sixteen small images a batch have gradients that the rate for 512 large ones would blow up. A
# network of 152 layers is stood in for by one of ten.
smoke() {
  local file=$1 backbone
  backbone=$(value_of backbone "$file")
  [[ $backbone != *152* ]] || backbone=resnet10
  use "$file" "$work/few" --smoke --set 'grid.sampling=["progressively_balanced"]' --set input.size=32 --set model.backbone=$backbone \
    --set input.evaluation_resize=36 --set stage_1.global_batch=16 --set stage_1.micro_batches=4 \
    --set stage_1.learning_rate=1e-6 --set loader.threads=1
  says 'every node has run 2 steps of 16 images'
  says "for $2 nodes"
}

# Every row of the paper's tables, of figure 1 and of CIFAR-LT, by table, data set, backbone and epochs.
published_rows() {
  cat "$source_folder"/configs/published/{kang_2020,cifar_lt}.csv |
    awk -F, '$2 ~ /^(figure_1|table_[1-4]|cifar_lt)$/ { print $2, $3, $4, $5 }' | sort -u
}

"$bin/ltr_data" synthesise --output "$work/few" --classes 12 --largest 40 --imbalance 4 --size 40 \
  --validation-per-class 2 --test-per-class 2 >/dev/null
number=0
for file in "$source_folder"/configs/*/*.toml; do
  plan "$file"
  number=$((number + 1))
done
[ "$number" -ge 31 ] || fail "only $number configurations were found"

for file in "$source_folder"/configs/paper/*.toml; do
  echo "$(basename "$file" .toml) $(data_of "$file" | sed 's/_if/_lt_if/') $(value_of backbone "$file")" \
    "$(value_of epochs "$file")"
done >"$work/paper"
published_rows >"$work/rows"
[ "$(wc -l <"$work/rows")" -ge 14 ] || fail "only $(wc -l <"$work/rows") kinds of published rows were found"
while read -r table row; do
  grep -qE "^$table(_[^ ]*)? $row\$" "$work/paper" || fail "configs/paper has none for $table: $row"
done <"$work/rows"

for folder in "$source_folder"/configs/*/; do
  files=("$folder"*.toml)
  [ ! -e "${files[0]}" ] || smoke "${files[0]}" 3
done
smoke "$source_folder/configs/paper/table_1.toml" 5
printf '%d configurations planned, one of each folder tried\n' "$number"
