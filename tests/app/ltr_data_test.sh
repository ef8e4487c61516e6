#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ltr_data as typed: exit status, messages, and nothing left behind. Usage: ltr_data_test.sh PROGRAM IMAGE.jpg
set -u
program=$1
image=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

fail() {
  echo "FAILED: $1" >&2
  sed 's/^/  | /' log >&2
  failures=$((failures + 1))
}

# expect STATUS SUBSTRING COMMAND...: the command ends so and prints this somewhere.
expect() {
  local status=$1 text=$2
  shift 2
  "$program" "$@" >log 2>&1
  local got=$?
  [ "$got" -eq "$status" ] || fail "status $got instead of $status: ltr_data $*"
  grep -qF -- "$text" log || fail "no '$text' printed: ltr_data $*"
}

# refuse SUBSTRING COMMAND...: exit 2 with this message, and the same files as before.
refuse() {
  local before
  before=$(find . ! -name log | sort)
  expect 2 "$@"
  [ "$(find . ! -name log | sort)" = "$before" ] || fail "files were left behind: ltr_data ${*:2}"
}

mkdir -p "photos/two words"
for i in 1 2 3; do cp "$image" "photos/two words/$i.jpg"; done
printf 'two words/%s.jpg 0\n' 1 2 3 >photos/good.txt

expect 0 "3 images of 1 classes" pack --list photos/good.txt --output good.h5
expect 0 "3 of 3 images are sound" check good.h5
expect 0 "git blob $(git hash-object photos/good.txt)" stats good.h5
expect 0 "every quota within 1 of its expectation: yes" draws --pack good.h5 --batch 2 --sampling class_balanced
expect 0 "standard deviations" draws --pack good.h5 --batch 2 --replacement
expect 0 "synthesise" --help

refuse "subcommand is required"
refuse "--output is required" pack --list photos/good.txt
refuse "no.txt" pack --list no.txt --output x.h5
refuse "nowhere" pack --list photos/good.txt --output nowhere/x.h5
refuse "cannot be read from" pack --list photos/good.txt --root . --output x.h5
refuse "has no label" pack --list good.h5 --output x.h5
printf 'two words/1.jpg 0\ntwo words/2.jpg 1\n' >photos/more.txt
refuse "more.txt:2: label 1 is outside 0..0" pack --list photos/more.txt --like good.h5 --output x.h5
refuse "2 names" pack --list photos/good.txt --class-names photos/more.txt --output x.h5
printf 'two words/1.jpg 0\r\ntwo words/4.jpg 0' >photos/cut.txt
refuse "cut.txt:2: the last line has no newline" pack --list photos/cut.txt --output x.h5
refuse "cut.txt:2: 'two words/4.jpg'" pack --list photos/cut.txt --output x.h5
refuse "did you mean" draws --pack good.h5 --sampling class_balance --batch 2
refuse "--batch 4 is larger than the 3 images" draws --pack good.h5 --batch 4
refuse "no.h5" stats good.h5 no.h5
refuse "good.txt" check photos/good.txt
refuse "imbalance 20" synthesise --output set --largest 10 --imbalance 20
refuse "--classes" synthesise --output set --counts photos/good.txt --classes 3
refuse "good.txt:1" synthesise --output set --counts photos/good.txt

expect 0 "dropped" pack --list photos/cut.txt --output dropped.h5 --skip-bad
head -c 3000 good.h5 >cut.h5
refuse "truncated" stats cut.h5

mkfifo photos/pipe.jpg
printf 'two words/1.jpg 0\npipe.jpg 0\n' >photos/pipe.txt
refuse "pipe.txt:2: 'pipe.jpg': cannot be read from" pack --list photos/pipe.txt --output x.h5

# Stopped by a signal: status 75 and nothing left of the packs.
env --default-signal=INT "$program" synthesise --output stopped --classes 20 --largest 100000 --imbalance 2 --size 64 \
  >log 2>&1 &
until [ -d stopped ]; do sleep 0.05; done
sleep 0.2
kill -INT $!
wait $!
got=$?
[ "$got" -eq 75 ] || fail "status $got instead of 75 after SIGINT"
[ ! -e stopped ] || fail "files were left behind after SIGINT"

# A file system that stops taking bytes, stood in for by a limit on file sizes.
(
  ulimit -f 64
  refuse "File too large" synthesise --output set --classes 4 --imbalance 2
  exit $failures
) || failures=$((failures + 1))

expect 0 "train.h5" synthesise --output set --classes 4 --largest 20 --imbalance 4 --size 16
expect 0 "of 4 classes" stats set/train.h5 set/validation.h5 set/test.h5
[ "$failures" -eq 0 ] && echo "all as expected"
exit $((failures > 0))
