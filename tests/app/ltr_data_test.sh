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

# A folder per class, and the same images as JSON; the validation set keeps the training set's labels by name.
mkdir -p folders/train/ant folders/train/bee folders/val/bee
cp "$image" folders/train/ant/1.jpg
cp "$image" folders/train/bee/1.jpg
cp "$image" folders/val/bee/2.jpg
touch folders/train/ant/.hidden
expect 0 "2 images of 2 classes" pack --root folders/train --output folders.h5
expect 0 "folders.h5: train" stats folders.h5
expect 0 "1 of folders.h5 are in it already, e.g. 'ant/1.jpg' = 'bee/1.jpg'; 1 of them in another class" \
  stats folders.h5
expect 0 "3 of good.h5 are in folders.h5" stats folders.h5 good.h5
expect 0 "1 images of 2 classes" pack --root folders/val/ --like folders.h5 --output folders_val.h5
printf '{"images": [{"id": 1, "file_name": "ant/1.jpg"}, {"id": 2, "file_name": "bee/1.jpg"}],
"annotations": [{"image_id": 1, "category_id": 7}, {"image_id": 2, "category_id": 9}],
"categories": [{"id": 7, "name": "Ant"}, {"id": 9, "name": "Bee"}]}' >train.json
expect 0 "2 images of 2 classes" pack --list train.json --root folders/train --output json.h5
expect 0 "Bee" draws --pack json.h5 --batch 2
sed 's/file_name/path/' train.json >no_names.json
refuse "images[0]: \`file_name\` is missing" pack --list no_names.json --output x.h5
sed 's/"id": 1,/"id": 1, "latitude": NaN,/' train.json >nan.json
refuse "nan.json:1:35: no valid JSON: NaN" pack --list nan.json --output x.h5
refuse "label 1, 'Bee', is beyond" pack --list train.json --root folders/train --like good.h5 --output x.h5
refuse "bee' is none of the 1 classes" pack --root folders/val --like good.h5 --output x.h5
refuse "is a folder" pack --list folders/train --output x.h5
refuse "neither --list nor --root" pack --output x.h5
mkfifo folders/train/ant/2.jpg
refuse "a named pipe" pack --root folders/train --output x.h5
printf 'ant/1.jpg 0\n' >ImageNet_LT_train.txt
expect 0 "not the published list ImageNet-LT train" pack --list ImageNet_LT_train.txt --root folders/train \
  --output part.h5

# One class name with two labels: folders sorted as text beside a list that uses their numbers.
for class in 0 1 2 10; do
  mkdir -p "numbers/$class" && cp "$image" "numbers/$class/1.jpg"
  [ "$class" = 10 ] || echo "$class/1.jpg $class"
done >numbers.txt
echo '10/1.jpg 3' >>numbers.txt
expect 0 "'10' is class 2; they are sorted as text, and --numeric-order" pack --root numbers --output as_text.h5
refuse "class '2' has label 2 in numbers.txt, but label 3 in as_text.h5" \
  pack --list numbers.txt --root numbers --like as_text.h5 --output x.h5
expect 0 "4 images of 4 classes" pack --root numbers --numeric-order --output as_numbers.h5
expect 0 "4 images of 4 classes" pack --list numbers.txt --root numbers --like as_numbers.h5 --output like.h5
printf '0\n1\n10\n2\n' >names.txt
refuse "class '2' has label 2 in numbers.txt, but label 3 in names.txt" \
  pack --list numbers.txt --root numbers --class-names names.txt --output x.h5
refuse "--numeric-order" pack --list numbers.txt --root numbers --numeric-order --output x.h5
sed 's/"Ant"/"x"/; s/"Bee"/"Ant"/; s/"x"/"Bee"/' train.json >swapped.json
refuse "class 'Bee' has label 0 in swapped.json, but label 1 in json.h5" \
  pack --list swapped.json --root folders/train --like json.h5 --output x.h5
expect 0 "4 images" subset --root numbers --numeric-order --imbalance 1 --output in_order.txt
[ "$(tail -n 1 in_order.txt)" = "10/1.jpg 3" ] || fail "the order of in_order.txt"

