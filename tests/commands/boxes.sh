#!/usr/bin/env bash
# Boxes whose sides and cells differ from axis to axis, through every program: options and mesh files, wrong
# ones refused; files, earlier solutions, many coefficients, the learned operator on square cells.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# says FILE PATTERN: what the latest command printed.
says() {
  checks=$((checks + 1))
  grep -qE -- "$1" stdout.txt || fail "stdout does not match /$1/: $(cat stdout.txt)"
}

# Coefficients are drawn in the units of the box, so that stretching box and correlation changes nothing.
box=(--extent 1200x2200)
lognormal=(--family lognormal --cells 12x44 --seed 3)
expect 0 '' "$bin/lod-sample" "${lognormal[@]}" --correlation-length 300 "${box[@]}" --output long.h5
says '^long\.h5: 12 x 44 cells'
expect 0 '' "$bin/lod-sample" "${lognormal[@]}" --correlation-length 0.15 --extent 0.6x1.1 --output unit.h5
expect 0 '' h5diff --relative=1e-9 long.h5 unit.h5 /coefficient
expect 0 '' "$bin/lod-sample" --cells 12x44 "${box[@]}" --expression '1 + x/1200 + (y > 1100)' --output formula.h5

# The mesh by rule, by options, and by a file with lists: one mesh.
expect 0 '' "$bin/lod-solve" long.h5 "${box[@]}" --rhs 'x < 600' --operators --output rule.h5
says '^mesh +d = 2, N = 3x11, E = 12x44, F = 24x88, l = 2, D = 1200x2200 \(default N = E/4, F = 2E, l = 2\)'
expect 0 '' "$bin/lod-solve" long.h5 --coarse 3x11 --fine 24x88 --ell 2 "${box[@]}" --rhs 'x < 600' --output options.h5
expect 0 '' h5diff rule.h5 options.h5 /solution
cat >long.toml <<'TEXT'
dimension = 2
coarse = [3, 11]
coefficient = [12, 44]
fine = [24, 88]
ell = 2
extent = [1200, 2.2e3]
TEXT
expect 0 '' "$bin/lod-solve" long.h5 --mesh ./long.toml --rhs 'x < 600' --output file.h5
expect 0 '' h5diff rule.h5 file.h5 /solution
expect 0 '' "$bin/lod-solve" long.h5 "${box[@]}" --rhs 'x < 600' --operators --output patch.h5 -- -lod_exact patch
expect 0 '' h5diff --delta=1e-5 rule.h5 patch.h5 /solution # of 1e5
expect 0 '' "$bin/lod-solve" long.h5 --coarse 1x11 "${box[@]}" --ell 40 --output covered.h5
says 'l = 10 covers the mesh: 40 taken as 10'
expect 0 '' "$bin/lod-solve" long.h5 --coarse 3x11 "${box[@]}" --method coarse --output coarse.h5
expect 0 '' "$bin/lod-sample" --cells 13x11x2 --output prime.h5
expect 0 '' "$bin/lod-solve" prime.h5 --method fine --output prime-u.h5
refuses 'prime\.h5: no rule divides 13x11x2 cells: choose --coarse, along x one of 1, 13' lod-solve prime.h5

# What is no mesh.
for cells in 0x5 15x 1e3x-2 x5 3x11x 3,11 3x11x1x1 3X11 ' 3x11' 3x99999999999; do
  refuses '.*--coarse' lod-solve long.h5 --coarse "$cells"
  refuses '.*--fine' lod-solve long.h5 --fine "$cells"
  refuses '.*--cells' lod-sample --cells "$cells" --output never.h5
done
refuses '--coarse: has numbers for 3 axes, but long\.h5 has 2' lod-solve long.h5 --coarse 3x11x1
refuses '--extent: has numbers for 3 axes, but long\.h5 has 2' lod-solve long.h5 --extent 1x1x1
refuses '--coarse 3x10: does not divide the 44 cells per axis of long\.h5' lod-solve long.h5 --coarse 3x10
refuses '--fine 24x90: is not a multiple of the 44 cells' lod-solve long.h5 --fine 24x90
refuses '--cells: has numbers for 2 axes of 3' lod-sample --dim 3 --cells 12x44 --output never.h5
for extent in nan 1xnan inf 0 0x1 -1x1 1x 1,2 1e400; do
  refuses '.*--extent' lod-solve long.h5 --extent "$extent"
  refuses '.*--extent' lod-sample --extent "$extent" --output never.h5
done
refuses '.*coarse cells of sides .* are too thin' lod-solve long.h5 --extent 1x1e9
# wrong SED PATTERN: the mesh file so changed is refused.
wrong() {
  sed "$1" long.toml >wrong.toml
  refuses "\./wrong\.toml: .*$2" lod-solve long.h5 --mesh ./wrong.toml
}
wrong 's/\[3, 11\]/[3, 11, 1]/' 'coarse'
wrong 's/\[3, 11\]/[3, "11"]/' 'coarse'
wrong 's/\[3, 11\]/[3, 0]/' 'coarse'
wrong 's/\[3, 11\]/[5, 11]/' 'coefficient cells \(12\) must be a multiple of coarse cells \(5\)'
wrong 's/2.2e3/nan/' 'extent'
wrong 's/2.2e3/-1/' 'extent'
wrong 's/\[12, 44\]/[44, 12]/' 'coefficient cells'
sed 's/\[12, 44\]/[12, 88]/;s/24, 88/24, 176/' long.toml >wrong.toml
refuses '--mesh \./wrong\.toml: has 12x88 coefficient cells per axis, but long\.h5 has 12x44' lod-solve long.h5 --mesh ./wrong.toml

