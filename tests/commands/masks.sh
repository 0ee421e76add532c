#!/usr/bin/env bash
# Masks by datasets, options and problem files: every method, what stands outside of the domain, the same
# from several ranks, and every bad mask refused with its place.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # CI runs as root

cat >make.py <<'TEXT'
"""Coefficients and masks of 16 x 16 cells: a quarter and a small hole cut out, and bad ones."""
import h5py
import numpy as np

A = np.exp(np.random.default_rng(3).standard_normal((16, 16)))
domain = np.ones((16, 16), bool)
domain[8:, 8:] = False
domain[3, 2:4] = False
with h5py.File("plain.h5", "w") as file:
    file["coefficient"] = A
outside = A.copy()
outside[~domain] = np.nan
outside[12, 12] = 0
with h5py.File("masked.h5", "w") as file:
    file["coefficient"], file["mask"] = outside, domain
with h5py.File("walled.h5", "w") as file:
    file["coefficient"], file["mask"] = outside, domain.astype("i4")
    file["mask"].attrs["walls"] = "dirichlet"
with h5py.File("hole-in-nan.h5", "w") as file:
    outside[0, 5] = np.nan
    file["coefficient"], file["mask"] = outside, domain
cut = np.ones((16, 16), bool)
cut[:, 6] = False
with h5py.File("masks.h5", "w") as file:
    file["domain"] = 7 * domain.astype("i8")
    file["all"], file["none"] = np.ones((16, 16), bool), np.zeros((16, 16), bool)
    file["small"], file["cut"] = np.ones((8, 16), bool), cut
    file["half"] = np.full((16, 16), 0.5)
    file["odd"] = domain
    file["odd"].attrs["walls"] = "brick"
TEXT
expect 0 '' /usr/bin/python3 make.py
cat >compare.py <<'TEXT'
"""compare.py ONE DATASET OTHER DATASET TOLERANCE: largest difference over size, NaN in the same places."""
import sys

import h5py
import numpy as np

one, other = (h5py.File(sys.argv[i])[sys.argv[i + 1]][()] for i in (1, 3))
assert np.array_equal(np.isnan(one), np.isnan(other)), "NaN in other places"
error = np.nanmax(abs(one - other)) / np.nanmax(abs(other))
assert error <= float(sys.argv[5]), error
TEXT
same() { expect 0 '' /usr/bin/python3 compare.py "$@"; }

# Values outside of the domain do not matter, wherever the mask comes from.
expect 0 '' "$bin/lod-solve" masked.h5 --coarse 4 --output masked-u.h5
grep -qF 'mask      66 of 256 cells of A outside, natural walls' stdout.txt || fail 'the mask is not told'
expect 0 '' "$bin/lod-solve" plain.h5 --mask masks.h5:domain --coarse 4 --output option-u.h5
same masked-u.h5 solution option-u.h5 solution 0
expect 0 '' "$bin/lod-solve" plain.h5 --coarse 4 --output plain-u.h5
expect 0 '' "$bin/lod-solve" plain.h5 --mask masks.h5:all --coarse 4 --output all-u.h5
same all-u.h5 solution plain-u.h5 solution 0
cat >problem.toml <<'TEXT'
[coefficient]
file = "plain.h5"
[domain]
mask = "masks.h5:domain"
walls = "dirichlet"
[mesh]
coarse = 4
TEXT
expect 0 '' "$bin/lod-solve" problem.toml --output file-u.h5
expect 0 '' "$bin/lod-solve" walled.h5 --coarse 4 --output walled-u.h5
same file-u.h5 solution walled-u.h5 solution 0
expect 0 '' "$bin/lod-solve" masked.h5 --walls dirichlet --coarse 4 --output walls-u.h5
same walls-u.h5 solution walled-u.h5 solution 0

# Patches that cover the domain give the fine solution; nodes that touch no cell are NaN.
for walls in natural dirichlet; do
  expect 0 '' "$bin/lod-solve" masked.h5 --walls $walls --coarse 4 --ell 3 --correct --reconstruct \
    --dirichlet left=1+y --flux top=x --robin bottom=2,x --reaction 1 --output covered.h5
  expect 0 '' "$bin/lod-solve" masked.h5 --walls $walls --method fine --coarse 4 \
    --dirichlet left=1+y --flux top=x --robin bottom=2,x --reaction 1 --output fine.h5
  same covered.h5 fine_solution fine.h5 solution 1e-8