# What names hold never reaches a terminal raw, and forges no line.
mkdir -p "evil/a"$'\e[31m' && cp "$image" "evil/a"$'\e[31m'"/1"$'\n2.jpg'
expect 0 "1 images of 1 classes" pack --root evil --output evil.h5 --name $'evil\e[1m'
for arguments in "draws --pack evil.h5 --batch 1" "stats evil.h5" "stats evil.h5 evil.h5"; do
  # shellcheck disable=SC2086
  "$program" $arguments >log 2>&1
  grep -q $'\e' log && fail "a terminal is steered by: $arguments"
  grep -q '^2.jpg' log && fail "a line is forged by: $arguments"
done
expect 0 'a\x1b[31m/1\n2.jpg' draws --pack evil.h5 --batch 1
refuse "none of exponential" subset --root evil --output x.txt --profile $'\e[31m'
grep -q $'\e' log && fail "a terminal is steered by the command line"

for class in a b c; do
  for i in 1 2 3 4 5 6 7 8; do echo "$class/$i.jpg $(printf '%d' "'$class" | awk '{print $1 - 97}')"; done
done >balanced.txt
expect 0 "17 of 24 images, 3 classes, 8 to 1 images a class, imbalance 8.0" subset --list balanced.txt \
  --output tail.txt --imbalance 8 --profile step --few-share 0.3 --order random --seed 3
refuse "tail.txt is there and holds something else" subset --list balanced.txt --output tail.txt --imbalance 8
rm tail.txt
expect 0 "11 of 24 images" subset --list balanced.txt --output tail.txt --imbalance 8
[ "$(cut -d' ' -f2 tail.txt | uniq -c | awk '{printf "%s:%s ", $2, $1}')" = "0:8 1:2 2:1 " ] || fail "counts of tail.txt"
cp tail.txt first.txt
expect 0 "images" subset --list balanced.txt --output tail.txt --imbalance 8
cmp -s tail.txt first.txt || fail "the same seed cut another list"
printf '1\n2\n3\n' >counts.txt
printf '\357\273\277' | cat - counts.txt >bom_counts.txt
expect 0 "6 of 24 images" subset --list balanced.txt --output counted.txt --counts bom_counts.txt
refuse "20 are asked for" subset --list balanced.txt --output x.txt --largest 20 --imbalance 10
refuse "imbalance 9" subset --list balanced.txt --output x.txt --imbalance 9
refuse "balanced.txt is there" subset --list balanced.txt --output ./balanced.txt --imbalance 2
refuse "good.h5 is there" subset --list balanced.txt --output good.h5 --imbalance 2
refuse "--counts excludes" subset --list balanced.txt --output x.txt --counts counts.txt --imbalance 2
refuse "--profile: 'gauss' is none of exponential, pareto, step" subset --list balanced.txt --output x.txt --profile gauss
refuse "1,000,000,000,000 images" subset --list balanced.txt --output x.txt --largest 1000000000000
mkdir -p odd/a && touch odd/a/$'b\nc.jpg'
refuse "path 'a/b\\nc.jpg' holds a line end" subset --root odd --output x.txt --imbalance 1
refuse "3 counts for the 1 classes" subset --list photos/good.txt --output x.txt --counts counts.txt

# A text is a regular file in UTF-8, of a size.
mkfifo pipe.txt
refuse "pipe.txt cannot be read: it is no regular file" pack --list pipe.txt --output x.h5
refuse "it is no regular file" pack --list photos/good.txt --class-names pipe.txt --output x.h5
refuse "it is no regular file" synthesise --output set --counts pipe.txt
iconv -f UTF-8 -t UTF-16 photos/good.txt >utf16.txt
refuse "it is in UTF-16" pack --list utf16.txt --root photos --output x.h5
printf '\357\273\277' | cat - photos/good.txt >photos/bom.txt
expect 0 "3 images" pack --list photos/bom.txt --output bom.h5
refuse "not in range" pack --list photos/good.txt --classes 2000000000 --output x.h5
refuse "not in range" check good.h5 --threads 1000000
refuse "2,000,000,000 classes" synthesise --output set --classes 2000000000

# Notes of an interrupted packing stand beside the pack; what else stands there is neither waited for nor removed.
mkfifo own.h5.checked
refuse "own.h5.checked is there" pack --list photos/good.txt --output own.h5
rm own.h5.checked
echo mine >own.h5.checked
refuse "own.h5.checked is there" pack --list photos/good.txt --output own.h5
[ "$(cat own.h5.checked)" = mine ] || fail "a foreign file was changed"

