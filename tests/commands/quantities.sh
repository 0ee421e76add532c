#!/usr/bin/env bash
# Quantities of interest of lod-solve: terminal, report, solution file, many samples, ranks, refusals.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# Layers across x of 1 and 10: 20/11 flows through a sample with u = 1 left and 0 right.
expect 0 '' "$bin/lod-sample" --expression 'sin(8*pi*x) > 0 ? 10 : 1' --cells 32 --output layers.h5
flow=(--dirichlet left=1 --dirichlet right=0 --neumann bottom,top --rhs 0)

# near VALUE EXPECTED TOLERANCE
near() {
  checks=$((checks + 1))
  awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a - b; exit !(d <= t && -d <= t) }' ||
    fail "$1 is not $2"
}

# of FILE NAME: a quantity of a report.
of() {
  /usr/bin/python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["quantities"][sys.argv[2]])' "$@"
}

for method in fine lod; do
  expect 0 '' "$bin/lod-solve" layers.h5 "${flow[@]}" --method $method --output $method.h5 \
    --point 0.5,0.25 --point 1,1 --mean 0,0:1,1 --mean 0.1,0.2:0.13,0.9
  tolerance=$([ $method = fine ] && echo 1e-8 || echo 0.02)
  near "$(of $method.json inflow_left)" 1.8181818182 "$tolerance"
  near "$(of $method.json energy)" 1.8181818182 "$tolerance"
  near "$(of $method.json inflow_top)" 0 1e-12
  near "$(of $method.json balance)" 0 1e-8
  near "$(of $method.json 'point 1,1')" 0 1e-12
  near "$(of $method.json 'mean 0,0:1,1')" 0.5511363636 "$tolerance"
done
near "$(of lod.json balance)" 0 1e-10
grep -qE '^inflow +left 1\.[0-9]+, right -1\.[0-9]+, bottom 0, top 0$' stdout.txt || fail 'flows are not printed'
grep -qE '^balance +inflow \+ source 0 = ' stdout.txt || fail 'no balance'
grep -qE '^point +0\.5,0\.25: ' stdout.txt || fail 'no point'
grep -qE '^mean +0\.1,0\.2:0\.13,0\.9: ' stdout.txt || fail 'no mean'
grep -q '^quantities of u_H (--reconstruct' stdout.txt || fail 'what they are of is not said'

# Of the fine-scale field: with correction and patches that cover D as by fine.
expect 0 '' "$bin/lod-solve" layers.h5 "${flow[@]}" --ell 3 --correct --reconstruct --output ms.h5 \
  --point 0.5,0.25 --point 1,1 --mean 0,0:1,1 --mean 0.1,0.2:0.13,0.9
for name in inflow_left inflow_right energy 'point 0.5,0.25' 'mean 0,0:1,1' 'mean 0.1,0.2:0.13,0.9'; do
  near "$(of ms.json "$name")" "$(of fine.json "$name")" 1e-7
done
near "$(of ms.json inflow_left)" 1.8181818182 1e-7
[ "$(of ms.json of)" = u_ms ] || fail 'not of u_ms'

# Solution files say the same; with data of the problem flows are told without being asked for.
near "$(h5dump -y -w 1 -d /quantities fine.h5 | grep -oE '^ *[-0-9.e]+,?$' | head -1 | tr -d ' ,')" \
  1.8181818182 1e-5
h5dump -a /quantities/names fine.h5 | grep 'inflow_left' >/dev/null || fail 'no names in the solution file'
expect 0 '' "$bin/lod-solve" layers.h5 "${flow[@]}" --output told.h5
grep -q '^inflow' stdout.txt || fail 'flows are not told'
[ ! -e told.json ] || fail 'a report that was not asked for'
expect 0 '' "$bin/lod-solve" layers.h5 --quantities --report R.json --output asked.h5
near "$(of R.json source)" 1 1e-12
[ ! -e asked.json ] || fail 'a second report'
expect 0 '' "$bin/lod-solve" layers.h5 --output plain.h5
! grep -q '^inflow' stdout.txt || fail 'quantities that nobody asked for'

# Learned operators let out what they let in.
expect 0 '' "$bin/lod-sample" --seed 4 --cells 64 --output rough.h5
expect 0 '' "$bin/lod-solve" rough.h5 --method dnn --allow-range --rhs 0 --quantities --output dnn.h5 \
  --dirichlet left=1 --dirichlet bottom=1-x --dirichlet top=1-x
