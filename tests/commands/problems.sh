#!/usr/bin/env bash
# Problems with boundary data, sources and wells, by options and by files: the same from both, known
# answers for a laminate, and every bad input refused with its place.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

expect 0 '' "$bin/lod-sample" --expression 'x < 0.5 ? 1 : 4' --cells 16 --output laminate.h5
expect 0 '' "$bin/lod-sample" --expression 'x < 0.5 ? 1 : 4' --dim 1 --cells 16 --output line.h5
expect 0 '' "$bin/lod-sample" --expression '1 + x' --dim 3 --cells 4 --output cube.h5
cat >values.py <<'TEXT'
"""Writes datasets for @FILE."""
import h5py
import numpy as np

with h5py.File("values.h5", "w") as file:
    file["nodes"] = np.linspace(0, 1, 17)
    file["ones"] = np.ones((16, 16))
    file["long"] = np.ones(7)
with h5py.File("one.h5", "w") as file:
    file["f"] = np.full((16, 16), 2.0)
TEXT
expect 0 '' /usr/bin/python3 values.py
cp one.h5 kept.h5
expect 2 'one.h5: is also read in this run' "$bin/lod-solve" laminate.h5 --rhs @one.h5 --output one.h5
expect 2 'one.h5: is also read in this run' "$bin/lod-solve" laminate.h5 --robin left=@one.h5:f,1 \
  --output one.h5
expect 2 'values.h5: is also read in this run' "$bin/lod-solve" laminate.h5 --dirichlet left=@values.h5:nodes \
  --report values.h5
expect 0 '' cmp one.h5 kept.h5
cat >same.py <<'TEXT'
"""Whether two solution files hold the same, but for seconds."""
import sys

import h5py
import numpy as np

one, two = (h5py.File(name) for name in sys.argv[1:3])
assert set(one) == set(two), (set(one), set(two))
assert set(one.attrs) == set(two.attrs), (set(one.attrs), set(two.attrs))
for name in one:
    assert np.array_equal(one[name][()], two[name][()], equal_nan=True), name
for name in one.attrs:
    assert name.startswith("seconds") or np.array_equal(one.attrs[name], two.attrs[name]), name
TEXT
cat >laminate.py <<'TEXT'
"""The flow through a laminate: u falls by 4/5 in the left half, linear in each."""
import sys

import h5py
import numpy as np

for name, tolerance in (word.split("=") for word in sys.argv[1:]):
    u = h5py.File(name)["solution"][()]
    x = np.linspace(0, 1, u.shape[-1])
    exact = np.where(x < 0.5, 1 - 1.6 * x, 0.4 * (1 - x))
    error = np.abs(u - exact).max()
    assert error <= float(tolerance), (name, error)
TEXT

# Flow through a laminate: exact at the nodes by methods that resolve the interface.
through=(--dirichlet left=1 --dirichlet right=0 --rhs 0)
for method in lod fine coarse; do
  expect 0 '' "$bin/lod-solve" laminate.h5 --coarse 4 --ell 3 --method $method "${through[@]}" \
    --neumann bottom,top --output $method.h5
  grep -q '^boundary  u = 1 on left; u = 0 on right; natural on bottom, top$' stdout.txt ||
    fail 'what holds on the faces is not said'
  expect 0 '' "$bin/lod-solve" line.h5 --coarse 4 --ell 3 --method $method "${through[@]}" \
    --output line-$method.h5
done
expect 0 '' /usr/bin/python3 laminate.py fine.h5=1e-9 coarse.h5=1e-9 line-fine.h5=1e-9 line-coarse.h5=1e-9
# As a flux: what flows in on the left is the harmonic mean, 1.6.
expect 0 '' "$bin/lod-solve" laminate.h5 --coarse 4 --method fine --rhs 0 --flux left=1.6 \
  --dirichlet right=0 --neumann bottom,top --output flux.h5
expect 0 '' "$bin/lod-solve" laminate.h5 --coarse 4 --method fine --rhs 0 --robin 'left=2*1.6,3/2' \
  --neumann bottom,top --output robin.h5
expect 0 '' /usr/bin/python3 laminate.py flux.h5=1e-9 robin.h5=1e-9

# Values from datasets: on the nodes of a face, and on the cells of D.
for values in y @values.h5:nodes; do
  expect 0 '' "$bin/lod-solve" laminate.h5 --coarse 4 --method fine --rhs 0 --dirichlet left=$values \
    --output "left-${values##*:}.h5"
