#!/usr/bin/env bash
# More layers than cover the mesh, memory that is not there, and work that takes long: limited, refused
# before it begins, or announced. Address space is limited where memory is the point.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# limited KILOBYTES COMMAND...: runs it with so much address space, for at most 30 seconds. Sanitizers
# reserve more than there is and go without.
limited=$scratch/limited
sanitized=0
grep -qa __asan_init "$bin/lod-solve" && sanitized=1
cat >"$limited" <<EOF
#!/usr/bin/env bash
[ $sanitized = 1 ] || ulimit -v "\$1"
shift
exec timeout 30 "\$@"
EOF
chmod +x "$limited"

expect 0 '' "$bin/lod-sample" --cells 16 --output small.h5
expect 0 '' "$bin/lod-sample" --dim 3 --cells 4 --output cube.h5
expect 0 '' "$bin/lod-sample" --cells 256 --output large.h5

# l = N - 1 covers the mesh: more is taken as that, and costs no more.
expect 0 '' "$bin/lod-solve" small.h5 --coarse 4 --ell 3 --operators --output covering.h5
for ell in 4 1000 16383 1000000; do
  expect 0 '' "$limited" 4000000 "$bin/lod-solve" small.h5 --coarse 4 --ell $ell --operators --output more.h5
  grep -qE "^mesh .* l = 3 \(.*l = 3 covers the mesh: $ell taken as 3" stdout.txt || fail "no word of l = $ell"
  expect 0 '' h5diff covering.h5 more.h5 /solution
  expect 0 '' h5diff covering.h5 more.h5 /local_operators
done
expect 0 '' "$limited" 4000000 "$bin/lod-solve" small.h5 --coarse 4 --ell 1000 --previous covering.h5 --output more.h5
grep -q '^previous  covering.h5: 0 of 16' stdout.txt || fail 'previous operators of the covering l are not taken'
expect 0 '' "$limited" 4000000 "$bin/lod-solve" cube.h5 --coarse 2 --ell 511 --output more.h5
printf 'dimension = 2\ncoarse = 4\ncoefficient = 16\nfine = 32\nell = 16383\n' >mesh.toml
expect 0 '' "$limited" 4000000 "$bin/lod-solve" small.h5 --mesh ./mesh.toml --output more.h5
expect 0 '' h5diff covering.h5 more.h5 /solution
expect 0 'lod-bench: warning: --ell 16383: l = 3 covers the mesh' \
  "$limited" 4000000 "$bin/lod-bench" exact --coarse 4 --fine 32 --ell 16383 --repeats 1
expect 0 '' "$limited" 4000000 "$bin/lod-bench" exact --dim 3 --coarse 2 --fine 8 --ell 511 --repeats 1
refuses '.*ell' lod-solve small.h5 --method dnn --coarse 2 --ell 16383

# Defaults in three dimensions take one layer.
expect 0 '' "$bin/lod-solve" cube.h5 --coarse 2 --output more.h5
grep -q 'l = 1 (options, else default N = E/8, F = 2E, l = 1' stdout.txt || fail 'three dimensions begin with l = 1'

# Memory is asked for before the work.
if [ $sanitized = 0 ]; then
  memory='GB of memory are needed, [0-9.e+]* GB are available: choose fewer'
  expect 2 "^lod-solve: local operators of all cells: [0-9.e+]* $memory layers" \
    "$limited" 12000000 "$bin/lod-solve" large.h5 --coarse 256 --ell 255
  expect 2 "^lod-solve: exact operators: [0-9.e+]* $memory layers" \
    "$limited" 12000000 "$bin/lod-solve" large.h5 --fine 16384 --ell 31
  expect 0 '' "$bin/lod-sample" --dim 3 --cells 8 --output cube.h5
  expect 2 "^lod-solve: fine solve of 133432831 unknowns: [0-9.e+]* $memory fine cells" \
    "$limited" 12000000 "$bin/lod-solve" cube.h5 --fine 512 --coarse 4 --method fine
  expect 2 "^lod-sample: coefficient: [0-9.e+]* $memory cells" \
    "$limited" 4000000 "$bin/lod-sample" --cells 30000 --output huge.h5
fi

# PETSc's own ways of watching memory stay.
expect 0 '' "$bin/lod-solve" small.h5 --coarse 4 --output more.h5 -- -malloc_debug

# Long work is announced before it begins, unless it is to be quiet.
expect 124 '^lod-solve: exact operators: about [0-9]+ (s|min|h|days), [0-9.e+]+ GB; fewer layers' \
  timeout 3 "$bin/lod-solve" large.h5 --ell 9 --fine 1024
expect 124 '' timeout 3 "$bin/lod-solve" large.h5 --ell 9 --fine 1024 --quiet
if [ -s stdout.txt ] || [ -s stderr.txt ]; then fail '--quiet is not quiet'; fi
finish
