#!/usr/bin/env bash
# Which solver is used depends on the size of the system and on what is asked for, not on how other
# options are spelt; coefficients of any size are solved.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

expect 0 '' "$bin/lod-sample" --cells 32 --seed 3 --output a.h5

# An option of the exact operators leaves the solver alone, and so does one that only watches it.
expect 0 '' "$bin/lod-solve" a.h5 --output plain.h5
expect 0 '' "$bin/lod-solve" a.h5 --output shared.h5 -- -lod_exact shared
expect 0 '' h5diff plain.h5 shared.h5 /solution
expect 0 '' "$bin/lod-solve" a.h5 --output watched.h5 -- -lod_ksp_converged_reason
grep -q 'CONVERGED_RTOL' stdout.txt || fail 'the default solver is not an iteration'
expect 0 '' h5diff plain.h5 watched.h5 /solution
expect 0 '' "$bin/lod-solve" a.h5 --output chosen.h5 -- -lod_pc_type lu -lod_ksp_converged_reason
grep -q 'CONVERGED_ITS' stdout.txt || fail 'a chosen preconditioner is not used'

# A block of 1e-16, by every method that needs no model, on one rank and two.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # CI runs as root
for method in lod fine coarse; do
  expect 0 '' "$bin/lod-solve" "$source_root/tests/data/block-1e-16.h5" --coarse 4 --method $method \
    --output one.h5
  expect 0 '' mpiexec --oversubscribe -n 2 "$bin/lod-solve" "$source_root/tests/data/block-1e-16.h5" \
    --coarse 4 --method $method --output two.h5
  expect 0 '' h5diff --delta=1e8 one.h5 two.h5 /solution # of 2e14
done
expect 1 'lost in rounding.*contrast' "$bin/lod-solve" "$source_root/tests/data/block-1e-16.h5" \
  --coarse 4 --output none.h5 -- -lod_exact patch
[ ! -e none.h5 ] || fail 'a solution that is lost in rounding was written'

# Where f is nowhere negative, a solution that is shows an operator that has failed.
expect 0 '^lod-solve: warning: .*leaves the range.*--method fine' "$bin/lod-solve" \
  "$source_root/tests/data/insulating-channels.h5" --coarse 8 --ell 2 --quiet --output channels.h5
expect 0 '' "$bin/lod-solve" a.h5 --rhs 'x - 0.5' --output both.h5
[ ! -s stderr.txt ] || fail 'a solution of both signs is warned of though f has both'
expect 0 '' "$bin/lod-solve" a.h5 --rhs -1 --output below.h5
[ ! -s stderr.txt ] || fail 'a negative solution is warned of though f is negative'

# f and A of any size: no solution that is 0 or not a number, no silent overflow.
expect 0 '' "$bin/lod-solve" a.h5 --rhs 1e-50 --output small.h5
h5dump -d solution -s 2,2 -c 1,1 small.h5 | grep -E '\(2,2\): [0-9.]+e-5[0-9]' >/dev/null ||
  fail 'the solution for f = 1e-50 is lost'
expect 0 '' "$bin/lod-sample" --expression 1e-200 --cells 16 --output tiny.h5
for method in lod fine coarse; do
  expect 1 'too large for double precision' "$bin/lod-solve" tiny.h5 --rhs 1e200 --coarse 4 \
    --method $method --output none.h5
done
finish