done
for values in 2 @one.h5; do
  expect 0 '' "$bin/lod-solve" laminate.h5 --coarse 4 --rhs $values --output "rhs-${values%%.*}.h5"
done
expect 0 '' /usr/bin/python3 -c '
import h5py, numpy as np
for one, two in (("left-y.h5", "left-nodes.h5"), ("rhs-2.h5", "rhs-@one.h5")):
    u, v = (h5py.File(name)["solution"][()] for name in (one, two))
    assert np.abs(u).max() > 0.01 and np.abs(u - v).max() < 1e-9, (one, np.abs(u - v).max())'

# The same from a file; options override it, and what options say of a face replaces it.
cat >problem.toml <<'TEXT'
[coefficient]
file = "laminate.h5"
[mesh]
coarse = 4
ell = 2
[boundary]
left = {dirichlet = "1 + y"}
right = {robin = [2, "x*y"]}
bottom = "natural"
top = {flux = -0.5}
[source]
rhs = "sin(pi*x)"
reaction = 0.5
wells = [{at = [0.3, 0.8], rate = 1}, {at = [0.5, 0.25], rate = -2.5}]
[output]
file = "from-file.h5"
points = [[0.3, 0.4], [1, 0]]
means = [{from = [0, 0], to = [0.5, 1]}]
TEXT
expect 0 '' "$bin/lod-solve" problem.toml
same=(laminate.h5 --coarse 4 --ell 2 --dirichlet 'left=1 + y' --robin 'right=2,x*y' --neumann bottom
  --flux top=-0.5 --rhs 'sin(pi*x)' --reaction 0.5 --well 0.3,0.8=1 --well 0.5,0.25=-2.5
  --point 0.3,0.4 --point 1,0 --mean 0,0:0.5,1)
expect 0 '' "$bin/lod-solve" "${same[@]}" --output from-options.h5
expect 0 '' /usr/bin/python3 same.py from-file.h5 from-options.h5
mkdir -p folder/inner
expect 0 '' bash -c "cd folder/inner && '$bin/lod-solve' ../../problem.toml --output ../../u.h5"
expect 0 '' /usr/bin/python3 same.py from-file.h5 u.h5
expect 0 '' "$bin/lod-solve" problem.toml --method fine --reaction 0 --rhs 0 --neumann top,bottom \
  --dirichlet left=1 --dirichlet right=0 --well 0.5,0.5=0 --output overridden.h5
expect 0 '' /usr/bin/python3 laminate.py overridden.h5=1e-9
expect 0 '' "$bin/lod-solve" --keys
grep -q '^| `\[boundary\]` | `left` |' stdout.txt || fail '--keys does not list the keys'

# Many coefficients: each as alone.
expect 0 '' "$bin/lod-sample" --cells 16 --count 2 --output several.h5
data=(--coarse 4 --dirichlet left=1 --flux top=x --robin right=1,y --reaction 1+x --well 0.3,0.3=1 --rhs x)
expect 0 '' "$bin/lod-solve" several.h5 --many "${data[@]}" --output several-u.h5
grep -q '^boundary  u = 1 on left; ' stdout.txt || fail '--many does not say what holds on the faces'
"$helpers/row" several.h5 coefficients 1 second.h5 || fail 'a row cannot be copied'
"$helpers/row" several-u.h5 solution 1 0 second-u.h5 || fail 'a row cannot be copied'
expect 0 '' "$bin/lod-solve" second.h5 "${data[@]}" --output alone.h5
expect 0 '' h5diff --delta=1e-13 alone.h5 second-u.h5 /solution /coefficient

# Faces.
refuses 'right=0: a second coefficient file, .*--dirichlet right=0' lod-solve line.h5 --dirichlet left=1 right=0
refuses '--dirichlet upwards: no face "upwards"; the faces in 2 dimensions are left, right, bottom, top$' \
  lod-solve laminate.h5 --dirichlet upwards=1