done
cat >places.py <<'TEXT'
"""NaN stands at nodes that touch no cell of the domain, in cells outside, and nowhere else."""
import h5py
import numpy as np

domain = np.repeat(np.repeat(h5py.File("masks.h5")["domain"][()] > 0, 2, 0), 2, 1)
touched = np.zeros((33, 33), bool)
for y in (0, 1):
    for x in (0, 1):
        touched[y:32 + y, x:32 + x] |= domain
file = h5py.File("covered.h5")
assert np.array_equal(np.isnan(file["fine_solution"]), ~touched)
assert np.array_equal(np.isnan(file["flux"][..., 0]), ~domain[::2, ::2])
assert np.array_equal(np.isnan(file["coefficient"]), ~domain[::2, ::2])
assert np.array_equal(file["mask"][()] > 0, domain[::2, ::2])
coarse = np.zeros((5, 5), bool)
coarse[3:, 3:] = True
assert np.array_equal(np.isnan(h5py.File("masked-u.h5")["solution"]), coarse)
TEXT
expect 0 '' /usr/bin/python3 places.py

# Every method, several ranks, earlier operators.
for method in lod fine coarse; do
  expect 0 '' "$bin/lod-solve" masked.h5 --coarse 8 --ell 1 --method $method --output one.h5
  expect 0 '' mpiexec --oversubscribe -n 2 "$bin/lod-solve" masked.h5 --coarse 8 --ell 1 \
    --method $method --output two.h5
  same two.h5 solution one.h5 solution 1e-7
done
expect 0 '' "$bin/lod-solve" masked.h5 --coarse 8 --ell 1 --operators --output before.h5
expect 0 '' "$bin/lod-solve" masked.h5 --coarse 8 --ell 1 --previous before.h5 --output after.h5
grep -qE '^previous  before\.h5: 0 of 64 cells' stdout.txt || fail 'operators are computed again'
same after.h5 solution before.h5 solution 0
refuses '.*another mask, or other walls' lod-solve masked.h5 --walls dirichlet --coarse 8 --ell 1 --previous before.h5
refuses '.*another mask' lod-solve plain.h5 --coarse 8 --ell 1 --previous before.h5

# What is wrong with a mask.
refuses 'masks\.h5: none: no cell is in D' lod-solve plain.h5 --mask masks.h5:none
refuses 'masks\.h5: small .*8' lod-solve plain.h5 --mask masks.h5:small
refuses 'masks\.h5: half: entry 0 is 0\.5' lod-solve plain.h5 --mask masks.h5:half
refuses "masks\.h5: no dataset 'mask'.*'cut'" lod-solve plain.h5 --mask masks.h5
refuses "plain\.h5: no dataset 'mask'.*'coefficient'" lod-solve plain.h5 --mask plain.h5
refuses 'missing\.h5: ' lod-solve plain.h5 --mask missing.h5:domain
refuses '--mask masks\.h5:: must be FILE or FILE:DATASET' lod-solve plain.h5 --mask masks.h5:
refuses 'masks\.h5: odd: walls are .*brick' lod-solve plain.h5 --mask masks.h5:odd
refuses '--walls up: walls are' lod-solve masked.h5 --walls up
refuses '--walls: plain\.h5 has no dataset mask' lod-solve plain.h5 --walls natural
refuses '--mask masks\.h5:cut: the part of D around cell \[0\]\[7\], 144 cells' \
  lod-solve plain.h5 --mask masks.h5:cut --neumann right,bottom,top
expect 0 '' "$bin/lod-solve" plain.h5 --mask masks.h5:cut --neumann right,bottom,top --walls dirichlet
refuses 'hole-in-nan\.h5: coefficient.*\[0\]\[5\]' lod-solve hole-in-nan.h5
refuses '.*masked\.h5 has a mask: use lod' lod-solve masked.h5 --method dnn
refuses '--many: masked\.h5 has a mask' lod-solve masked.h5 --many
refuses '.*masked\.h5 has a mask, which only lod-solve takes' lod-sample --resample masked.h5 --cells 8 --output r.h5
refuses '--many: --mask is for one' lod-solve plain.h5 --many --mask masks.h5:domain
refuses '.*also read' lod-solve plain.h5 --mask masks.h5:domain --output masks.h5
finish
