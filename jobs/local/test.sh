#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Set-up, then the whole test suite: jobs/local/test.sh [preset]
set -euo pipefail
cd "$(dirname "$0")/../.."
preset=${1:-release}
jobs/local/setup.sh "$preset"
ctest --preset "$preset" -j "$(nproc)"