refuses '--flux front: no face "front"; the faces in 2 dimensions' lod-solve laminate.h5 --flux front=1
refuses '--flux top: no face "top"; the faces in 1 dimension are left, right$' lod-solve line.h5 --flux top=1
refuses '--dirichlet left: has no =, FACE=VALUE is wanted' lod-solve laminate.h5 --dirichlet left
refuses '--dirichlet left: there is no value after =' lod-solve laminate.h5 --dirichlet left=
refuses '--robin left: .2. has no comma, FACE=R,G is wanted' lod-solve laminate.h5 --robin left=2
refuses '--robin left: there is no value after ,' lod-solve laminate.h5 --robin left=2,
refuses '--robin left: R is empty' lod-solve laminate.h5 --robin left=,2
refuses '--robin left: .*-2' lod-solve laminate.h5 --robin left=-2,0
refuses '--robin left: .*-' lod-solve laminate.h5 --robin 'left=y-0.5,0'
refuses '--flux left: the face has a condition already, --dirichlet left$' \
  lod-solve laminate.h5 --dirichlet left=1 --flux left=1
refuses '--dirichlet top: the face has a condition already, --neumann bottom,top$' \
  lod-solve laminate.h5 --neumann bottom,top --dirichlet top=1

# Values.
refuses "--dirichlet left: expression '1 \\+': at position 5: " lod-solve laminate.h5 --dirichlet 'left=1 +'
refuses "--flux left: expression 'sin\\(z\\)': at position 5: .*variables: x, y;" \
  lod-solve laminate.h5 --flux 'left=sin(z)'
refuses "--robin left: expression 'q': at position 1: " lod-solve laminate.h5 --robin left=q,0
refuses "--robin left: expression 'q': at position 1: " lod-solve laminate.h5 --robin left=1,q
refuses "--dirichlet left: .*not a finite number" lod-solve laminate.h5 --dirichlet 'left=1/(y-0.5)'
refuses "--reaction: expression 'q': at position 1: " lod-solve laminate.h5 --reaction q
refuses '--reaction: .*-1' lod-solve laminate.h5 --reaction -1
refuses '--reaction: there is no value' lod-solve laminate.h5 --reaction ''
refuses '.*missing\.h5: .*No such file' lod-solve laminate.h5 --dirichlet left=@missing.h5
for file in @ @:nodes; do
  refuses "--dirichlet left: $file: names no file" lod-solve laminate.h5 --dirichlet "left=$file"
done
refuses '.*values\.h5: .*nothing' lod-solve laminate.h5 --dirichlet left=@values.h5:nothing
refuses '--dirichlet left: @values\.h5:long: has the shape \(7\); wanted' lod-solve laminate.h5 --dirichlet left=@values.h5:long
refuses '--rhs: @values\.h5:long: has the shape \(7\); wanted' lod-solve laminate.h5 --rhs @values.h5:long
refuses '--rhs: .*values\.h5: .*(several|nodes.*ones|ones.*nodes)' lod-solve laminate.h5 --rhs @values.h5

problem_method() { printf '%s\n' '[coefficient]' 'file = "laminate.h5"' '[method]' "$@" >method.toml; }
problem_method 'name = "lod"' 'model = "m.h5"'
refuses 'method\.toml: model, average and allow_range in \[method\] go with name' lod-solve method.toml
problem_method 'correct = true'
expect 0 '' "$bin/lod-solve" method.toml --coarse 4 --method coarse --output coarse.h5

# Wells.
refuses '--well 0\.2,1\.8: .*outside' lod-solve laminate.h5 --well 0.2,1.8=1
refuses '--well 0\.2,-1e-3: .*outside' lod-solve laminate.h5 --well 0.2,-1e-3=1
refuses "--well 0\\.2,0\\.2: rate 'inf': " lod-solve laminate.h5 --well 0.2,0.2=inf

# What does not go together.
refuses '--correct: --method fine has no correctors' lod-solve laminate.h5 --method fine --correct
refuses '--many: --correct is for one coefficient' lod-solve laminate.h5 --many --correct
expect 2 'a second problem file' "$bin/lod-solve" problem.toml problem.toml
expect 2 'no coefficient file given, and no problem file' "$bin/lod-solve" --dirichlet left=1
expect 0 '' "$bin/lod-sample" --cells 64 --output iid.h5
refuses '.*natural' lod-solve iid.h5 --method dnn --neumann top
refuses '.*(natural|face|Robin)' lod-solve iid.h5 --method dnn --flux top=1
refuses '.*(natural|face|Robin)' lod-solve iid.h5 --method dnn --robin top=1,1
refuses '.*(reaction|c u)' lod-solve iid.h5 --method dnn --reaction 1
expect 0 '' "$bin/lod-solve" iid.h5 --method dnn --dirichlet left=y --well 0.5,0.5=1 --output dnn.h5

