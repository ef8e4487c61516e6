#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ltr_report as typed, where it needs no record: what it refuses, and how it says so.
set -euo pipefail
report=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "FAILED: $*"
  exit 1
}
# refused PATTERN arguments...: exit status 2, nothing on standard output, a message that matches.
refused() {
  local pattern=$1 status=0
  shift
  "$report" "$@" >"$work/out" 2>"$work/log" || status=$?
  [ "$status" -eq 2 ] || fail "$* ended with $status: $(cat "$work/log")"
  [ ! -s "$work/out" ] || fail "$* printed $(cat "$work/out")"
  grep -q -- "$pattern" "$work/log" || fail "$*: no '$pattern' in $(cat "$work/log")"
}

"$report" --help >"$work/help"
for table in grid figure_1 table_1 table_2 table_3 table_4 cifar_lt quality shifted classes; do
  grep -q "^  $table " "$work/help" || fail "--help does not list $table"
done

refused 'records is required'
refused 'absent.h5' "$work/absent.h5"
echo 'no record' >"$work/foreign.h5"
refused 'foreign.h5' "$work/foreign.h5"
refused 'the environment has no LTR_NO_SUCH;' '$LTR_NO_SUCH/a.h5'
HOME=$work refused "$work/foreign.h5" '~/foreign.h5'
refused -- '--format' "$work/foreign.h5" --format pdf
refused -- '--band' "$work/foreign.h5" --band -1
for band in wide nan -nan inf 1e999 100.5 1x; do
  refused "--band: '$band' is no number of points" "$work/foreign.h5" "--band=$band"
done
refused 'figures: no folder is named' "$work/foreign.h5" --figures ''
refused -- '--digest' "$work/foreign.h5" --digest --table grid
refused '"crrt" is no learning strategy' "$work/foreign.h5" --against crrt
refused 'more.csv cannot be read' "$work/foreign.h5" --published "$work/more.csv"
printf 'source,table,dataset,backbone,epochs,sampling,strategy,split,top1_percent,status\n%s\n' \
  'Me,mine,shop,resnet20,90,square_root,crt,few,1e3,printed' >"$work/more.csv"
refused "more.csv:2: top1_percent is '1e3', which is no accuracy in percent" "$work/foreign.h5" \
  --published "$work/more.csv"
refused 'is a folder, and a record is one file' "$work"
mkfifo "$work/pipe"
refused 'no regular file' "$work/pipe"
name=$(printf 'a\033[2J\nb')
refused 'a.x1b.2J.nb' "$work/$name"
[ "$(wc -l <"$work/log")" -eq 1 ] || fail "more than one line: $(cat "$work/log")"
refused 'x1b.2J' --format "$name" "$work/foreign.h5"
[ "$(tr -dc '\033' <"$work/log" | wc -c)" -eq 0 ] || fail "an escape code reaches the terminal"
if [ -e /dev/full ]; then
  status=0
  "$report" --help >/dev/full 2>"$work/log" || status=$?
  [ "$status" -eq 2 ] || fail "help to a full disk ended with $status"
  grep -q 'standard output cannot be written' "$work/log" || fail "$(cat "$work/log")"
fi
echo 'ltr_report refuses what it should'
