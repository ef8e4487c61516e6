#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Figures are asked for where gnuplot is missing or fails: without_gnuplot.sh LTR_REPORT PLAUSIBLE_RECORDS
set -euo pipefail
report=$1
records=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

"$records" "$work" 10
record=$work/plausible_0.h5
"$report" "$record" >"$work/table"
mkdir "$work/empty" "$work/failing"

# Missing: the table comes as ever, one line says what to install, and nothing is left behind.
PATH=$work/empty "$report" "$record" --figures "$work/figures" >"$work/out" 2>"$work/err" || fail "status $? without gnuplot"
cmp -s "$work/table" "$work/out" || fail "another table without gnuplot"
[ "$(wc -l <"$work/err")" = 1 ] || fail "not one line: $(cat "$work/err")"
grep -q 'no program gnuplot.*apt-get install gnuplot-nox' "$work/err" || fail "$(cat "$work/err")"
[ ! -e "$work/figures" ] || fail "a folder without figures"
PATH=$work/empty "$report" "$record" --format html >"$work/page" 2>"$work/err" || fail "status $? of the page"
grep -q '<li>no program gnuplot' "$work/page" || fail "the page does not say why it has no figures"
grep -q '<table>' "$work/page" || fail "the page has no table"

# Failing: the table comes, gnuplot's own words are passed on, and the status says so.
printf '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "line 7: no such terminal" >&2\nexit 1\n' >"$work/failing/gnuplot"
chmod +x "$work/failing/gnuplot"
status=0
PATH=$work/failing:$PATH "$report" "$record" --figures "$work/figures" >"$work/out" 2>"$work/err" || status=$?
[ "$status" = 2 ] || fail "status $status of a failing gnuplot"
cmp -s "$work/table" "$work/out" || fail "another table with a failing gnuplot"
grep -q 'gnuplot could not draw accuracy.svg: line 7: no such terminal' "$work/err" || fail "$(cat "$work/err")"
[ -z "$(ls "$work/figures")" ] || fail "left behind: $(ls "$work/figures")"

# Cut short, as on a full disk: gnuplot says nothing of it.
printf '#!/bin/sh\n[ "$1" = --version ] || printf "<svg><g>"\n' >"$work/failing/gnuplot"
status=0
PATH=$work/failing:$PATH "$report" "$record" --figures "$work/figures" >"$work/out" 2>"$work/err" || status=$?
[ "$status" = 2 ] || fail "status $status of half a picture"
grep -q 'gnuplot could not draw accuracy.svg' "$work/err" || fail "$(cat "$work/err")"
[ -z "$(ls "$work/figures")" ] || fail "left behind: $(ls "$work/figures")"

# A folder that cannot be: known before anything is drawn or printed.
touch "$work/file"
long=$(printf 'n%.0s' $(seq 300))
for folder in "$work/file" "$work/file/figures" "$work/new/$long"; do
  status=0
  PATH=$work/failing:$PATH "$report" "$record" --figures "$folder" >"$work/out" 2>"$work/err" || status=$?
  [ "$status" = 2 ] || fail "status $status of figures in $folder"
  [ ! -s "$work/out" ] || fail "a table before a folder that cannot be"
  grep -q 'cannot be made: .*; name another folder' "$work/err" || fail "$(cat "$work/err")"
done
[ ! -e "$work/new" ] || fail "a folder for figures that are not drawn"

# To a full disk: in every format a message and the status of bad input.
for format in text markdown csv latex html; do
  [ -e /dev/full ] || break
  status=0
  PATH=$work/empty "$report" "$record" --format $format >/dev/full 2>"$work/err" || status=$?
  [ "$status" = 2 ] || fail "status $status of $format to a full disk"
  grep -q 'standard output cannot be written' "$work/err" || fail "$(cat "$work/err")"
done

# A record named twice is read once, and said.
"$report" "$record" --format csv >"$work/once"
"$report" "$record" "$work/empty/../plausible_0.h5" --format csv >"$work/out" 2>"$work/err"
cmp -s "$work/once" "$work/out" || fail "another list of a record named twice"
grep -q 'are the same file, which is read once' "$work/err" || fail "$(cat "$work/err")"

status=0
"$report" "$record" --digest --figures "$work/figures" >/dev/null 2>&1 || status=$?
[ "$status" = 2 ] || fail "status $status of figures with a digest"
echo "tables come without gnuplot, its failures are reported, and output that cannot be written is an error"
