#!/usr/bin/env bash
# kill -9 during pair making at ten random moments: after it is resumed the file equals that of an
# undisturbed run, byte for byte in its datasets.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
RANDOM=${LODNET_TEST_SEED:-$$}
echo "seed: LODNET_TEST_SEED=${LODNET_TEST_SEED:-$$}"

# write_config BITS COMPRESSION
write_config() {
  printf '%s\n' 'seed = 3' '[mesh]' "use = \"$source_root/meshes/small-2d.toml\"" \
    '[[sample]]' 'family = "iid"' 'count = 240' 'scales = [8, 32]' \
    '[[sample]]' 'family = "lognormal"' 'count = 80' \
    '[pairs]' "bits = $1" "compression = $2" >config.toml
}

# microseconds COMMAND...: how long it takes.
microseconds() {
  local began
  began=$(date +%s%N)
  "$@" >/dev/null 2>&1
  echo $((($(date +%s%N) - began) / 1000))
}

# same: the disturbed file has become that of the undisturbed run.
same() {
  local dataset
  for dataset in coefficients operators split complete; do
    expect 0 '' h5diff whole/pairs.h5 killed/pairs.h5 "/$dataset"
  done
  [ -e killed/pairs.h5.partial ] && fail 'the unfinished file is still there'
}

# disturbed LENGTH: makes pairs in killed/ until ten runs have been killed while the file was unfinished,
# each at a moment within LENGTH microseconds of its first write. Runs that end before are resumed ones
# too: their file is compared, and the next begins anew.
disturbed() {
  local partial=killed/pairs.h5.partial process before found=0 runs=0
  while [ $found -lt 10 ] && [ $runs -lt 100 ]; do
    runs=$((runs + 1))
    before=$(stat -c %.Y $partial 2>/dev/null)
    "$bin/lod-train" config.toml --pairs-only --quiet --output killed >stdout.txt 2>stderr.txt &
    process=$!
    while [ "$(stat -c %.Y $partial 2>/dev/null)" = "$before" ] && kill -0 $process 2>/dev/null; do
      sleep 0.005
    done
    sleep "$(awk -v length_="$1" -v random=$((RANDOM * 32768 + RANDOM)) \
      'BEGIN { printf "%.6f", 1e-6 * length_ * random / 1073741824 }')"
    kill -9 $process 2>/dev/null
    wait $process 2>/dev/null
    if [ -e $partial ]; then
      found=$((found + 1))
    elif [ -e killed/pairs.h5 ]; then
      same
      rm killed/pairs.h5
    fi
  done
  checks=$((checks + 1))
  [ $found -eq 10 ] || fail "only $found of $runs kills found an unfinished file"
}

for settings in '32 0' '64 6' '16 0'; do
  write_config $settings
  rm -rf whole killed
  lasted=$(microseconds "$bin/lod-train" config.toml --pairs-only --quiet --output whole)
  started=$(microseconds "$bin/lod-train" config.toml --pairs-only --quiet --output whole) # reuses
  disturbed $(((lasted - started) / 15))
  expect 0 '' "$bin/lod-train" config.toml --pairs-only --output killed
  same
  if [ "$settings" = '64 6' ]; then
    [ "$(h5dump -p -H killed/pairs.h5 | grep -c DEFLATE)" -eq 2 ] || fail 'the file is not compressed'
  fi
done
[ "$(h5dump -H -d /operators killed/pairs.h5 | grep -c '16-bit')" -eq 1 ] || fail 'operators do not have 16 bits'
finish
