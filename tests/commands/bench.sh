#!/usr/bin/env bash
# lod-bench: JSON with its keys, and refusal of what makes no sense. Times are not looked at.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# has KEY...: the JSON object on stdout has each key, with a number.
has() {
  local key
  for key in "$@"; do
    checks=$((checks + 1))
    grep -qE "\"$key\": [0-9.e+-]+" stdout.txt || fail "no number under $key"
  done
}
for method in shared patch; do
  expect 0 '' "$bin/lod-bench" exact --coarse 4 --fine 16 --ell 1 --threads 2 --repeats 2 \
    --method $method --json
  has seconds_per_cell seconds_per_cell_min seconds_per_cell_max gemm_share peak_bytes
  has seconds_per_cell_loads seconds_per_cell_correct
  [ "$(head -c 1 stdout.txt)$(tail -n 1 stdout.txt)" = '{}' ] || fail 'not one JSON object'
done
for dim in 1 3; do
  expect 0 '' "$bin/lod-bench" exact --dim $dim --coarse 3 --fine 12 --ell 1 --repeats 1
done
expect 0 '' "$bin/lod-bench" fine --fine 16 --repeats 1 --json
has seconds seconds_assembly seconds_setup seconds_solve
expect 0 '' "$bin/lod-bench" fine --fine 16 --repeats 1
tiny=$source_root/configs/tiny.toml
expect 0 '' "$bin/lod-bench" network --config "$tiny" --cells 16 --threads 2 --repeats 2 --json
has seconds_per_cell gemm_share parameters seconds_end_to_end restriction network assembly solve
expect 0 '' "$bin/lod-bench" network --config "$tiny" --repeats 1
expect 0 '' "$bin/lod-bench" train --config "$tiny" --repeats 2 --json
has samples_per_second gemm_share seconds_load seconds_forward seconds_backward seconds_update
expect 0 '' "$bin/lod-bench" train --config "$tiny" --repeats 1
refuses '--cells 17' lod-bench network --config "$tiny" --cells 17
refuses '--coarse' lod-bench network --coarse 4
refuses '--config' lod-bench exact --config "$tiny"
refuses 'missing\.h5' lod-bench network --model missing.h5
refuses 'missing\.toml' lod-bench train --config missing.toml
refuses 'magic.*exact' lod-bench magic
refuses '--method magic.*shared' lod-bench exact --method magic
refuses '.*0' lod-bench exact --threads 0
refuses '--coarse' lod-bench fine --coarse 4
refuses '.*17.*4' lod-bench exact --coarse 4 --fine 17
refuses '--whole' lod-bench exact --whole --coarse 4 --fine 16
finish
