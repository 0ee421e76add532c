#!/usr/bin/env bash
# The examples that --help gives run as they stand, given the files that they name.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
PATH=$bin:$PATH

ln -s "$source_root/configs" configs
expect 0 '' lod-sample --cells 64 --expression 1 --output intact.h5
expect 0 '' lod-sample --cells 64 --expression 'x < 0.1 ? 0.5 : 1' --output cracked.h5
expect 0 '' lod-train configs/tiny.toml --quiet --output tiny
expect 0 '' h5copy --input tiny/pairs.h5 --source coefficients --output samples.h5 --destination coefficient
cp tiny/model.h5 m.h5
expect 0 '' lod-sample --cells 60x220 --extent 1200x2200 --output long.h5

for program in lod-sample lod-solve; do
  expect 0 '' lod-sample --cells 256 --seed 3 --output coefficient.h5
  expect 0 '' "$program" --help
  sed -n "s/^  \($program .*\)/\1/p" stdout.txt >examples.txt
  [ -s examples.txt ] || fail "$program --help gives no examples"
  while read -r line; do
    expect 0 '' bash -c "$line"
  done <examples.txt
done
for program in lod-compare lod-evaluate lod-train lod-bench; do # theirs take long
  expect 0 '' "$program" --help
  grep -q "^  $program " stdout.txt || fail "$program --help gives no examples"
done
finish
