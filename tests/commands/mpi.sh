#!/usr/bin/env bash
# Several ranks give the solution of one; bad input is said once.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
export OMP_NUM_THREADS=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # CI runs as root
launch=(mpiexec --oversubscribe)

expect 0 '' "$bin/lod-sample" --cells 32 --seed 3 --output a.h5
for method in lod coarse fine; do
  # The iterative solves stop at a tolerance, so theirs is set well below what is compared.
  options=(-- -fine_ksp_rtol 1e-13 -coarse_ksp_rtol 1e-13)
  [ $method = lod ] && options=()
  expect 0 '' "$bin/lod-solve" a.h5 --method $method --rhs '1 + x' --neumann right \
    --output one.h5 "${options[@]}"
  for ranks in 2 3 4; do
    expect 0 '' "${launch[@]}" -n $ranks "$bin/lod-solve" a.h5 --method $method --rhs '1 + x' \
      --neumann right --output many.h5 "${options[@]}"
    expect 0 '' h5diff --delta=1e-13 one.h5 many.h5 /solution
  done
done
# Units, by two ranks.
expect 0 '' "${launch[@]}" -n 2 "$helpers/test_units"
# The public library, by two ranks.
LODNET_TEST_SEED=${LODNET_TEST_SEED:-$RANDOM} expect 0 '' "${launch[@]}" -n 2 "$helpers/test_library"
expect 2 'missing\.h5' "${launch[@]}" -n 2 "$bin/lod-solve" missing.h5
[ "$(grep -c 'missing\.h5' stderr.txt)" -eq 1 ] || fail 'the message does not appear just once'
finish
