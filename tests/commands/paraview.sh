#!/usr/bin/env bash
# The companion of solution.h5 holds its values at their nodes: read by meshio, compared with what h5py
# reads, for every method, in one to three dimensions, under names that markup would have to escape; with
# --reconstruct field, coefficient and flux in one file.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

cat >look.py <<'TEXT'
"""look.py (NAME DIMENSION CELLS)...: are nodes, cells and values of NAME.vtk those of NAME.h5?"""
import sys
import h5py
import meshio
import numpy


def look(name, dimension, cells):
    solution = h5py.File(name + ".h5")["solution"][()]
    mesh = meshio.read(name + ".vtk")
    values = numpy.asarray(mesh.point_data["solution"]).ravel()
    assert solution.shape == (cells + 1,) * dimension, solution.shape
    assert values.shape == (solution.size,) and mesh.points.shape == (solution.size, 3)
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    assert numpy.allclose(low, 0) and numpy.allclose(high, [1, dimension > 1, dimension > 2]), high
    assert sum(len(block.data) for block in mesh.cells) == cells**dimension
    node = numpy.rint(mesh.points * cells).astype(int)
    expected = solution[tuple(node[:, axis] for axis in reversed(range(dimension)))]
    assert (values == expected).all(), abs(values - expected).max()
    assert len(set(values)) > (cells - 1) ** dimension  # no symmetry hides an exchange of axes


def look_fields(name, dimension, cells):
    file = h5py.File(name + ".h5")
    mesh = meshio.read(name + ".vtk")
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    assert numpy.allclose(low, 0) and numpy.allclose(high, [1, dimension > 1, dimension > 2]), high
    axes = list(reversed(range(dimension)))
    node = numpy.rint(mesh.points * cells).astype(int)
    fine, solution = file["fine_solution"][()], file["solution"][()]
    assert fine.shape == (cells + 1,) * dimension and len(mesh.points) == fine.size
    values = numpy.asarray(mesh.point_data["fine_solution"]).ravel()
    assert (values == fine[tuple(node[:, axis] for axis in axes)]).all()
    # The interpolated solution, at the nodes of its own mesh.
    ratio = cells // (solution.shape[0] - 1)
    values = numpy.asarray(mesh.point_data["solution"]).ravel()
    there = (node[:, :dimension] % ratio == 0).all(axis=1)
    assert there.sum() == solution.size
    expected = solution[tuple(node[there][:, axis] // ratio for axis in axes)]
    assert numpy.allclose(values[there], expected, rtol=1e-14, atol=0)
    # Cells are numbered with x fastest in both.
    A, flux = file["coefficient"][()], file["flux"][()]
    ratio = cells // A.shape[0]
    index = numpy.unravel_index(numpy.arange(cells**dimension), (cells,) * dimension)
    cell = tuple(i // ratio for i in index)
    data = {key: numpy.concatenate(blocks) for key, blocks in mesh.cell_data.items()}
    middle = mesh.points[mesh.cells[0].data].mean(axis=1)
    for axis in range(dimension):
        assert numpy.allclose(middle[:, axis], (index[dimension - 1 - axis] + 0.5) / cells)
    assert (data["coefficient"].ravel() == A[cell]).all() and data["flux"].shape == (cells**dimension, 3)
    assert (data["flux"][:, :dimension] == flux[cell]).all() and not data["flux"][:, dimension:].any()


for first in range(1, len(sys.argv), 3):
    print(sys.argv[first])
    how = look_fields if sys.argv[first].startswith("fields") else look
    how(sys.argv[first], int(sys.argv[first + 1]), int(sys.argv[first + 2]))
TEXT
look=(/usr/bin/python3 look.py)

# solves NAME DIMENSION CELLS COEFFICIENT OPTIONS...: solves into NAME.h5; the program must name NAME.vtk.
solves() {
  local name=$1
  look+=("$1" "$2" "$3")
  expect 0 '' "$bin/lod-solve" "$4" --rhs '1 + x' "${@:5}" --output "$name.h5"
  grep -qF "(ParaView: $name.vtk)" stdout.txt || fail "the companion is not named: $name"
}

for dimension in 1 2 3; do
  expect 0 '' "$bin/lod-sample" --dim $dimension --cells 8 --seed 9 --output d$dimension.h5
  solves "lod $dimension" $dimension 4 d$dimension.h5 --coarse 4 --ell 1
  solves fine-$dimension $dimension 16 d$dimension.h5 --coarse 4 --method fine
  solves fields-$dimension $dimension 16 d$dimension.h5 --coarse 4 --ell 1 --reconstruct
  solves fields-fine-$dimension $dimension 16 d$dimension.h5 --coarse 4 --method fine --reconstruct
done
solves 'a&b <c> "d" '"'e'" 2 4 d2.h5 --coarse 4 --method coarse
solves "$scratch/absolute" 2 4 d2.h5 --coarse 4 --method coarse
expect 0 '' "$bin/lod-sample" --cells 32 --seed 9 --output d2-32.h5
solves dnn 2 4 d2-32.h5 --method dnn
expect 0 '' "${look[@]}"
finish
