#!/usr/bin/python3
"""Makes boxes.h5: local operators and solutions of small problems on boxes whose cells are not cubes,
by a plain implementation in numpy and scipy, an independent reference.

Groups 0, 1, ...: `coefficient` [z][y][x], `local_operators` [cell][z][j] and `lod`, `fine`, `coarse`
(nodal values, f = x + 1/2), attributes coarse, fine_cells and extent (lists, x first), ell, natural
(two numbers an axis).
"""
from itertools import product

import h5py
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sl


def kron(matrices):
    """Tensor product with the first axis fastest."""
    result = sp.csr_matrix(np.ones((1, 1)))
    for matrix in matrices:
        result = sp.kron(matrix, result)
    return result.tocsr()


def indices(sizes):
    """All multi-indices of a box, first axis fastest."""
    return [tuple(reversed(i)) for i in product(*(range(n) for n in reversed(sizes)))]


class Mesh:
    """Fine mesh of a box: `cells` cells along each axis."""

    def __init__(self, cells, extent):
        self.cells, self.d = cells, len(cells)
        self.h = [e / n for e, n in zip(extent, cells)]
        self.nodes = indices([n + 1 for n in cells])
        self.number = {node: i for i, node in enumerate(self.nodes)}
        self.corners = indices([2] * self.d)
        self.dofs = [[self.number[tuple(np.add(c, o))] for o in self.corners] for c in indices(cells)]
        stiffness = [np.array([[1, -1], [-1, 1.]]) / h for h in self.h]
        mass = [np.array([[2, 1], [1, 2.]]) * h / 6 for h in self.h]
        self.stiffness = sum(kron([stiffness[b] if b == a else mass[b] for b in range(self.d)])
                             for a in range(self.d)).toarray()
        self.mass = kron(mass).toarray()

    def assemble(self, cells, matrix, weight):
        """Sum over the numbered cells of matrix times weight[cell]."""
        rows, columns, values = [], [], []
        for cell in cells:
            dofs = self.dofs[cell]
            rows += np.repeat(dofs, len(dofs)).tolist()
            columns += np.tile(dofs, len(dofs)).tolist()
            values += (weight[cell] * matrix).ravel().tolist()
        return sp.csr_matrix((values, (rows, columns)), shape=(len(self.nodes),) * 2)


def hats(n_coarse, ratio):
    """Values of the coarse hats at fine nodes, along one axis."""
    fine, coarse = np.arange(n_coarse * ratio + 1)[:, None], np.arange(n_coarse + 1)[None]
    return np.maximum(0, 1 - np.abs(fine / ratio - coarse))


def is_free(node, last, natural):
    return all((0 < i or low) and (i < n or high)
               for i, n, (low, high) in zip(node, last, natural))


