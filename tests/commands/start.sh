#!/usr/bin/env bash
# Starting: PETSc's options files and options, how many threads, and what the logs show.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# says PATTERN COMMAND...: unusable input, one line and nothing else.
says() {
  local pattern=$1
  shift
  expect 2 "^lod-[a-z]*: $pattern" "$@"
  [ "$(wc -l <stderr.txt)" -eq 1 ] || fail "more than one line: $*"
}

# petscrc TEXT: makes the options file of this directory.
petscrc() {
  printf '%s\n' "$1" >.petscrc
}

expect 0 '' "$bin/lod-sample" --cells 16 --output a.h5
solve=("$bin/lod-solve" a.h5 --quiet)

# An options file that PETSc cannot read, here and in the home directory, for every program.
petscrc $'-lod_ksp_rtol 1e-8\nhello world'
for program in solve compare sample train evaluate bench; do
  words=(a.h5)
  case $program in
  sample) words=() ;;
  bench) words=(fine) ;;
  esac
  says '\.petscrc: line 2: hello: ' "$bin/lod-$program" "${words[@]}"
done
petscrc '-lod_ksp_rtol 1 2 3'
says '\.petscrc: line 1: ' "${solve[@]}"
petscrc $'\001\377\002'
says '\.petscrc: line 1: ' "${solve[@]}"
petscrc '-options_file absent'
says 'PETSc options: .*absent' "${solve[@]}"
mkdir home
mv .petscrc home/.petscrc
says 'PETSc options: .*absent' env HOME="$PWD/home" "${solve[@]}"
says 'PETSc options: .*absent' env PETSC_OPTIONS='-options_file absent' "${solve[@]}"

# What is in order still counts, the command line most.
petscrc '-fine_ksp_max_it 1'
expect 1 'did not converge' "${solve[@]}" --method fine
expect 0 '' "${solve[@]}" --method fine -- -fine_ksp_max_it 100
expect 0 '' "${solve[@]}" --method fine -- -skip_petscrc
rm .petscrc
expect 1 'did not converge' env PETSC_OPTIONS='-fine_ksp_max_it 1' "${solve[@]}" --method fine

# Options behind `--`.
says 'hello: is no PETSc option' "${solve[@]}" -- hello
says '3: is no PETSc option' "${solve[@]}" -- -lod_pc_factor_levels 2 3
says 'PETSc options: .*nosuch' "${solve[@]}" -- -lod_pc_type nosuch
says 'PETSc options: .*nosuch' "${solve[@]}" -- -lod_pc_type lu -lod_pc_factor_mat_solver_type nosuch
says 'PETSc options: .*abc' "${solve[@]}" --method fine -- -fine_ksp_rtol abc
says 'PETSc options: .*abc' "${solve[@]}" -- -malloc_debug abc
says 'PETSc options: .*absent' "${solve[@]}" -- -options_file absent
says 'PETSc options: .*no-such' "${solve[@]}" -- -log_view :no-such/log
says 'PETSc options: .*no-such' "${solve[@]}" -- -log_trace no-such/log

# The phases in PETSc's log.
# shows EVENT...: the last log has them.
shows() {
  for event in "$@"; do
    grep -q "^$event " stdout.txt || fail "no event $event in the log"
  done
}
expect 0 '' "${solve[@]}" -- -log_view
shows LodRead LodWrite LodCells LodWindows LodPatches LodAssembly LodCoarseSolve
expect 0 '' "${solve[@]}" --method fine -- -log_view
shows LodRead LodWrite LodQ1Assembly LodQ1SetUp LodQ1Solve
expect 0 '' "${solve[@]}" --method dnn -- -log_view
shows LodGather LodNetwork LodScatter LodAssembly LodCoarseSolve
expect 0 '' "$bin/lod-sample" --cells 16 --output b.h5 -- -log_view
shows LodSample LodWrite
expect 0 '' "$bin/lod-train" "$source_root/configs/tiny.toml" --output trained --quiet -- -log_view
shows LodSample LodPairs LodCells LodPatches LodTrainStep LodRead LodWrite

# Threads: as many as the machine can bear, and a word on it.
for threads in 100000 2147483647; do
  expect 0 "^lod-solve: warning: OMP_NUM_THREADS: $threads threads are asked for" \
    env OMP_NUM_THREADS=$threads "${solve[@]}"
  expect 0 'warning: OMP_NUM_THREADS' env OMP_NUM_THREADS=$threads "${solve[@]}" --method dnn
done
expect 0 '' env OMP_NUM_THREADS=3 OMP_THREAD_LIMIT=2 "${solve[@]}"
expect 0 '' env OMP_NUM_THREADS=100000 OMP_THREAD_LIMIT=2 "${solve[@]}"
refuses '--threads 1000000: must lie between 1 and ' lod-bench fine --threads 1000000

# Keys that would overflow the stack of the TOML parser.
{
  printf 'seed = 1\na'
  printf '.a%.0s' {1..40000}
  printf ' = 1\n'
} >long.toml
says 'long\.toml: line 2, column 32: ' "$bin/lod-train" long.toml
says '\./long\.toml: line 2, column 32: ' "${solve[@]}" --mesh ./long.toml
{
  printf 'seed = '
  printf '[{a=%.0s' {1..40000}
} >deep.toml
says 'deep\.toml: line 1, column 40: ' "$bin/lod-train" deep.toml
finish
