#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes build/peers, the Python environment of the parity scripts (about 6 GB). Running it again does nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
wanted=tests/parity/requirements.txt
installed=build/peers/requirements.txt

if cmp -s "$wanted" "$installed"; then
  exit 0
fi
mkdir -p build
python3 -m venv build/peers || {
  echo "setup: python3 cannot make virtual environments; install python3-venv, then run this again" >&2
  exit 1
}
echo "setup: installing torch, torchvision and their needs into build/peers" >&2
build/peers/bin/pip install --quiet --disable-pip-version-check --no-cache-dir -r "$wanted" >build/peers/pip.log 2>&1 || {
  echo "setup: pip failed: $(tail -n 1 build/peers/pip.log); see build/peers/pip.log, then run this again" >&2
  exit 1
}
cp "$wanted" "$installed"