near "$(of dnn.json balance)" 0 1e-10

# Two ranks.
expect 0 '' mpiexec --oversubscribe -n 2 "$bin/lod-solve" layers.h5 "${flow[@]}" --output two.h5 --quantities
near "$(of two.json inflow_left)" "$(of lod.json inflow_left)" 1e-9

# Many samples: each as alone, for every right-hand side.
expect 0 '' "$bin/lod-sample" --cells 16 --count 3 --seed 5 --output three.h5
some=(--dirichlet left=x+y --flux top=1 --robin right=2,y --reaction 1 --well 0.3,0.4=2 --point 0.4,0.4)
expect 0 '' "$bin/lod-solve" three.h5 --many "${some[@]}" --rhs 1 --rhs x --output many.h5
cp stdout.txt many.txt
for number in 0 2; do
  "$helpers/row" three.h5 coefficients $number one.h5 || fail 'a row cannot be copied'
  for rhs in 0 1; do
    expect 0 '' "$bin/lod-solve" one.h5 "${some[@]}" --rhs "$([ $rhs = 0 ] && echo 1 || echo x)" \
      --output alone.h5
    for dataset in quantities solution; do
      rm -f many-one.h5
      "$helpers/row" many.h5 $dataset $number $rhs many-one.h5 || fail 'a row cannot be copied'
      checks=$((checks + 1)) # its status tells of attributes too, which one of them has
      [[ $(h5diff -r --delta=1e-11 alone.h5 many-one.h5 /$dataset /coefficient) == *$'\n0 differences'* ]] ||
        fail "$dataset of sample $number, right-hand side $rhs"
    done
  done
done
h5dump -a /quantities/names many.h5 | grep 'point 0.4,0.4' >/dev/null || fail 'no names of many'
expect 0 '' /usr/bin/python3 - <<'TEXT' # means and deviations that are printed are those of the file
import h5py
import numpy as np

values = h5py.File("many.h5")["quantities"]
names = values.attrs["names"]
names = (names.decode() if isinstance(names, bytes) else names).split("\n")
lines = [line for line in open("many.txt", encoding="utf-8") if " +- " in line]
assert len(lines) == 2 * len(names) == values[0].size, lines
for line, name, mean, deviation in zip(lines, 2 * names, np.mean(values, 0).flat, np.std(values, 0, ddof=1).flat):
    head, printed = line.rsplit(" +- ", 1)
    assert head.startswith(name + " "), (line, name)
    if name != "balance":  # which is rounding
        assert np.isclose(float(head.split()[-1]), mean, 1e-8, 1e-12), (line, mean)
        assert np.isclose(float(printed), deviation, 1e-2, 1e-12), (line, deviation)
TEXT
h5dump -a /boundary many.h5 | grep 'top' >/dev/null || fail 'many do not say their boundary'

# Unusable input.
refuses '--point 2,0: lies outside D, whose x goes from 0 to 1' lod-solve layers.h5 --point 2,0
refuses '--point 0\.5: has 1 coordinate, but D has 2 axes' lod-solve layers.h5 --point 0.5
refuses "--point 0\.5,q: 'q'" lod-solve layers.h5 --point 0.5,q
refuses '--point 1,1,1,1: has more than 3' lod-solve layers.h5 --point 1,1,1,1
refuses '--point ' lod-solve layers.h5 --point ''
refuses "--mean 0,0,1,1: has no ':'" lod-solve layers.h5 --mean 0,0,1,1
refuses '--mean 0,0:1: its corners' lod-solve layers.h5 --mean 0,0:1
refuses '--mean 0,0:1,2: lies outside D, whose y' lod-solve layers.h5 --mean 0,0:1,2
refuses '--mean 0\.5,0:0\.5,1: is empty along x' lod-solve layers.h5 --mean 0.5,0:0.5,1
refuses '--mean nan,0:1,1: ' lod-solve layers.h5 --mean nan,0:1,1
refuses '--report: with --many' lod-solve three.h5 --many --report R.json
refuses '.*absent' lod-solve layers.h5 --report absent/R.json
refuses '.*layers\.h5' lod-solve layers.h5 --report layers.h5
refuses '--point 2,0: lies outside' lod-solve three.h5 --many --point 2,0
finish