def solve(A, coarse, fine, extent, ell, natural):
    """A has one value per fine cell, x fastest."""
    d, ratio = len(coarse), [f // n for f, n in zip(fine, coarse)]
    mesh, every = Mesh(fine, extent), range(int(np.prod(fine)))
    ones = np.ones(len(A))
    K = mesh.assemble(every, mesh.stiffness, A)
    M = mesh.assemble(every, mesh.mass, ones)
    P = kron([hats(n, r) for n, r in zip(coarse, ratio)]).tocsc()
    f = np.array([node[0] * mesh.h[0] + 0.5 for node in mesh.nodes])
    cells, coarse_nodes = indices(coarse), indices([n + 1 for n in coarse])
    number = {node: i for i, node in enumerate(coarse_nodes)}
    corners = lambda cell: [number[tuple(np.add(cell, o))] for o in mesh.corners]
    fine_of = {cell: [] for cell in cells}
    for i, cell in enumerate(indices(fine)):
        fine_of[tuple(c // r for c, r in zip(cell, ratio))].append(i)
    free_fine = [i for i, node in enumerate(mesh.nodes) if is_free(node, fine, natural)]
    free_coarse = [i for i, node in enumerate(coarse_nodes) if is_free(node, coarse, natural)]

    # I_h: the L2 projection on every cell, then averages at the nodes
    I, count = np.zeros((len(coarse_nodes), len(mesh.nodes))), np.zeros(len(coarse_nodes))
    for cell in cells:
        local = corners(cell)
        MT, PT = mesh.assemble(fine_of[cell], mesh.mass, ones), P[:, local]
        I[local] += np.linalg.solve((PT.T @ MT @ PT).toarray(), (PT.T @ MT).toarray())
        count[local] += 1
    I /= count[:, None]

    operators, S = [], np.zeros((len(coarse_nodes),) * 2)
    for cell in cells:
        low = [max(0, c - ell) for c in cell]
        high = [min(n, c + ell + 1) for c, n in zip(cell, coarse)]
        patch = [i for c in cells if all(a <= b < e for a, b, e in zip(low, c, high))
                 for i in fine_of[c]]
        inside = [i for i in free_fine if all(
            (a * r < x or (a == 0 == x)) and (x < e * r or (e == n and x == e * r))
            for x, a, e, r, n in zip(mesh.nodes[i], low, high, ratio, coarse))]
        constraints = [z for z in free_coarse
                       if all(a <= x <= e for x, a, e in zip(coarse_nodes[z], low, high))]
        local = corners(cell)
        KT, KP = mesh.assemble(fine_of[cell], mesh.stiffness, A), mesh.assemble(
            patch, mesh.stiffness, A)
        C, b = I[constraints][:, inside], (KT @ P[:, local]).toarray()
        system = sp.bmat([[KP[inside][:, inside], C.T], [C, None]]).tocsc()
        right = np.vstack([b[inside], np.zeros((len(constraints), len(local)))])
        Q = np.zeros((len(mesh.nodes), len(local)))
        Q[inside] = sl.splu(system).solve(right)[:len(inside)]
        ST = (P.T @ (KT @ P[:, local])).toarray() - P.T @ (KP @ Q)
        S[:, local] += ST
        uncut = indices([2 * ell + 2] * d)
        rows = np.zeros((len(uncut), len(local)))
        for z, offset in enumerate(uncut):
            node = tuple(c - ell + o for c, o in zip(cell, offset))
            if node in number:
                rows[z] = ST[number[node]]
        operators.append(rows)

    load = M @ f
    lod, plain, u = np.zeros(len(coarse_nodes)), np.zeros(len(coarse_nodes)), np.zeros(len(f))
    square = np.ix_(free_coarse, free_coarse)
    lod[free_coarse] = np.linalg.solve(S[square], (P.T @ load)[free_coarse])
    plain[free_coarse] = np.linalg.solve((P.T @ K @ P).toarray()[square], (P.T @ load)[free_coarse])
    u[free_fine] = sl.spsolve(K[free_fine][:, free_fine].tocsc(), load[free_fine])
    return np.array(operators), lod, u, plain


# coarse cells, cells of A, fine cells, extents, layers, natural faces
PROBLEMS = [
    ((5,), (10,), (20,), (3.,), 1, ((0, 1),)),
    ((3, 5), (6, 10), (12, 20), (1.2, 2.2), 1, ((0, 0), (0, 0))),
    ((6, 3), (12, 9), (12, 18), (7., 1.), 2, ((0, 0), (0, 0))),
    ((4, 1), (8, 3), (16, 6), (1., 0.1), 1, ((0, 0), (1, 0))),
    ((1, 6), (2, 12), (4, 12), (5., 2.), 2, ((0, 1), (0, 0))),
    ((3, 2, 4), (3, 4, 4), (6, 4, 8), (1., 2., 0.5), 1, ((0, 0), (0, 0), (0, 1))),
    ((1, 3, 2), (2, 3, 2), (4, 6, 4), (1., 3., 3.), 1, ((1, 0), (0, 0), (0, 0))),
]


def main():
    draw = np.random.default_rng(20)
    with h5py.File('boxes.h5', 'w') as file:
        for i, (coarse, cells, fine, extent, ell, natural) in enumerate(PROBLEMS):
            A = np.exp(2 * draw.standard_normal(cells[::-1]))
            whole = A
            for axis, (f, e) in enumerate(zip(fine, cells)):
                whole = np.repeat(whole, f // e, len(fine) - 1 - axis)
            operators, lod, u, plain = solve(whole.ravel(), coarse, fine, extent, ell, natural)
            group = file.create_group(str(i))
            group['coefficient'] = A
            if A.shape[-1] == 2 and A.ndim == 3:
                group['coefficient'].attrs['dimension'] = 3  # not diagonal tensors in a plane
            group['local_operators'] = operators
            group['lod'], group['fine'], group['coarse'] = lod, u, plain
            group.attrs.update(coarse=coarse, fine_cells=fine, extent=extent, ell=ell,
                               natural=np.ravel(natural))


if __name__ == '__main__':
    main()
