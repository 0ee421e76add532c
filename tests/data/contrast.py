#!/usr/bin/env python3
"""Makes contrast.h5: LOD and fine solutions of small problems of high contrast in 256-bit arithmetic,
an independent reference for what double precision makes of them. Needs numpy, h5py, python-flint.

Groups 0, 1, ...: `coefficient`, `lod` and `fine` (nodal values, f = 1, u = 0 all round), attributes
name, coarse, fine_cells, ell. Arrays are [y][x]; tuples of indices here are (x, y).
"""
from collections import defaultdict
from itertools import product

import h5py
import numpy as np
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat

ctx.prec = 256


def offsets(d):
    """The corners of a cell, x fastest."""
    return [tuple(a >> o & 1 for o in range(d)) for a in range(2**d)]


def element(d, h):
    """Stiffness [a][b] of a cell of side h, A = 1: sums of tensor products, exactly."""
    stiffness, mass = [[1, -1], [-1, 1]], [[fmpq(1, 3), fmpq(1, 6)], [fmpq(1, 6), fmpq(1, 3)]]
    matrix = [[fmpq(0)] * 2**d for _ in range(2**d)]
    for (a, p), (b, q) in product(enumerate(offsets(d)), repeat=2):
        for axis in range(d):
            part = fmpq(1)
            for o in range(d):
                part *= (stiffness if o == axis else mass)[p[o]][q[o]]
            matrix[a][b] += part * (1 / h if d == 1 else h ** (d - 2))
    return matrix


def projection(r):
    """[i][k]: the cellwise L2 projection onto the two hats of an interval of r cells, of fine hat k."""
    load = [[fmpq(0)] * (r + 1) for _ in range(2)]
    for c, a, b, i in product(range(r), range(2), range(2), range(2)):
        hat = fmpq(c + b, r) if i else 1 - fmpq(c + b, r)
        load[i][c + a] += (fmpq(1, 3) if a == b else fmpq(1, 6)) * hat / r
    inverse = fmpq_mat([[fmpq(1, 3), fmpq(1, 6)], [fmpq(1, 6), fmpq(1, 3)]]).inv()
    return [[sum(inverse[i, j] * load[j][k] for j in range(2)) for k in range(r + 1)] for i in range(2)]


def solve(entries, right, columns=1):
    """Dense solution of the system with these entries {(i, j): value}; right {(i, column): value}."""
    n = 1 + max(i for i, _ in entries)
    matrix, load = arb_mat(n, n), arb_mat(n, columns)
    for place, value in entries.items():
        matrix[place] = arb(value)
    for place, value in right.items():
        load[place] = arb(value)
    return matrix.solve(load)


def nodal(solution, unknown, cells, d):
    """Nodal values with the boundary, rounded to double."""
    values = np.zeros((cells + 1,) * d)
    for node, i in unknown.items():
        values[tuple(reversed(node))] = float(solution[i, 0].mid())
    return values


