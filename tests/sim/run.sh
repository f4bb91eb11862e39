#!/bin/sh
# The simulator: 10,000 seeds, and a few under sanitizers.
set -u
cd "$(dirname "$0")/../.."
build/sim --seeds 10000 || exit 1
build/san/sim --from 10000 --seeds 300 || exit 1
echo "10300 passed, 0 failed, 0 skipped"
