#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, configures and builds: jobs/local/setup.sh [release|debug|asan|tsan|cuda] [target ...]
# The target `programs` is what `cmake --install` takes; without a target tests and benchmarks are built too.
# Running it again continues where it failed, and does nothing where nothing is to be done.
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=${1:-release}
targets=("${@:2}")
torch_version=2.11.0

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

case "$preset" in
  release | debug | asan | tsan | cuda) ;;
  *) say "unknown preset '$preset'; it names the build tree; use release, debug, asan, tsan or cuda"; exit 2 ;;
esac

packages=(g++ cmake ninja-build ccache pkg-config git python3 python3-pip
  libopenmpi-dev openmpi-bin libhdf5-dev libtomlplusplus-dev libcli11-dev libfmt-dev libspdlog-dev
  nlohmann-json3-dev librandom123-dev libjpeg-dev libpng-dev libhwy-dev libssl-dev zlib1g-dev
  python3-h5py libgtest-dev libgmock-dev libbenchmark-dev gnuplot-nox)

install_packages() {
  command -v dpkg-query >/dev/null || {
    [ -n "${LTR_SKIP_PACKAGES:-}" ] && return
    fail "this is not a Debian or Ubuntu system, so packages cannot be checked; provide the equivalents of:" \
      "${packages[*]}; then run LTR_SKIP_PACKAGES=1 jobs/local/setup.sh $preset"
  }
  local missing=() installed present=''
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '$1 == "ii" {print $2}')
  # A Python with pip from elsewhere serves as well as Debian's.
  if python3 -m pip --version >/dev/null 2>&1; then present=$'\npython3\npython3-pip'; fi
  for package in "${packages[@]}"; do
    grep -qx -- "$package" <<<"$installed$present" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local become=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      become=(sudo)
    else
      fail "these packages are missing and installing them needs root: apt-get install -y ${missing[*]}"
    fi
  fi
  say "installing ${missing[*]}"
  mkdir -p build
  local apt=("${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends)
  { "${apt[@]}" update && "${apt[@]}" install "${missing[@]}"; } >build/apt.log 2>&1 ||
    fail "apt-get failed: $(grep -m 1 '^E:' build/apt.log || tail -n 1 build/apt.log); see build/apt.log, then run this again"
}

# The torch wheel's headers and libraries in a folder of their own: install_torch FOLDER MARK SIZE REQUIREMENT...
# MARK names what is in the folder; another one there before is replaced.
install_torch() {
  local folder=$1 mark=complete-$torch_version$2 size=$3
  shift 3
  [ -f "$folder/$mark" ] && return
  say "downloading the torch $torch_version wheel ($size)"
  mkdir -p "$folder"
  rm -rf "$folder.partial"
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-compile \
    --only-binary=:all: --target "$folder.partial" "torch==$torch_version" "$@" >build/pip.log 2>&1 ||
    # A broken connection is the cause of the error that follows it.
    fail "pip could not install torch $torch_version: $(grep -m 1 -o 'connection broken by.*' build/pip.log ||
      grep -m 1 -i '^error' build/pip.log || tail -n 1 build/pip.log);" \
      "see build/pip.log, then run this again"
  rm -rf "$folder"
  mv "$folder.partial" "$folder"
  touch "$folder/$mark"
}

build() {
  local tree="build/$preset"
  # ninja runs CMake again by itself when a CMakeLists.txt changes, but it does not watch the presets.
  if [ ! -f "$tree/build.ninja" ] || [ CMakePresets.json -nt "$tree/build.ninja" ]; then
    mkdir -p "$tree"
    cmake --preset "$preset" ${CI:+-DLTR_WARNINGS_AS_ERRORS=ON} >"$tree/configure.log" 2>&1 ||
      fail "CMake could not configure: $(grep -m 1 -A 1 'CMake Error' "$tree/configure.log" | tail -n 1 | sed 's/^ *//'); see $tree/configure.log"
  fi
  cmake --build "$tree" ${targets:+--target "${targets[@]}"} || fail "the build failed; the first error stands above; see also $tree/configure.log"
}

install_packages
command -v "${CXX:-g++}" >/dev/null || fail "no C++ compiler '${CXX:-g++}'; set CXX to one that knows C++20 or install g++"
case "$preset" in
  asan | tsan) ;;
  # With the compiler of the same release, so that every machine builds alike; its parts do not hold each other to it.
  cuda) install_torch build/torch-cuda -nvcc '4.6 GB with the GPU libraries and their compiler' 'nvidia-cuda-nvcc==13.0.*' \
    'nvidia-cuda-crt==13.0.*' 'nvidia-nvvm==13.0.*' 'nvidia-cuda-cccl==13.0.*' ;;
  # Without the GPU libraries; what remains is what the C++ half loads.
  *) install_torch build/torch-cpu '' 0.9\ GB --no-deps 'nvidia-cuda-runtime==13.0.*' 'nvidia-cuda-cupti==13.0.*' ;;
esac
build
