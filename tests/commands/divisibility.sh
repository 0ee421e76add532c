#!/usr/bin/env bash
# Cells that nothing divides: what fine and coarse ask for, what lod says, other cells, own to the last.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

expect 0 '' "$bin/lod-sample" --family lognormal --cells 43 --seed 2 --output odd.h5
expect 0 '' "$bin/lod-solve" odd.h5 --method fine --output fine.h5
expect 0 '' "$bin/lod-solve" odd.h5 --method fine --fine 129 --output fine.h5
refuses '--fine 100: is not a multiple of the 43 cells' lod-solve odd.h5 --method fine --fine 100

# Plain Q1 takes any N: the same as on cells that divide both.
expect 0 '' "$bin/lod-sample" --resample odd.h5 --cells 387 --output divided.h5
for rhs in 1 'x*x'; do
  expect 0 '' "$bin/lod-solve" odd.h5 --method coarse --coarse 9 --rhs "$rhs" --neumann top --output any.h5
  grep -q 'N does not divide E' stdout.txt || fail 'it is not said that N does not divide E'
  expect 0 '' "$bin/lod-solve" divided.h5 --method coarse --coarse 9 --rhs "$rhs" --neumann top --output exact.h5
  expect 0 '' h5diff --delta=1e-8 any.h5 exact.h5 /solution
done
expect 0 '' "$bin/lod-solve" odd.h5 --method coarse --coarse 100 --output any.h5
refuses 'odd\.h5: no rule divides 43 cells: choose --coarse, any number' lod-solve odd.h5 --method coarse
refuses '--reconstruct: fluxes need' lod-solve odd.h5 --method coarse --coarse 9 --reconstruct
refuses '--robin left: rates and datasets are not integrated' \
  lod-solve odd.h5 --method coarse --coarse 9 --robin left=1,1
expect 0 '' "$bin/lod-solve" odd.h5 --method coarse --coarse 9 --fine 387 --robin left=1,1 --output any.h5
refuses '--quantities: the integral of c u needs fine cells' \
  lod-solve odd.h5 --method coarse --coarse 9 --reaction x --quantities
refuses '--rhs: a dataset is not integrated' \
  lod-solve odd.h5 --method coarse --coarse 9 --rhs @odd.h5:coefficient

# lod needs N to divide E, and says what does and what else there is.
refuses 'odd\.h5: 43 cells per axis are not a multiple of 8: choose --coarse, one of 1, 43, or --mesh; or other cells: --resample 40 averages A, --pad repeats the last cells' \
  lod-solve odd.h5
refuses '--coarse 9: does not divide the 43 cells per axis of odd\.h5; choose one of 1, 43; or other cells: --resample 45 averages A' \
  lod-solve odd.h5 --coarse 9

# Other cells, with what they do to A.
expect 0 '' "$bin/lod-solve" odd.h5 --resample 40 --output u.h5
grep -qE '^resampled 43 to 40 cells by geometric means; .*arithmetic .*, was .* %\), geometric .*\(\+0 %\)' stdout.txt ||
  fail 'it is not said what resampling does'
expect 0 '' "$bin/lod-sample" --resample odd.h5 --cells 40 --resample-mean harmonic --output forty.h5
expect 0 '' "$bin/lod-solve" forty.h5 --output v.h5
expect 0 '' "$bin/lod-solve" odd.h5 --resample 40 --resample-mean harmonic --output w.h5
expect 0 '' h5diff v.h5 w.h5 /solution
expect 0 '' "$bin/lod-solve" odd.h5 --pad --quiet --output u.h5
expect 0 '' "$bin/lod-solve" odd.h5 --pad --coarse 9 --output u.h5
grep -q '^padded 43 to 45 cells by repeating the last: D is longer, by 4.65 %' stdout.txt ||
  fail 'it is not said what padding does'
grep -q 'D = 1.04651163x1.04651163' stdout.txt || fail 'padding does not make D longer'
refuses '--pad: --resample already' lod-solve odd.h5 --pad --resample 40
refuses '--resample-mean harmonic: means are for --resample' lod-solve odd.h5 --resample-mean harmonic --coarse 43
refuses "--resample-mean: no mean 'middle'" lod-solve odd.h5 --resample 40 --resample-mean middle
refuses '--resample: has numbers for 3 axes, but odd\.h5 has 2' lod-solve odd.h5 --resample 40x40x40
refuses '--many: --resample and --pad are for one' lod-solve odd.h5 --many --pad
finish
