#!/usr/bin/env bash
# lod-solve --previous: the same solution as from nothing, and refusal of what does not fit.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # CI runs as root

intact='2 + sin(2*pi*x)*sin(2*pi*y)'
expect 0 '' "$bin/lod-sample" --cells 64 --expression "$intact" --output intact.h5
expect 0 '' "$bin/lod-sample" --cells 64 --output cracked.h5 \
  --expression "$intact + (x > 0.3 && x < 0.32 && y < 0.1 ? 100 : 0)"
expect 0 '' "$bin/lod-solve" intact.h5 --coarse 16 --operators --output before.h5
expect 0 '' "$bin/lod-solve" cracked.h5 --coarse 16 --operators --output anew.h5
expect 0 '' "$bin/lod-solve" cracked.h5 --coarse 16 --operators --previous before.h5 --output after.h5
grep -qE '^previous  before\.h5: 2[05] of 256 cells' stdout.txt || fail 'cells are not counted as they should'
expect 0 '' h5diff anew.h5 after.h5 /local_operators
expect 0 '' h5diff anew.h5 after.h5 /solution
expect 0 '' mpiexec --oversubscribe -n 2 "$bin/lod-solve" cracked.h5 --coarse 16 --operators \
  --previous before.h5 --output parallel.h5
expect 0 '' h5diff anew.h5 parallel.h5 /local_operators
expect 0 '' h5diff --delta=1e-12 anew.h5 parallel.h5 /solution

expect 0 '' "$bin/lod-solve" intact.h5 --coarse 16 --output bare.h5
refuses 'bare\.h5: .*--operators' lod-solve cracked.h5 --coarse 16 --previous bare.h5
refuses 'before\.h5: .*coarse = 16.* 8' lod-solve cracked.h5 --coarse 8 --previous before.h5
refuses 'before\.h5: .*ell = 2.* 1' lod-solve cracked.h5 --coarse 16 --ell 1 --previous before.h5
refuses 'before\.h5: .*natural' lod-solve cracked.h5 --coarse 16 --neumann top --previous before.h5
refuses '--previous: .*coarse' lod-solve cracked.h5 --coarse 16 --method coarse --previous before.h5
refuses 'missing\.h5: ' lod-solve cracked.h5 --coarse 16 --previous missing.h5
refuses 'intact\.h5: is not a solution that lod-solve wrote' lod-solve cracked.h5 --coarse 16 --previous intact.h5
finish
