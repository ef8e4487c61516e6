#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What cannot be built ends configuring with one line that names it: bad_input_test.sh SOURCE MPICC MPIEXEC.
set -euo pipefail
source=$1 mpicc=$2 mpiexec=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*" >&2; exit 1; }

# torch FOLDER VERSION: as much of a torch as configuring looks at.
torch() {
  mkdir -p "$work/$1/lib" "$work/$1/include/torch/headeronly"
  touch "$work/$1/lib/libtorch_cpu.so" "$work/$1/lib/libc10.so"
  local numbers
  IFS=. read -ra numbers <<<"$2"
  printf '#define TORCH_VERSION_%s %s\n' MAJOR "${numbers[0]}" MINOR "${numbers[1]}" PATCH "${numbers[2]}" \
    >"$work/$1/include/torch/headeronly/version.h"
}
# launcher FILE 'what it answers to --version'
launcher() {
  printf '#!/bin/sh\nprintf "%s"\n' "$2" >"$work/$1"
  chmod +x "$work/$1"
}
configure() {
  rm -rf "$work/build"
  cmake -S "$source" -B "$work/build" -G Ninja -DLTR_BUILD_TESTS=OFF -DLTR_BUILD_BENCHMARKS=OFF \
    -DMPI_C_COMPILER="$mpicc" -DMPIEXEC_EXECUTABLE="$mpiexec" "$@" >"$work/log" 2>&1
}
# refused 'words of the line' arguments...
refused() {
  local words=$1 line
  shift
  if configure "$@"; then fail "configured in spite of: $*"; fi
  line=$(grep -m 1 -A 1 'CMake Error' "$work/log" | tail -n 1)
  grep -q -- "$words" <<<"$line" || { cat "$work/log"; fail "no '$words' in the first error of: $*"; }
  [ "$(grep -c 'CMake Error' "$work/log")" -eq 1 ] || { cat "$work/log"; fail "more than one error of: $*"; }
}

refused 'There is no folder .*/absent.*-DLTR_TORCH_ROOT=' -DLTR_TORCH_ROOT="$work/absent"
mkdir "$work/empty"
refused 'libtorch_cpu and libc10 are not in .*/empty/lib' -DLTR_TORCH_ROOT="$work/empty"
torch old 2.9.1
refused 'torch in .*/old is 2.9.1; the programs need 2.10 or newer' -DLTR_TORCH_ROOT="$work/old"
torch cpu 2.11.0
refused 'LTR_WITH_CUDA is ON, but torch 2.11.0 in .*/cpu is built for CPUs' -DLTR_TORCH_ROOT="$work/cpu" -DLTR_WITH_CUDA=ON
torch future 2.99.0
configure -DLTR_TORCH_ROOT="$work/future" || { cat "$work/log"; fail "a torch that nobody tried was refused"; }
grep -q 'torch in .*/future is 2.99.0, .* the newest that was tried' "$work/log" || { cat "$work/log"; fail "no word about torch 2.99"; }
# Nor is anything installed from a tree that is not built.
if cmake --install "$work/build" --prefix "$work/tree" >"$work/log" 2>&1; then fail "installed programs that are not there"; fi
grep -q "^ *nothing is installed: there is no $work/build/bin/ltr_data yet; first: cmake --build $work/build --target programs" \
  "$work/log" || { cat "$work/log"; fail "the refusal of a tree that is not built"; }
[ ! -e "$work/tree" ] || fail "a refused installation left files"

printf '#!/bin/sh\necho "mpi.c:1:10: fatal error: mpi.h: No such file or directory" >&2\nexit 1\n' >"$work/mpicc"
chmod +x "$work/mpicc"
refused '/mpicc is here, but does not find mpi.h (.*fatal error: mpi.h.*); .* Install lib' -DLTR_TORCH_ROOT="$work/cpu" \
  -DMPI_C_COMPILER="$work/mpicc"
refused 'There is no .*/nowhere/mpiexec' -DLTR_TORCH_ROOT="$work/cpu" -DMPIEXEC_EXECUTABLE=/nowhere/mpiexec
refused 'LTR_INSTALL_BENCHMARKS is ON, but LTR_BUILD_BENCHMARKS is OFF' -DLTR_TORCH_ROOT="$work/cpu" -DLTR_INSTALL_BENCHMARKS=ON

launcher open_mpi 'mpiexec (Open MPI) 9.9.9'
launcher mpich 'HYDRA build details:\\n    Version:   9.9.9'
printf '#include <mpi.h>\n' >"$work/mpi.c"
case "$("$mpicc" -E -dM "$work/mpi.c" | grep -E -m 1 'define (OMPI_MAJOR|MPICH)_VERSION')" in
  *OMPI*) other=mpich same=open_mpi ;;
  *MPICH*) other=open_mpi same=mpich ;;
  *) echo "SKIPPED: the MPI of $mpicc is neither Open MPI nor MPICH"; exit 77 ;;
esac
refused "Two MPIs at once: .* but .*/$other is of .* 9.9.9" -DLTR_TORCH_ROOT="$work/cpu" -DMPIEXEC_EXECUTABLE="$work/$other"
configure -DLTR_TORCH_ROOT="$work/cpu" -DMPIEXEC_EXECUTABLE="$work/$same" || { cat "$work/log"; fail "the MPI's own launcher was refused"; }