# Standard output that takes nothing.
for arguments in --help "stats good.h5" "subset --list photos/good.txt --imbalance 1 --output full.txt"; do
  # shellcheck disable=SC2086
  "$program" $arguments >/dev/full 2>log
  got=$?
  [ "$got" -eq 2 ] || fail "status $got instead of 2 on a full disk: $arguments"
  grep -q "standard output cannot be written" log || fail "nothing said of a full disk: $arguments"
done
"$program" pack --list photos/good.txt --output closed.h5 >&- 2>&-
[ $? -eq 2 ] || fail "status with closed standard streams"
expect 0 "3 of 3 images are sound" check closed.h5

refuse "subcommand is required"
refuse "--output is required" pack --list photos/good.txt
refuse "no.txt" pack --list no.txt --output x.h5
refuse "nowhere" pack --list photos/good.txt --output nowhere/x.h5
refuse "cannot be read from" pack --list photos/good.txt --root . --output x.h5
refuse "it is no text" pack --list good.h5 --output x.h5
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

expect 0 "; 1 dropped, see dropped.h5.dropped" pack --list photos/cut.txt --output dropped.h5 --skip-bad
expect 0 "dropped.h5: cut, 1 of 2 images" stats dropped.h5
expect 0 "dropped      1 images of the list" stats dropped.h5
grep -q "cut.txt:2: 'two words/4.jpg'" dropped.h5.dropped || fail "the dropped image is not named in its file"

# An image that ends before its last pixels: PIL takes it as long as it has an end marker.
head -c -40 "$image" >photos/early.jpg
printf '\377\331' >>photos/early.jpg
printf 'two words/1.jpg 0\nearly.jpg 0\n' >photos/early.txt
refuse "with --lenient" pack --list photos/early.txt --output x.h5
expect 0 "; 1 taken damaged, see early.h5.lenient" pack --list photos/early.txt --output early.h5 --lenient
expect 0 "lenient      1 images are damaged" stats early.h5
expect 0 "2 of 2 images are sound" check early.h5
truncate -s 40G photos/huge.jpg
printf 'huge.jpg 0\n' >photos/huge.txt
refuse "it has 40.0 GiB, and only 1.0 GiB are accepted" pack --list photos/huge.txt --output x.h5
head -c 3000 good.h5 >cut.h5
refuse "truncated" stats cut.h5

mkfifo photos/pipe.jpg
printf 'two words/1.jpg 0\npipe.jpg 0\n' >photos/pipe.txt
refuse "pipe.txt:2: 'pipe.jpg': cannot be read from" pack --list photos/pipe.txt --output x.h5

# Stopped by a signal, whatever it does: status 75.
# shellcheck disable=SC2046
"$program" check $(yes good.h5 | head -n 20000) >log 2>&1 &
sleep 0.3
kill -TERM $!
wait $!
got=$?
[ "$got" -eq 75 ] || fail "status $got instead of 75 after SIGTERM while checking"
grep -q "nothing was written" log || fail "nothing said of SIGTERM"

# And nothing left of the packs.
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
cp good.h5 set/validation.h5
cp set/train.h5 before.h5
refuse "validation.h5 is there and was not drawn by this command" synthesise --output set --classes 5 --imbalance 2
cmp -s set/train.h5 before.h5 || fail "an earlier pack was replaced"
rm set/validation.h5
expect 0 "of 4 classes" synthesise --output set --classes 4 --largest 20 --imbalance 4 --size 16
expect 0 "of 4 classes" stats set/train.h5 set/validation.h5 set/test.h5

# Paths that no shell has expanded.
HOME=$folder expect 0 "of 4 classes" stats '~/set/train.h5'
LTR_TEST_SET=$folder/set expect 0 "of 4 classes" stats '${LTR_TEST_SET}/train.h5'
refuse "the environment has no LTR_NO_SUCH;" pack --list photos/good.txt --output '$LTR_NO_SUCH/a.h5'
refuse "write the path out" synthesise --output '~nobody/set'

# A reader that has left.
{ sleep 0.2; "$program" stats set/train.h5 2>log; echo $? >status; } | true
[ "$(cat status)" = 2 ] && grep -q "standard output cannot be written" log || fail "a closed pipe: $(cat status)"
[ "$failures" -eq 0 ] && echo "all as expected"
exit $((failures > 0))
