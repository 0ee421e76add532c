#!/usr/bin/env bash
# lod-solve --reconstruct: the fine-scale field and its fluxes, held against the problem by what h5py
# reads: balances of cells, faces with known flow, gradients; and the same by two ranks.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 # CI runs as root

cat >look.py <<'TEXT'
"""look.py DIMENSION NAME TOLERANCE: -div(A grad u) + 3 u = 1 + x on (0, 2) x (0, 1).., well of rate 2,
A grad u.n = 2 (5 - u) on the right, x on top, 0 at the bottom, u given on all other faces."""
import sys
import h5py
import numpy

dim, name, tolerance = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
file = h5py.File(name)
u, A, flux = (file[key][()] for key in ("fine_solution", "coefficient", "flux"))
faces = [file["face_flux_" + "xyz"[axis]][()] for axis in range(dim)]
extent = numpy.array([2.0, 1, 1][:dim])
fine = numpy.array(u.shape[::-1]) - 1
cells = numpy.array(faces[0].shape[::-1]) - ([1] + [0] * (dim - 1))
side, small = extent / cells, extent / fine


def along(axis):
    """The place of axis x, y, z in arrays."""
    return dim - 1 - axis


def mean(values, axes):
    """Means of neighbours along axes."""
    for axis in axes:
        n = values.shape[along(axis)]
        values = (numpy.take(values, range(1, n), along(axis)) + numpy.take(values, range(n - 1), along(axis))) / 2
    return values


def coarsen(values, counts):
    """Sums over equal blocks, so many of them along x, y, z."""
    for axis in range(dim):
        n = values.shape[along(axis)]
        if n > 1:
            shape = values.shape[: along(axis)] + (counts[axis], n // counts[axis]) + values.shape[along(axis) + 1 :]
            values = values.reshape(shape).sum(axis=along(axis) + 1)
    return values


# What a cell produces: f, the well at (0.3, 0.1, 0.1), and minus 3 u.
middle = (numpy.arange(cells[0]) + 0.5) * side[0]
sources = (1 + middle) * side.prod() * numpy.ones(tuple(cells[::-1]))
sources -= 3 * coarsen(mean(u, range(dim)), cells) * small.prod()
sources[tuple(int(x) for x in ([0.3, 0.1, 0.1][:dim] / side)[::-1])] += 2
outflow = sum(numpy.diff(faces[axis], axis=along(axis)) for axis in range(dim))
size = max(abs(face).max() for face in faces)
assert abs(outflow - sources).max() <= tolerance * size, abs(outflow - sources).max() / size
assert file["face_flux_x"].attrs["imbalance"] <= tolerance

# Faces whose flow is known.
right = numpy.take(u, [fine[0]], along(0))
known = coarsen(2 * (5 - mean(right, range(1, dim))) * small[1:].prod(), cells)
assert numpy.allclose(-numpy.take(faces[0], [cells[0]], along(0)), known, rtol=0, atol=1e-9 * size)
if dim > 1:
    top, bottom = (numpy.take(faces[1], [place], along(1)) for place in (cells[1], 0))
    known = middle * side[0] * (side[2] if dim > 2 else 1)
    assert numpy.allclose(-top, known * numpy.ones_like(top), rtol=0, atol=1e-9 * size)
    assert abs(bottom).max() == 0

# The flux of each coefficient cell, from the means of u over its faces.
for axis in range(dim):
    slope = numpy.diff(mean(u, [other for other in range(dim) if other != axis]), axis=along(axis)) / small[axis]
    count = numpy.array(A.shape[::-1])
    expected = -A * coarsen(slope, count) / (fine // count).prod()
    assert numpy.allclose(flux[..., axis], expected, rtol=0, atol=1e-12 * abs(flux).max())
# u_ms is more than the interpolant of the solution, which the fine one is itself.
assert (u.shape == file["solution"].shape and (u == file["solution"][()]).all()) == (fine[0] == cells[0])
TEXT

problem=(--rhs '1 + x' --reaction 3 --dirichlet 'left=1 + x' --robin 'right=2,5')
for dimension in 1 2 3; do
  coarse=2 cells=4 extent=2 well=0.3
  [ $dimension -eq 3 ] || { coarse=4 cells=8; }
  [ $dimension -ne 2 ] || { problem+=(--flux top=x --neumann bottom) extent=2x1 well=0.3,0.1; }
  [ $dimension -ne 3 ] || { problem+=(--dirichlet front=y) extent=2x1x1 well=0.3,0.1,0.1; }
  expect 0 '' "$bin/lod-sample" --dim $dimension --cells $cells --seed 4 --output a.h5
  options=("${problem[@]}" --well "$well=2" --coarse "$coarse" --ell 1 --extent "$extent" --reconstruct)
  for way in '--method lod' '--method lod --correct' '--method coarse' '--method fine'; do
    # Iterative solves leave a part of the equations.
    rest=() tolerance=1e-11
    [[ $way = *lod* ]] || rest=(-- -fine_ksp_rtol 1e-14 -coarse_ksp_rtol 1e-14)
    # shellcheck disable=SC2086
    expect 0 '' "$bin/lod-solve" a.h5 $way "${options[@]}" --output u.h5 "${rest[@]}"
    expect 0 '' /usr/bin/python3 look.py $dimension u.h5 $tolerance
  done
  expect 0 '' mpiexec --oversubscribe -n 2 "$bin/lod-solve" a.h5 --correct "${options[@]}" --output two.h5
  expect 0 '' "$bin/lod-solve" a.h5 --correct "${options[@]}" --output one.h5
  expect 0 '' h5diff --delta=1e-11 one.h5 two.h5 /fine_solution
  expect 0 '' h5diff --delta=1e-9 one.h5 two.h5 /face_flux_x
done

# Through a face that no other Dirichlet face meets flows what the equations of its nodes say.
expect 0 '' "$bin/lod-solve" a.h5 --coarse 2 --ell 1 --rhs x --correct --dirichlet left=1 \
  --neumann top,bottom,front,back --reconstruct --report flow.json --output flow.h5
expect 0 '' /usr/bin/python3 -c '
import h5py, json
flux, known = h5py.File("flow.h5")["face_flux_x"][()], json.load(open("flow.json"))["quantities"]
for inflow, name in ((flux[..., 0].sum(), "inflow_left"), (-flux[..., -1].sum(), "inflow_right")):
    assert abs(inflow - known[name]) < 1e-11 * abs(known[name]), (inflow, known[name])'

# Without the option there is none of it.
expect 0 '' "$bin/lod-solve" a.h5 --coarse 2 --output plain.h5
expect 0 '' /usr/bin/python3 -c 'import h5py; assert not {"fine_solution", "flux"} & set(h5py.File("plain.h5"))'
# Learned operators balance no cells, and say so.
expect 0 '' "$bin/lod-sample" --cells 32 --seed 4 --output a.h5
expect 0 '' "$bin/lod-solve" a.h5 --method dnn --reconstruct --output u.h5
grep -q '^fluxes .*none of faces: learned' stdout.txt || fail 'nothing is said of the faces'
expect 0 '' /usr/bin/python3 -c 'import h5py; assert {"fine_solution", "flux"} < set(h5py.File("u.h5")) - {"face_flux_x"}'
finish
