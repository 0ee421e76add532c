#!/usr/bin/env bash
# lod-solve --effective: tensors of every method and boundary, the report, ranks, and what is refused.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# Layers across x of 1 and 10, as wide each: 5.5 along, 20/11 across.
expect 0 '' "$bin/lod-sample" --expression 'sin(8*pi*x) > 0 ? 10 : 1' --cells 32 --output layers.h5
# Squares of 1 and 10 in turn.
expect 0 '' "$bin/lod-sample" --expression 'sin(8*pi*x)*sin(8*pi*y) > 0 ? 10 : 1' --cells 64 \
  --output squares.h5

# entry FILE NUMBER ROW COLUMN: K_ij of the tensor of that number in a report.
entry() {
  /usr/bin/python3 -c 'import json, sys
report = json.load(open(sys.argv[1]))
print(report["effective"][int(sys.argv[2])]["tensor"][int(sys.argv[3])][int(sys.argv[4])])' "$@"
}

# near VALUE EXPECTED TOLERANCE
near() {
  checks=$((checks + 1))
  awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a - b; exit !(d <= t && -d <= t) }' ||
    fail "$1 is not $2"
}

expect 0 '' "$bin/lod-solve" layers.h5 --method fine --effective=periodic,flow --report K.json
for kind in 0 1; do
  near "$(entry K.json $kind 0 0)" 1.8181818181818 1e-9
  near "$(entry K.json $kind 1 1)" 5.5 1e-9
  near "$(entry K.json $kind 0 1)" 0 1e-9
done
grep -qE '^Voigt +5\.5 ' stdout.txt || fail 'no bound of Voigt'
grep -qE '^Reuss +1\.81818182 ' stdout.txt || fail 'no bound of Reuss'
grep -q '"voigt"' K.json || fail 'no bounds in the report'

# Squares: exact sqrt(10); at this mesh the corners take 5 %. Compressed and learned come to fine.
expect 0 '' "$bin/lod-solve" squares.h5 --method fine --effective=periodic,linear,flow --report fine.json
near "$(entry fine.json 0 0 0)" 3.16228 0.2
for method in lod dnn; do
  kinds=periodic,linear
  [ $method = lod ] && kinds+=,flow
  range=()
  [ $method = dnn ] && range=(--allow-range)
  expect 0 '' "$bin/lod-solve" squares.h5 --method $method "${range[@]}" --effective=$kinds --report $method.json
  for kind in 0 1; do
    near "$(entry $method.json $kind 0 0)" "$(entry fine.json $kind 0 0)" 0.1
    near "$(entry $method.json $kind 0 1)" "$(entry fine.json $kind 0 1)" 0.1
  done
done
near "$(entry lod.json 2 1 0)" "$(entry fine.json 2 1 0)" 0.01

# The default is periodic; layers more than cover the mesh count there; ranks agree.
expect 0 '' "$bin/lod-solve" squares.h5 --effective --coarse 2 --ell 2 --report one.json
near "$(entry one.json 0 0 0)" "$(entry fine.json 0 0 0)" 0.05
expect 0 '' "$bin/lod-solve" squares.h5 --effective --coarse 2 --ell 1 --report less.json
checks=$((checks + 1))
[ "$(entry one.json 0 0 0)" != "$(entry less.json 0 0 0)" ] || fail 'the second layer changes nothing'
for method in lod fine; do
  expect 0 '' "$bin/lod-solve" squares.h5 --effective=periodic,flow --method $method --report one.json
  expect 0 '' mpiexec --oversubscribe -n 2 "$bin/lod-solve" squares.h5 --effective=periodic,flow \
    --method $method --report two.json
  for kind in 0 1; do
    near "$(entry two.json $kind 0 0)" "$(entry one.json $kind 0 0)" 1e-8
  done
done

# Many samples: each as alone, means and deviations.
expect 0 '' "$bin/lod-sample" --cells 16 --count 3 --seed 5 --output three.h5
expect 0 '' "$bin/lod-solve" three.h5 --many --effective=periodic,flow --report many.json
grep -q '^samples   3$' stdout.txt || fail 'samples are not counted'
"$helpers/row" three.h5 coefficients 2 one.h5 || fail 'a row cannot be copied'
expect 0 '' "$bin/lod-solve" one.h5 --effective=periodic,flow --report one.json
checks=$((checks + 1))
/usr/bin/python3 - <<'CHECK' || fail 'samples of many are not those of one'
import json, statistics
many, one = (json.load(open(name)) for name in ("many.json", "one.json"))
for kind in 0, 1:
    found = many["effective"][kind]
    for i in 0, 1:
        for j in 0, 1:
            values = [tensor[i][j] for tensor in found["samples"]]
            assert len(values) == 3
            assert abs(values[2] - one["effective"][kind]["tensor"][i][j]) < 1e-10
            assert abs(found["tensor"][i][j] - statistics.mean(values)) < 1e-12
            assert abs(found["deviation"][i][j] - statistics.stdev(values)) < 1e-12
CHECK

# Unusable input.
refuses '--effective=round: unknown kind of boundary; known: periodic, linear, flow' lod-solve layers.h5 --effective=round
refuses '--effective=flow,: unknown' lod-solve layers.h5 --effective=flow,
refuses '--effective=flow,flow,flow,flow: names more' lod-solve layers.h5 --effective=flow,flow,flow,flow
expect 2 '--many: runs as one process' mpiexec --oversubscribe -n 2 "$bin/lod-solve" three.h5 --effective --many
refuses '--effective: .*--operators' lod-solve layers.h5 --effective --operators
refuses '--effective: .*--rhs' lod-solve layers.h5 --effective --rhs 1
refuses '--effective: .*--point' lod-solve layers.h5 --effective --point 0.5,0.5
refuses 'u\.h5: --effective writes no solution' lod-solve layers.h5 --effective --output u.h5
refuses '--dirichlet left.*: --effective' lod-solve layers.h5 --effective --dirichlet left=1
refuses '.*effective' lod-solve layers.h5 --effective --neumann left
refuses '--reaction: .*A alone' lod-solve layers.h5 --effective --reaction 1
refuses '--well.*: --effective' lod-solve layers.h5 --effective --well 0.5,0.5=1
refuses 'effective tensor: the model was trained' lod-solve squares.h5 --effective=flow --method dnn --allow-range
refuses 'absent/K\.json' lod-solve layers.h5 --effective --report absent/K.json
refuses 'layers\.h5' lod-solve layers.h5 --effective --report layers.h5
finish
