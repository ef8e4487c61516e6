#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` gives: the tree is moved, and the quickstart is trained from there by the words of the manual, in a
# folder of its own, on fewer images and in fewer cells. tree_test.sh BUILD CONFIGURATION
build=$1 configuration=$2
BIN=$build/bin
. "$(dirname "$0")/../scenario/common.sh"

# A prefix that nobody can write to is refused in a line, before anything is copied.
touch "$work/file"
if cmake --install "$build" --config "$configuration" --prefix "$work/file/tree" >"$work/log" 2>&1; then
  fail "a file served as the prefix"
fi
tr -s ' \n' ' ' <"$work/log" | grep -q "nothing is installed into $work/file/tree: $work/file is no folder" ||
  { cat "$work/log"; fail "the refusal of the prefix"; }

# A packager's relative DESTDIR.
(cd "$work" && DESTDIR=stage cmake --install "$build" --config "$configuration" --prefix /usr >"$work/log" 2>&1) ||
  { cat "$work/log"; fail "a relative DESTDIR"; }
[ -x "$work/stage/usr/bin/ltr_grid" ] || { find "$work/stage"; fail "nothing below a relative DESTDIR"; }

cmake --install "$build" --config "$configuration" --prefix "$work/tree" >"$work/log" 2>&1 ||
  { cat "$work/log"; fail "cmake --install"; }
cmake --install "$build" --config "$configuration" --prefix "$work/tree" --component torch >"$work/log" 2>&1 ||
  { cat "$work/log"; fail "cmake --install --component torch"; }
mkdir "$work/elsewhere"
mv "$work/tree" "$work/elsewhere/suite"
tree=$work/elsewhere/suite
for file in bin/ltr_{grid,data,report} share/ltr_grid/configs/{quickstart.toml,paper/table_1.toml,counts/imagenet_lt.txt} \
  share/ltr_grid/configs/published/kang_2020.csv share/ltr_grid/jobs/{README.md,slurm/one_node.sbatch} \
  share/doc/ltr_grid/{README.md,LICENSE}; do
  [ -f "$tree/$file" ] || fail "$file is not installed"
done

ldd "$tree/bin/ltr_grid" >"$work/libraries"
grep -qF "libtorch_cpu.so => $tree/" "$work/libraries" || { cat "$work/libraries"; fail "torch is not taken from the tree"; }
torch=$(sed -n 's/^LTR_TORCH_ROOT:[A-Z]*=//p' "$build/CMakeCache.txt")
! grep -F -e 'not found' -e "=> $(dirname "$torch")/" "$work/libraries" || fail "the tree does not stand alone"

mkdir "$work/here"
cd "$work/here"
export PATH="$tree/bin:$PATH"
for program in ltr_grid ltr_data ltr_report; do
  "$program" --version >version
  grep -qE "^$program [0-9]+\.[0-9]+\.[0-9]+$" version && grep -qE '^  git +([0-9a-f]{40}(-dirty)?|unknown)$' version &&
    grep -qE '^  hdf5 +[12]\.[0-9]+\.[0-9]+$' version || { cat version; fail "$program --version"; }
done
grep -qE '^  mpi +[A-Z]' <<<"$(ltr_grid --version)" || fail "ltr_grid --version names no MPI"

# Class counts and configurations are those of the installation; a file of that name in the working folder comes first.
grep -q '2,640 images of 43 classes' <<<"$(ltr_data synthesise --output packs --counts counts/grocery.txt --size 16)" ||
  fail "installed class counts"
status=0
ltr_grid --config paper/tabel_1.toml --plan >log 2>&1 || status=$?
[ "$status" -eq 2 ] && grep -q "no file paper/tabel_1.toml, neither here nor in $tree/share/ltr_grid/configs" log ||
  { cat log; fail "a configuration that is nowhere"; }
echo 'format = 2' >quickstart.toml
status=0
ltr_grid --config quickstart.toml --plan >log 2>&1 || status=$?
[ "$status" -eq 2 ] && grep -q '^[0-9:]* error: quickstart.toml:1' log || { cat log; fail "a configuration of the working folder"; }
rm quickstart.toml

ltr_data synthesise --output build/quickstart --classes 20 --largest 40 --imbalance 10 --size 32 >log
few=(--set 'grid.sampling=["class_balanced", "square_root"]' --set 'grid.learning=["joint", "crt"]' --set stage_1.epochs=2
  --set stage_2.crt.epochs=1)
launch 2 ltr_grid --config quickstart.toml "${few[@]}" >log 2>&1 || { cat log; fail "the quickstart"; }
grep -q "configuration: $tree/share/ltr_grid/configs/quickstart.toml" log || { cat log; fail "another configuration"; }
ltr_report results/quickstart.h5 --format csv >cells.csv
[ "$(grep -c ',complete,' cells.csv)" -eq 4 ] || { cat cells.csv; fail "cells are missing"; }
echo "installed, moved, and trained: 4 cells"
