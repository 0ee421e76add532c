#!/usr/bin/env bash
# Several ranks: what one of them alone meets ends all of them, soon, with one message and the same
# status; more ranks than there is work for give the solution of one.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
export OMP_NUM_THREADS=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # CI runs as root
export OMPI_MCA_odls_base_sigkill_timeout=0                      # no second more after an error

# on RANKS COMMAND...: runs it on several ranks, for $limit seconds at most.
limit=90
# shellcheck disable=SC2317
on() {
  local ranks=$1
  shift
  command timeout "$limit" mpiexec --oversubscribe -n "$ranks" "$@"
}

# ends STATUS PATTERN RANKS COMMAND...: it ends soon, with that status and one message of ours.
ends() {
  local status=$1 pattern=$2 limit=20
  shift 2
  expect "$status" "$pattern" on "$@"
  [ "$(grep -cE '^(lod-[a-z]*|fail): ' stderr.txt)" -eq 1 ] || fail "not one message: $*"
}
# `expect` runs its command by timeout, which knows no functions.
timeout() {
  if [ "$2" = on ]; then "${@:2}"; else command timeout "$@"; fi
}

cat >elsewhere.sh <<'END'
#!/bin/sh
# Rank $1 works in another directory.
[ "$OMPI_COMM_WORLD_RANK" = "$1" ] && cd elsewhere
shift
exec "$@"
END
chmod +x elsewhere.sh
mkdir elsewhere

expect 0 '' "$bin/lod-sample" --cells 16 --seed 3 --output a.h5
expect 0 '' "$bin/lod-sample" --cells 16 --seed 4 --output b.h5
expect 0 '' "$bin/lod-solve" b.h5 --coarse 2 --operators --output previous.h5
solve=("$bin/lod-solve" --coarse 2 --quiet)

# What only one rank sees: a file is missing, bad, or another one.
ends 2 'a\.h5: ' 2 ./elsewhere.sh 1 "${solve[@]}" a.h5
ends 2 'a\.h5: ' 2 ./elsewhere.sh 0 "${solve[@]}" a.h5
ends 2 'a\.h5: ' 2 ./elsewhere.sh 1 "$bin/lod-compare" a.h5 --coarse 2
cp a.h5 b.h5 elsewhere
head -c 1000 a.h5 >elsewhere/b.h5
ends 2 'b\.h5: ' 3 ./elsewhere.sh 2 "${solve[@]}" b.h5
cp a.h5 elsewhere/b.h5
ends 2 'b\.h5: is not the same on all ranks' 2 ./elsewhere.sh 1 "${solve[@]}" b.h5
ends 2 'previous\.h5: ' 2 ./elsewhere.sh 1 "${solve[@]}" a.h5 --previous previous.h5
expect 0 '' "$bin/lod-sample" --cells 8 --seed 3 --output elsewhere/b.h5
ends 2 'is not the same on all ranks' 2 ./elsewhere.sh 1 "${solve[@]}" b.h5
cp "$source_root/results/structured/model.h5" model.h5
ends 2 'model\.h5: ' 2 ./elsewhere.sh 1 "${solve[@]}" a.h5 --method dnn --model model.h5

# What all of them see is said once.
ends 2 'nowhere/u\.h5: ' 2 "${solve[@]}" a.h5 --output nowhere/u.h5
ends 2 'must be|divide' 2 "$bin/lod-solve" a.h5 --coarse 3
ends 2 '--rhs' 2 "${solve[@]}" a.h5 --rhs '1 +'
ends 2 'PETSc options' 2 "${solve[@]}" a.h5 -- -lod_pc_type nosuch
ends 2 'unrecognized option' 2 "${solve[@]}" a.h5 --unknown
ends 1 'did not converge' 2 "${solve[@]}" a.h5 --method fine -- -fine_ksp_max_it 1
ends 2 'without mpiexec' 2 "$bin/lod-train" none.toml
ends 2 'without mpiexec' 2 "$bin/lod-evaluate"
ends 2 'without mpiexec' 2 "$bin/lod-bench" fine
ends 2 'no-such/a\.h5' 2 "$bin/lod-sample" --cells 8 --output no-such/a.h5

# An error that the ranks do not agree on: nobody waits for ever.
for status in 1 2; do
  ends $status 'rank 1 fails' 3 "$helpers/fail" waited $status
  ends $status 'rank 1 fails' 3 "$helpers/fail" agreed $status
  ends $status 'rank 0 fails' 3 "$helpers/fail" late $status
done
ends 1 'rank 0 fails' 3 "$helpers/fail" all 1

# Fewer unknowns or cells than ranks: N = 1 has no unknowns at all.
expect 0 '' "$bin/lod-sample" --cells 8 --seed 5 --output small.h5
for method in lod dnn fine coarse; do
  expect 0 '' "$bin/lod-solve" small.h5 --coarse 1 --method $method --output one.h5
  expect 0 '' on 2 "$bin/lod-solve" small.h5 --coarse 1 --method $method --output many.h5
  expect 0 '' h5diff --delta=1e-9 one.h5 many.h5 /solution
done
expect 0 '' on 2 "$bin/lod-compare" small.h5 --coarse 1 --quiet
expect 0 '' "$bin/lod-solve" a.h5 --coarse 2 --output one.h5
expect 0 '' on 6 "$bin/lod-solve" a.h5 --coarse 2 --output many.h5
expect 0 '' h5diff --delta=1e-13 one.h5 many.h5 /solution
finish
