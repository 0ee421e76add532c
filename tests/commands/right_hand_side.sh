#!/usr/bin/env bash
# Right-hand sides of the command line: integrated by every method, warned of where that is not
# enough, and messages that help.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# The same coefficient on all meshes: A = 1.
expect 0 '' "$bin/lod-sample" --expression '1 + 0*x' --cells 32 --output one.h5
expect 0 '' "$bin/lod-sample" --expression '1 + 0*x' --dim 1 --cells 32 --output line.h5

# largest FILE: the largest entry of its solution.
largest() {
  h5dump -y -w 1 -d /solution "$1" | grep -E '^ *[-0-9.e]+,?$' | tr -d ' ,' | sort -g | tail -1
}

# near VALUE EXPECTED TOLERANCE
near() {
  checks=$((checks + 1))
  awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a - b; exit !(d < t * b && -d < t * b) }' ||
    fail "$1 is not $2"
}

# sin(64 pi x)^2 is 0 at all nodes and 1/2 in the mean: u = x (1 - x) / 4 at nodes, where Q1 is exact.
for method in lod fine coarse; do
  expect 0 '' "$bin/lod-solve" line.h5 --coarse 8 --fine 32 --method $method \
    --rhs 'sin(64*pi*x)^2' --output u.h5
  near "$(largest u.h5)" 0.0625 "$([ $method = lod ] && echo 0.02 || echo 1e-6)"
done

# In two dimensions as f = 1/2, by every method.
expect 0 '' "$bin/lod-sample" --expression '1.01 + x*y' --cells 32 --output two.h5
for method in lod dnn fine coarse; do
  mesh=(--coarse 4 --fine 32)
  [ $method = dnn ] && mesh=(--coarse 4 --fine 64)
  for f in 'sin(64*pi*x)^2' 'sin (64*pi*y)^2' 0.5; do
    expect 0 '' "$bin/lod-solve" two.h5 "${mesh[@]}" --method $method --rhs "$f" --output u.h5
    [ "$f" = 0.5 ] || others+=("$(largest u.h5)")
  done
  near "${others[0]}" "$(largest u.h5)" 1e-3
  near "${others[1]}" "$(largest u.h5)" 1e-3
  others=()
done

# A box narrower than a fine cell, of a cell's width, and one of f's own size: the same integral.
expect 0 '' "$bin/lod-solve" line.h5 --coarse 8 --fine 32 --method fine \
  --rhs 'abs(x - 0.5) < 0.005 ? 100 : 0' --output u.h5
near "$(largest u.h5)" 0.2475 1e-2
expect 0 '' "$bin/lod-solve" line.h5 --coarse 8 --fine 32 --method fine \
  --rhs 'abs(x - 0.5) < 0.02 ? 25 : 0' --output v.h5
near "$(largest v.h5)" 0.245 1e-6

# What cannot be resolved is said, once, and is no error.
expect 0 "^lod-solve: warning: --rhs: 'sin\(1e5\*x\*y\)\^2' is not resolved" "$bin/lod-solve" one.h5 \
  --coarse 4 --method fine --rhs 'sin(1e5*x*y)^2' --output u.h5
checks=$((checks + 1))
[ "$(wc -l <stderr.txt)" -eq 1 ] || fail 'not one line of warning'
expect 0 '' "$bin/lod-solve" one.h5 --coarse 4 --method fine --rhs '1/sqrt(x)' --output u.h5
checks=$((checks + 1))
[ ! -s stderr.txt ] || fail 'a warning without need'

# Nor is what lies between all points.
expect 0 "^lod-solve: warning: --rhs: .* is 0 at all points" "$bin/lod-solve" one.h5 \
  --coarse 4 --method fine --rhs 'abs(x - 0.333) < 1e-6 ? 1 : 0' --output u.h5

# Messages.
refuses "--rhs: 'f\.h5' is the name of a file; an expression" lod-solve one.h5 --rhs f.h5
refuses "--rhs: 'one\.h5' is the name of a file; an expression" lod-compare one.h5 --rhs one.h5
refuses '--rhs: .*position 5: .*floor.*functions: sin, cos, .*log10' lod-solve one.h5 --rhs '1 + floor(x)'
refuses "--rhs: expression '1/\(x-x\)': at the point \(" lod-solve one.h5 --rhs '1/(x-x)'
for program in lod-solve lod-compare lod-sample; do
  expect 0 '' "$bin/$program" --help
  tr -s ' \n' '  ' <stdout.txt | grep -F 'functions sin, cos, tan, asin' >/dev/null ||
    fail "$program --help does not list the functions"
done
finish