# Pure Neumann data that do not fit, with the number that is off.
refuses '.*1\.5' lod-solve laminate.h5 --method fine --rhs 1 --flux left=0.5 --neumann right,bottom,top

for method in lod fine coarse; do
  correct=()
  [ $method = lod ] && correct=(--correct)
  expect 0 '' "$bin/lod-solve" laminate.h5 --coarse 4 --ell 1 --method $method --rhs 1 --flux left=-1 \
    --neumann right,bottom,top "${correct[@]}" --reconstruct --quantities --output neumann.h5
done

# Files: line, column and key.
problem() { printf '%s\n' '[coefficient]' 'file = "laminate.h5"' "$@" >bad.toml; }
refuses 'missing\.toml: No such file' lod-solve missing.toml
problem '[boundary]' 'left = {dirichlet = 1'
refuses 'bad\.toml: line [45], column [0-9]+: ' lod-solve bad.toml
problem '[boundary]' 'left = {dirichlet = "1 +"}'
refuses "bad\\.toml: line 4, column 1: \"left\" in \\[boundary\\]: expression '1 \\+': at position 5: " \
  lod-solve bad.toml
problem '[boundary]' 'front = {dirichlet = 1}'
refuses 'bad\.toml: line 4, column 1: "front" in \[boundary\]: no face "front"' lod-solve bad.toml
problem '[boundary]' 'left = {robin = [-1, 0]}'
refuses 'bad\.toml: line 4, column 1: "left" in \[boundary\]: .*-1' lod-solve bad.toml
problem '[boundary]' 'lft = "natural"'
refuses 'bad\.toml: line 4, column 1: unknown key "lft" in \[boundary\]; did you mean "left"' lod-solve bad.toml
problem '[source]' 'wells = [{at = [0.5, 3], rate = 1}]'
refuses 'bad\.toml: line 4, column [0-9]+: "at" in wells: .*outside' lod-solve bad.toml
problem '[source]' 'wells = [{at = [0.5], rate = 1}]'
refuses 'bad\.toml: line 4, column [0-9]+: "at" in wells: has 1 coordinate' lod-solve bad.toml
problem '[source]' 'rhs = "q"'
refuses "bad\\.toml: line 4, column 1: \"rhs\" in \\[source\\]: expression 'q'" lod-solve bad.toml
problem 'resample = 12' '[mesh]' 'coarse = 3'
expect 0 '' "$bin/lod-solve" bad.toml --output u.h5
grep -q 'E = 12' stdout.txt || fail 'resample in a file does nothing'
problem '[mesh]' 'coarse = 5'
refuses 'bad\.toml: line 4, column 1: "coarse" in \[mesh\] 5: does not divide the 16 cells' lod-solve bad.toml
problem '[mesh]' 'fine = [32, 32, 32]'
refuses 'bad\.toml: line 4, column 1: "fine" in \[mesh\]: has numbers for 3 axes' lod-solve bad.toml
problem '[domain]' 'extent = [1, 2, 3]'
refuses 'bad\.toml: line 4, column 1: "extent" in \[domain\]: has numbers for 3 axes' lod-solve bad.toml
problem '[domain]' 'extent = 0'
refuses 'bad\.toml: line 4, column 1: "extent" in \[domain\] is 0' lod-solve bad.toml
problem '[output]' 'points = [[0.5, 3]]'
refuses 'bad\.toml: line 4, column [0-9]+: "points" in \[output\] 0\.5,3: lies outside D' lod-solve bad.toml
problem '[domain]' 'walls = "open"'
refuses 'bad\.toml: line 4, column 1: "walls" in \[domain\] open: ' lod-solve bad.toml
problem '[domain]' 'mask = "missing.h5"'
refuses '.*/missing\.h5: No such file' lod-solve bad.toml
problem '[method]' 'name = "magic"'
refuses 'bad\.toml: line 4, column 1: "name" in \[method\] magic: unknown method; known: ' lod-solve bad.toml
problem '[output]' 'file = "laminate.h5"'
refuses 'laminate\.h5: ' lod-solve bad.toml
echo '[mesh]' >bad.toml
refuses 'bad\.toml: has no coefficient: ' lod-solve bad.toml
echo '[coefficient]' >bad.toml
refuses 'bad\.toml: has no coefficient: ' lod-compare bad.toml
finish