class Problem:
    """A coefficient on a fine mesh of `fine` and a coarse one of `coarse` cells per axis."""

    def __init__(self, A, coarse, fine, ell):
        self.A, self.N, self.F, self.ell, self.d = A, coarse, fine, ell, A.ndim
        self.r, self.q = fine // coarse, fine // A.shape[0]
        self.K, self.corners = element(self.d, fmpq(1, fine)), offsets(self.d)
        self.R = projection(self.r)

    def value(self, cell):
        """A on a fine cell."""
        return arb(float(self.A[tuple(c // self.q for c in reversed(cell))]))

    def hat(self, j, node):
        """Corner function j of a coarse cell at one of its fine nodes."""
        values = [fmpq(n, self.r) if j >> o & 1 else 1 - fmpq(n, self.r) for o, n in enumerate(node)]
        return values[0] if self.d == 1 else values[0] * values[1]

    def stiffness(self, cells, unknown):
        """Entries of the stiffness matrix on the unknowns, over the fine cells given."""
        entries = defaultdict(arb)
        for cell in cells:
            scale = self.value(cell)
            numbers = [unknown.get(tuple(map(sum, zip(cell, o)))) for o in self.corners]
            for (a, i), (b, j) in product(enumerate(numbers), repeat=2):
                if i is not None and j is not None:
                    entries[i, j] += scale * self.K[a][b]
        return entries

    def fine_solution(self):
        """Q1 on the fine mesh."""
        nodes = {n: i for i, n in enumerate(product(range(1, self.F), repeat=self.d))}
        entries = self.stiffness(product(range(self.F), repeat=self.d), nodes)
        load = {(i, 0): fmpq(1, self.F) ** self.d for i in range(len(nodes))}
        return nodal(solve(entries, load), nodes, self.F, self.d)

    def correctors(self, T, low, high):
        """Values of the correctors Q_j of cell T at the unknowns of its patch, and those unknowns."""
        d, r = self.d, self.r
        unknown = {n: i for i, n in enumerate(product(*(range(l * r + 1, h * r) for l, h in zip(low, high))))}
        rows = (z for z in product(*(range(l, h + 1) for l, h in zip(low, high))) if all(0 < c < self.N for c in z))
        row = {z: len(unknown) + i for i, z in enumerate(rows)}
        entries = self.stiffness(product(*(range(l * r, h * r) for l, h in zip(low, high))), unknown)
        for cell, (a, o) in product(product(*map(range, low, high)), enumerate(self.corners)):
            z = tuple(map(sum, zip(cell, o)))
            if z not in row:
                continue
            for local in product(range(r + 1), repeat=d):
                i = unknown.get(tuple(c * r + l for c, l in zip(cell, local)))
                if i is None:
                    continue
                weight = arb(fmpq(1, 2**d))
                for axis in range(d):
                    weight *= self.R[a >> axis & 1][local[axis]]
                entries[row[z], i] += weight
                entries[i, row[z]] += weight
        right = defaultdict(arb)
        for local in product(range(r), repeat=d):
            cell = tuple(t * r + l for t, l in zip(T, local))
            for (a, o), (b, p), j in product(enumerate(self.corners), enumerate(self.corners), range(2**d)):
                i = unknown.get(tuple(map(sum, zip(cell, o))))
                if i is not None:
                    at = tuple(map(sum, zip(local, p)))
                    right[i, j] += self.value(cell) * self.K[a][b] * self.hat(j, at)
        return solve(entries, right, 2**d), unknown

    def add_operator(self, T, index, entries):
        """Adds S_T[z, j] = a_T(Lam_j, phi_z) - a(Q_j, phi_z) to the coarse matrix."""
        d, r = self.d, self.r
        low = [max(0, t - self.ell) for t in T]
        high = [min(self.N, t + self.ell + 1) for t in T]
        Q, unknown = self.correctors(T, low, high)
        for coarse, local in product(product(*map(range, low, high)), product(range(r), repeat=d)):
            cell = tuple(c * r + l for c, l in zip(coarse, local))
            numbers = [unknown.get(tuple(map(sum, zip(cell, o)))) for o in self.corners]
            at = [tuple(map(sum, zip(local, o))) for o in self.corners]
            for j, o in enumerate(self.corners):
                column = index.get(tuple(map(sum, zip(T, o))))
                if column is None:
                    continue
                u = [(self.hat(j, at[b]) if coarse == T else 0) - (0 if i is None else Q[i, j])
                     for b, i in enumerate(numbers)]
                flux = [self.value(cell) * sum((self.K[a][b] * u[b] for b in range(2**d)), arb(0))
                        for a in range(2**d)]
                for z, p in enumerate(self.corners):
                    line = index.get(tuple(map(sum, zip(coarse, p))))
                    if line is not None:
                        entries[line, column] += sum((self.hat(z, at[a]) * flux[a] for a in range(2**d)), arb(0))

    def lod_solution(self):
        """u of S u = M f at the coarse nodes."""
        index = {z: i for i, z in enumerate(product(range(1, self.N), repeat=self.d))}
        entries = defaultdict(arb)
        for T in product(range(self.N), repeat=self.d):
            self.add_operator(T, index, entries)
        load = {(i, 0): fmpq(1, self.N) ** self.d for i in range(len(index))}
        return nodal(solve(entries, load), index, self.N, self.d)


def coefficient(kind, contrast, d, cells, chance):
    """Two values by chance; a block of large or of small values in values from 1 to 5; log-uniform."""
    middle = (slice(cells // 4, 3 * cells // 4),) * d
    if kind == "two":
        return np.where(chance.random((cells,) * d) < 0.5, 1.0, contrast)
    if kind == "uniform":
        return contrast ** chance.random((cells,) * d)
    A = chance.uniform(1, 5, (cells,) * d)
    A[middle] = contrast if kind == "island" else 1 / contrast
    return A


def main():
    chance = np.random.default_rng(2026)
    with h5py.File("contrast.h5", "w") as file:
        for d, cells, coarse, fine, ell in ((1, 32, 8, 64, 2), (2, 8, 4, 8, 1)):
            for kind, contrast in product(("two", "uniform", "island", "block"), (1e5, 1e9, 1e12, 1e13, 1e15, 1e16)):
                A = coefficient(kind, contrast, d, cells, chance)
                problem = Problem(A, coarse, fine, ell)
                group = file.create_group(str(len(file)))
                group["coefficient"], group["lod"], group["fine"] = A, problem.lod_solution(), problem.fine_solution()
                group.attrs["name"] = f"{kind} {contrast:g}"
                group.attrs.update(coarse=coarse, fine_cells=fine, ell=ell)


if __name__ == "__main__":
    main()
