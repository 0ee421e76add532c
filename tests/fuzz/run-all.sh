#!/usr/bin/env bash
# Runs each fuzz target that is named on the command line for FUZZ_SECONDS seconds (default 600),
# from seed FUZZ_SEED (default: the time). Inputs that fail are kept in the working directory, or in
# FUZZ_KEEP. The exit status is 0 if there is no failure.
set -uo pipefail
seconds=${FUZZ_SECONDS:-600}
seed=${FUZZ_SEED:-$(date +%s)}
failed=0
for target in "$@"; do
  "$target" --seconds "$seconds" --seed "$seed" --keep "${FUZZ_KEEP:-.}" --failures 20 || failed=$((failed + 1))
done
echo "$(($# - failed)) of $# fuzz targets without failure"
[ "$failed" -eq 0 ]
