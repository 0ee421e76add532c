#!/usr/bin/env bash
# Output files are whole or absent: on a full disk and on Ctrl-C the old file stays as it was.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

expect 0 '' "$bin/lod-sample" --cells 64 --seed 5 --output a.h5
expect 0 '' "$bin/lod-solve" a.h5 --output s.h5
cp a.h5 a.old
cp s.h5 s.old

# A limit on the size of files stands for a full disk (the programs ignore the signal it sends).
full_disk=(bash -c 'ulimit -f 8 && exec "$@"' full_disk) # blocks of 1024 bytes
expect 1 '^lod-sample: a\.h5: ' "${full_disk[@]}" "$bin/lod-sample" --cells 64 --seed 6 --output a.h5
cmp a.h5 a.old || fail 'a full disk changed a.h5'
expect 1 '^lod-solve: s\.h5: ' "${full_disk[@]}" "$bin/lod-solve" a.h5 --method fine --output s.h5
cmp s.h5 s.old || fail 'a full disk changed s.h5'

# interrupted COMMAND...: sends Ctrl-C after a moment; no temporary file may stay.
interrupted() {
  checks=$((checks + 1))
  "$@" >stdout.txt 2>stderr.txt &
  local process=$!
  sleep 0.7
  kill -INT $process 2>/dev/null
  wait $process
  [ -z "$(find . -name '*.tmp')" ] || fail "Ctrl-C leaves a temporary file: $*"
}
expect 0 '' "$bin/lod-sample" --cells 256 --output big.h5
set -m # background jobs get Ctrl-C only so
interrupted "$bin/lod-solve" big.h5 --output s.h5 -- -lod_exact patch
cmp s.h5 s.old || fail 'Ctrl-C changed s.h5'
interrupted "$bin/lod-train" "$source_root/configs/quickstart.toml" --output training
[ ! -e training/model.h5 ] || fail 'an interrupted training left a model'
expect 0 '' "$bin/lod-train" "$source_root/configs/tiny.toml" --output tiny --quiet
finish
