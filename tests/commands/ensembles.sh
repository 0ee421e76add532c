#!/usr/bin/env bash
# Own ensembles: many coefficients in one run of lod-sample, the same as single ones; solved and trained
# on from the file; on other cells; refusal of what does not fit.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# Many draws are those of single runs, one after the other.
draw=(--family lognormal --variance 2 --cells 8 --seed 5)
expect 0 '' "$bin/lod-sample" "${draw[@]}" --number 3 --count 4 --output samples.h5
grep -q '^samples.h5: 4 coefficients, 8 x 8 cells' stdout.txt || fail 'the summary does not count'
for i in 0 3; do
  expect 0 '' "$bin/lod-sample" "${draw[@]}" --number $((3 + i)) --output one.h5
  "$helpers/row" samples.h5 coefficients $i row.h5 || fail 'a row cannot be copied'
  expect 0 '' h5diff one.h5 row.h5 /coefficient /coefficient
done
refuses '.*family sine gives the same coefficient every time' lod-sample --family sine --count 2 --cells 8
refuses '--count' lod-sample --count 0

# They are what --many reads, and a config with a file.
expect 0 '' "$bin/lod-solve" samples.h5 --many --coarse 4 --output many.h5
grep -q '^solved    4 coefficients' stdout.txt || fail '--many does not find them'
cat >own.toml <<END
seed = 3
[mesh]
dimension = 2
coarse = 2
coefficient = 8
fine = 16
ell = 1
[[sample]]
family = "file"
file = "samples.h5"
count = 4
[training]
epochs = 1
END
expect 0 '' "$bin/lod-train" own.toml --pairs-only --quiet --output own
"$helpers/row" own/pairs.h5 coefficients 3 row.h5 && "$helpers/row" samples.h5 coefficients 3 one.h5 ||
  fail 'a row cannot be copied'
expect 0 '' h5diff --relative=1e-7 row.h5 one.h5 /coefficient /coefficient
expect 0 '' "$bin/lod-train" own.toml --pairs-only --output own
grep -q 'reused' stdout.txt stderr.txt || fail 'pairs from a file are not used again'
# A file that is no longer the one that the pairs were made of; one with too few; one of other cells.
cp samples.h5 kept.h5
expect 0 '' "$bin/lod-sample" "${draw[@]}" --number 7 --count 4 --output samples.h5
refuses 'own/pairs\.h5: sample 0 \(file\) is not what the settings give now' \
  lod-train own.toml --pairs-only --output own
expect 0 '' "$bin/lod-sample" "${draw[@]}" --count 3 --output samples.h5
refuses 'own\.toml: line 8, column 1: 4 coefficients from number 0 on are asked for, but .*/samples\.h5 has 3' \
  lod-train own.toml --pairs-only --output other
expect 0 '' "$bin/lod-sample" --cells 16 --count 4 --output samples.h5
refuses 'own\.toml: line 8, column 1: .*samples\.h5 has coefficients of 16 cells, the mesh 8' \
  lod-train own.toml --pairs-only --output other
rm samples.h5
refuses '.*samples\.h5: ' lod-train own.toml --pairs-only --output other

# On other cells: one, or all of a file; what averaging does to A is said.
expect 0 '' "$bin/lod-sample" --resample kept.h5 --count 4 --cells 5 --output fives.h5
expect 0 '' "$bin/lod-sample" --resample kept.h5 --number 2 --cells 5 --output five.h5
grep -qE '^averaged from 8 cells, geometric mean; .* arithmetic .*, was .* harmonic' stdout.txt ||
  fail 'it is not said what averaging does'
"$helpers/row" fives.h5 coefficients 2 row.h5 || fail 'a row cannot be copied'
expect 0 '' h5diff five.h5 row.h5 /coefficient /coefficient
expect 0 '' "$bin/lod-sample" --resample one.h5 --output same.h5
expect 0 '' h5diff one.h5 same.h5 /coefficient /coefficient
refuses "--resample-mean: no mean 'mean'" lod-sample --resample one.h5 --resample-mean mean
refuses '--resample-mean has no meaning for family iid' lod-sample --resample-mean harmonic
refuses '--family file: which one --resample says' lod-sample --family file
refuses 'absent\.h5: ' lod-sample --resample absent.h5 --cells 5
refuses "kept\.h5: no dataset 'A'" lod-sample --resample kept.h5 --dataset A --cells 5
refuses 'kept\.h5: coefficients: has 4 coefficients, no number 4' lod-sample --resample kept.h5 --number 4
refuses 'kept\.h5: .*output' lod-sample --resample kept.h5 --cells 5 --output kept.h5

# A layer of a reservoir.
expect 0 '' "$bin/lod-sample" --family reservoir --cells 60x220 --extent 1200x2200 \
  --correlation-length 100 --seed 1 --output layer.h5
grep -q '60 x 220 cells, family reservoir' stdout.txt || fail 'the layer is not made'
# At its contrast few layers are of no use, which is said.
flow=(--extent 1200x2200 --neumann left,right,bottom,top --rhs 0 --well 600,1100=1 --well 10,5=-1)
expect 0 'warning: the fine-scale field is wrong by at least [0-9.]+ % of its energy norm' \
  "$bin/lod-solve" layer.h5 "${flow[@]}" --coarse 15x55 --ell 2 --correct --reconstruct --quantities
expect 0 '' "$bin/lod-sample" --family reservoir --cells 60x220 --alpha 1 --beta 10 --seed 1 --output mild.h5
expect 0 '' "$bin/lod-solve" mild.h5 "${flow[@]}" --coarse 15x55 --ell 2 --correct --reconstruct --quantities
if grep -q 'energy norm' stderr.txt; then fail 'a good field is said to be wrong'; fi
refuses '.*channel width is 61 cells' lod-sample --family reservoir --cells 60x220 --channel-width 61
finish
