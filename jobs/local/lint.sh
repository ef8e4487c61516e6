#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Formatting of all sources, and with --tidy clang-tidy's rules on the rooms that need neither torch nor MPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=build/lint
if [ ! -f "$tools/complete" ]; then
  rm -rf "$tools"
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$tools" \
    clang-format==19.1.7 clang-tidy==19.1.0
  touch "$tools/complete"
fi
clang_format=$tools/clang_format/data/bin/clang-format
clang_tidy=$tools/clang_tidy/data/bin/clang-tidy
mapfile -t sources < <(git ls-files 'src/*.hpp' 'src/*.cpp' 'src/*.cu' 'src/*.cuh' 'tests/*.hpp' 'tests/*.cpp' 'bench/*.hpp' 'bench/*.cpp')
"$clang_format" --dry-run --Werror "${sources[@]}"
echo "formatting: ${#sources[@]} files as .clang-format wants them"
[ "${1:-}" = --tidy ] || exit 0
[ -f build/asan/compile_commands.json ] || cmake --preset asan >/dev/null
mapfile -t checked < <(git ls-files 'src/base/*.cpp' 'src/config/*.cpp' 'src/store/*.cpp' 'src/image/*.cpp' \
  'src/metric/*.cpp' 'src/data/*.cpp' 'src/sampling/*.cpp' 'src/record/*.cpp' 'src/report/*.cpp' \
  'src/render/*.cpp')
printf '%s\n' "${checked[@]}" | xargs -P "$(nproc)" -n 4 "$clang_tidy" --quiet -p build/asan \
  --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-deprecated-declarations
echo "clang-tidy: ${#checked[@]} files without a finding"
