#!/usr/bin/env bash
# Tensors A through the programs: drawn, read with and without the attribute, solved by all exact methods,
# taken up again by --previous; refused by name where a number is needed.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # CI runs as root

# says PATTERN: what the latest command printed.
says() {
  checks=$((checks + 1))
  grep -qE -- "$1" stdout.txt || fail "stdout does not match /$1/: $(cat stdout.txt)"
}

# Both families, by every exact method.
expect 0 '' "$bin/lod-sample" --family layers --layers 5 --cells 16 --seed 2 --output layers.h5
says '^layers\.h5: 16 x 16 cells, family layers, eigenvalues 1 to 5, contrast 5'
expect 0 '' "$bin/lod-sample" --family anisotropic --ratio 20 --angle 40 --cells 16 --output tilted.h5
for method in lod fine coarse; do
  expect 0 '' "$bin/lod-solve" tilted.h5 --coarse 4 --method "$method" --output "$method.h5"
  says '^mesh +d = 2, N = 4, E = 16, F = 32, l = 2, A symmetric'
done
expect 0 '' "$bin/lod-solve" tilted.h5 --coarse 4 --output patch.h5 -- -lod_exact patch
expect 0 '' h5diff --delta=1e-9 lod.h5 patch.h5 /solution
expect 0 '' mpiexec --oversubscribe -n 2 "$bin/lod-solve" tilted.h5 --coarse 4 --output two.h5
expect 0 '' h5diff --delta=1e-11 lod.h5 two.h5 /solution

# Files of others: h5py's arrays, diagonal and full, one and many; A = 3 as a tensor is A = 3.
cat >make.py <<'TEXT'
import h5py
import numpy as np

def write(name, array, **attributes):
    with h5py.File(name, "w") as file:
        data = file.create_dataset("coefficient", data=array)
        for key, value in attributes.items():
            data.attrs[key] = value

number = np.random.default_rng(1).uniform(1, 5, (8, 8))
full = number[..., None, None] * np.eye(2)
write("number.h5", number)
write("diagonal.h5", number[..., None] * np.ones(2))
write("full.h5", full)
write("box.h5", np.ones((8, 8, 2)), dimension=3)
write("many.h5", np.stack([full, 2 * full]))
skew = full.copy()
skew[3, 5, 0, 1] = 0.5
write("skew.h5", skew)
skew[3, 5, 0, 1] = skew[3, 5, 1, 0] = 9
write("indefinite.h5", skew)
write("misfit.h5", number, dimension=3)
TEXT
expect 0 '' /usr/bin/python3 make.py
expect 0 '' "$bin/lod-solve" number.h5 --coarse 4 --output number-u.h5
for kind in diagonal full; do
  expect 0 '' "$bin/lod-solve" $kind.h5 --coarse 4 --output $kind-u.h5
  says 'A (diagonal|symmetric)'
  expect 0 '' h5diff --delta=1e-12 number-u.h5 $kind-u.h5 /solution
done
expect 0 '' "$bin/lod-solve" box.h5 --coarse 1x4x4 --ell 1 --output box-u.h5
says 'd = 3, N = 1x4x4, E = 2x8x8'
expect 0 '' "$bin/lod-solve" many.h5 --many --coarse 4 --output many-u.h5
expect 0 '' /usr/bin/python3 -c '
import h5py, numpy as np
many, one = h5py.File("many-u.h5")["solution"][()].squeeze(), h5py.File("full-u.h5")["solution"][()]
assert np.allclose(many, [one, one / 2], rtol=0, atol=1e-12)'

# Operators of an earlier run serve where nothing has changed.
expect 0 '' "$bin/lod-solve" tilted.h5 --coarse 4 --ell 1 --operators --output before.h5
expect 0 '' "$bin/lod-solve" tilted.h5 --coarse 4 --ell 1 --previous before.h5 --output after.h5
says '^previous  before\.h5: 0 of 16 cells'
expect 0 '' h5diff before.h5 after.h5 /solution
expect 0 '' "$bin/lod-solve" tilted.h5 --coarse 4 --ell 1 --reaction 'x < 0.2' --robin right=2,1 --operators \
  --output robin.h5
expect 0 '' "$bin/lod-solve" tilted.h5 --coarse 4 --ell 1 --reaction 'x < 0.2 && y < 0.9' --robin right=2,1 \
  --previous robin.h5 --output after.h5
says '^previous  robin\.h5: 4 of 16 cells' # those whose patches hold the upper left corner
expect 0 '' "$bin/lod-solve" tilted.h5 --coarse 4 --ell 1 --reaction 'x < 0.2 && y < 0.9' --robin right=2,1 --output anew.h5
expect 0 '' h5diff --delta=1e-12 anew.h5 after.h5 /solution
refuses 'before\.h5: .*natural' lod-solve tilted.h5 --coarse 4 --ell 1 --robin right=2,1 --previous before.h5

# Who needs a number, and what is no tensor.
refuses 'skew\.h5: coefficient: cell \[3\]\[5\]: A is not symmetric' lod-solve skew.h5 --coarse 4
refuses 'indefinite\.h5: coefficient: cell \[3\]\[5\]: A has the eigenvalue -' lod-solve indefinite.h5 --coarse 4
refuses 'misfit\.h5: coefficient: the attribute dimension is 3, which shape \(8, 8\) does not fit' lod-solve misfit.h5
refuses '.*takes a number A per cell; .*full\.h5 has tensors: use lod' lod-solve full.h5 --method dnn
refuses '.*takes a number A per cell; .*full\.h5 has tensors: use lod' lod-compare full.h5
printf "[[sample]]\nfamily = \"layers\"\n" >tensors.toml
refuses 'tensors\.toml: \[\[sample\]\] 1: family layers has tensors' lod-train tensors.toml
refuses '.*layers, must be 1 to the 4 cells' lod-sample --family layers --layers 5 --cells 4
refuses '--ratio has no meaning for family layers' lod-sample --family layers --ratio 5
finish
