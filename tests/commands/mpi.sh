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
# Boundary data, wells, a reaction and the fine-scale field.
cat >problem.toml <<'TEXT'
[coefficient]
file = "a.h5"
[boundary]
left = {dirichlet = "1 + y"}
right = {robin = [2, "y"]}
top = {flux = "-sin(pi*x)"}
bottom = "natural"
[source]
reaction = "0.5 + x"
wells = [{at = [0.3, 0.8], rate = 1}]
[method]
correct = true
reconstruct = true
TEXT
expect 0 '' "$bin/lod-solve" problem.toml --output one.h5
for ranks in 2 3; do
  expect 0 '' "${launch[@]}" -n $ranks "$bin/lod-solve" problem.toml --output many.h5
  expect 0 '' h5diff --delta=1e-11 one.h5 many.h5 /solution
  expect 0 '' h5diff --delta=1e-11 one.h5 many.h5 /fine_solution
done
mkdir other
sed 's/rate = 1/rate = 2/' problem.toml >other/problem.toml
cp a.h5 other
expect 2 'problem\.toml: .*ranks' "${launch[@]}" -n 1 "$bin/lod-solve" problem.toml : \
  -n 1 -wdir other "$bin/lod-solve" problem.toml
# Units, by two ranks.
expect 0 '' "${launch[@]}" -n 2 "$helpers/test_units"
# Boundary data, sources, correction and closed problems, by two ranks.
LODNET_TEST_SEED=${LODNET_TEST_SEED:-$RANDOM} CK_RUN_CASE=ranks expect 0 '' \
  env -C "$source_root/tests" "${launch[@]}" -n 2 "$helpers/test_problem"
# The public library, by two ranks.
LODNET_TEST_SEED=${LODNET_TEST_SEED:-$RANDOM} expect 0 '' "${launch[@]}" -n 2 "$helpers/test_library"
LODNET_TEST_SEED=${LODNET_TEST_SEED:-$RANDOM} expect 0 '' "${launch[@]}" -n 2 "$helpers/test_library_problems"
expect 2 'missing\.h5' "${launch[@]}" -n 2 "$bin/lod-solve" missing.h5
[ "$(grep -c 'missing\.h5' stderr.txt)" -eq 1 ] || fail 'the message does not appear just once'
finish