# Earlier solutions: of the same box alone.
expect 0 '' "$bin/lod-sample" --cells 12x44 "${box[@]}" --expression '1 + x/1200 + (y > 1100) + (y < 60 ? 3 : 0)' --output changed.h5
expect 0 '' "$bin/lod-solve" formula.h5 "${box[@]}" --operators --output before.h5
expect 0 '' "$bin/lod-solve" changed.h5 "${box[@]}" --output anew.h5
expect 0 '' "$bin/lod-solve" changed.h5 "${box[@]}" --previous before.h5 --output after.h5
says '^previous  before\.h5: 9 of 33 cells'
expect 0 '' h5diff anew.h5 after.h5 /solution
refuses 'before\.h5: .*extent' lod-solve changed.h5 --previous before.h5
refuses 'before\.h5: .*coarse = 3x11.* 6x22' lod-solve changed.h5 "${box[@]}" --coarse 6x22 --previous before.h5

# Many coefficients of a box, each as alone; files as users write and read them.
cat >make.py <<'TEXT'
"""Two coefficients of 12 x 44 cells, A[y][x]."""
import h5py
import numpy
with h5py.File("long.h5") as one, h5py.File("formula.h5") as two, h5py.File("two.h5", "w") as file:
    file["coefficient"] = numpy.stack([one["coefficient"][()], two["coefficient"][()]])
    assert one["coefficient"].shape == (44, 12)
TEXT
cat >look.py <<'TEXT'
"""Shape, axes and attributes of solution.h5."""
import h5py
import numpy
with h5py.File("rule.h5") as file, h5py.File("many.h5") as many:
    assert file["solution"].shape == (12, 4), file["solution"].shape
    assert numpy.allclose(file["x"], numpy.linspace(0, 1200, 4)), file["x"][()]
    assert numpy.allclose(file["y"], numpy.linspace(0, 2200, 12)), file["y"][()]
    assert file["local_operators"].shape == (33, 6, 6, 4), file["local_operators"].shape
    for name, value in {"coarse": (3, 11), "coefficient_cells": (12, 44), "fine": (24, 88),
                        "extent": (1200, 2200), "ell": 2}.items():
        assert numpy.array_equal(numpy.squeeze(file.attrs[name]), value), (name, file.attrs[name])
    assert many["solution"].shape == (2, 1, 12, 4), many["solution"].shape
TEXT
expect 0 '' /usr/bin/python3 make.py
expect 0 '' "$bin/lod-solve" two.h5 --many "${box[@]}" --rhs 'x < 600' --output many.h5
expect 0 '' /usr/bin/python3 look.py
for line in 'DIMENSIONS 4 12 1' 'ORIGIN 0 0 0' 'SPACING 400 200 '; do
  checks=$((checks + 1))
  grep -qa "^$line" rule.vtk || fail "rule.vtk lacks $line"
done
"$helpers/row" many.h5 solution 0 0 one-of-many.h5 || fail 'a row cannot be copied'
expect 0 '' h5diff --delta=1e-9 rule.h5 one-of-many.h5 /solution /coefficient
refuses 'two\.h5: .*--many' lod-solve two.h5 --mesh ./long.toml

# The network that comes with lodnet serves boxes of square cells, of any size, and no others.
expect 0 '' "$bin/lod-sample" --cells 64x128 --seed 4 --output square-cells.h5
for extent in 1x2 500x1000; do
  expect 0 '' "$bin/lod-compare" square-cells.h5 --extent $extent --output comparison
  # The line that a section is on, in the problem's coordinates: half the extents.
  line=$([ $extent = 1x2 ] && echo y=1 x=1/2 || echo y=500 x=250)
  [ "$(tail -n +2 comparison/cross-sections.csv | cut -d, -f1 | uniq | tr '\n' ' ')" = "$line " ] ||
    fail "sections are not called $line"
  grep "line ${line%% *}'" comparison/cross-section-along-x.gp >/dev/null || fail "no title with $line"
  says "^square-cells\\.h5, f = 1, d = 2, N = 8x16, E = 64x128, F = 128x256, l = 2, D = $extent"
  /usr/bin/python3 - comparison/report.json >stderr.txt 2>&1 <<'TEXT' || fail 'the learned operator is far from the exact one'
import json
import sys
report = json.load(open(sys.argv[1]))
print(report)
assert 0 < report["relative_l2"]["dnn_lod"] < 0.01
TEXT
  checks=$((checks + 1))
done
expect 0 '' "$bin/lod-solve" square-cells.h5 --extent 1x2 --method dnn --output learned.h5
refuses '.*coarse cells of equal sides' lod-solve square-cells.h5 --method dnn
refuses '.*coarse cells of equal sides' lod-compare square-cells.h5 --extent 1x1
refuses '.*symmetries.*square' lod-solve square-cells.h5 --extent 1x2 --method dnn --average
finish
