#!/usr/bin/python3
"""Makes forms.h5: problems with boundary data, sources, tensors, reaction and masks, solved by a
plain implementation of the formulas in numpy, an independent reference for src/README.md.

    -div(A grad u) + c u = f,  u = g | A grad u.n = q | A grad u.n = r (g - u) | A grad u.n = 0

Element integrals are by Gauss quadrature, corrector problems by a basis of the kernel of I_h: nothing
here is how lodnet does it. Dense on purpose: a few hundred fine nodes take a second.

Every group is a problem. Arrays of cells and nodes have the shape of the mesh, x last. Input:
attributes coarse, cells, fine (lists, x first), extent, ell, faces (two an axis: 1 u = g, 2 natural,
3 flux, 4 Robin), walls (0 natural, 1 Dirichlet); `coefficient` (cells, components of the upper
triangle), `reaction`, `mask`, `robin_AXIS_SIDE` (r on the cells of a face), `f`, `flux_AXIS_SIDE`,
`value_AXIS_SIDE` (Robin's g) on cells, `boundary` (g at fine Dirichlet nodes, else 0), `wells` (point
and rate a row). Loads: `load` [fine nodes], `source` [coarse cell][nodes of the closed cell], minus
a_T(e, .). Output: `local_operators` [cell][z][j], `local_loads` [cell][z]; for corrected and plain
(R = e = 0) `NAME_coarse` u_H, `NAME_ms` u_ms, `NAME_flow` [coarse nodes] a(u_ms, phi_z) - l(phi_z);
`q1` and `fine`, the plain Galerkin solutions, and `fine_flow` [fine nodes]. Nodes that touch no cell
of D have 0, and so have loads, flows and rows at nodes of Dirichlet walls.
"""
import os
from itertools import product

import h5py
import numpy as np

DIRICHLET, NATURAL, FLUX, ROBIN = 1, 2, 3, 4


def indices(sizes):
    """All multi-indices of a box, first axis fastest."""
    return [tuple(reversed(i)) for i in product(*(range(n) for n in reversed(sizes)))]


def gauss(side):
    """Two points of Gauss a side: points, weights, of a box with these sides."""
    points, weights = [], []
    for choice in product((-1, 1), repeat=len(side)):
        points.append([s * (0.5 + o / np.sqrt(12)) for s, o in zip(side, choice)])
        weights.append(np.prod(side) / 2**len(side))
    return np.array(points), weights


def shapes(side, point):
    """Values and gradients of the 2^d corner functions of a box at a point of it."""
    values, gradients = [], []
    for corner in indices([2] * len(side)):
        factors = [p / s if o else 1 - p / s for o, p, s in zip(corner, point, side)]
        values.append(np.prod(factors))
        gradients.append([(1 if o else -1) / s * np.prod(factors[:a] + factors[a + 1:])
                          for a, (o, s) in enumerate(zip(corner, side))])
    return np.array(values), np.array(gradients)


class Mesh:
    """Cells, nodes and their numbers, x fastest."""

    def __init__(self, cells, extent):
        self.count, self.d = list(cells), len(cells)
        self.side = [e / n for e, n in zip(extent, cells)]
        self.cells, self.nodes = indices(cells), indices([n + 1 for n in cells])
        self.number = {node: i for i, node in enumerate(self.nodes)}
        self.corners = [[self.number[tuple(np.add(c, o))] for o in indices([2] * self.d)]
                        for c in self.cells]

    def on(self, node, axis, side):
        return node[axis] == (self.count[axis] if side else 0)


class Problem:
    """A problem as data; see the head of the file for the names. `faces` maps (axis, side) to what is
    not Dirichlet: (kind, q or Robin's g a cell of the face, r a cell of the face)."""

    def __init__(self, coarse, cells, fine, extent, ell, A, faces=None, c=None, f=None, g=None,
                 wells=(), mask=None, walls=0):
        d = len(coarse)
        self.coarse, self.fine = Mesh(coarse, extent), Mesh(fine, extent)
        self.cells = Mesh(cells, extent)
        self.extent, self.ell, self.d, self.faces = list(extent), ell, d, faces or {}
        self.ratio = [f // n for f, n in zip(fine, coarse)]
        self.A, n = A, len(self.cells.cells)
        self.tensors = np.array([self.tensor(values) for values in A])
        self.c = np.zeros(n) if c is None else c
        self.f = np.zeros(n) if f is None else f
        self.mask = np.ones(n, bool) if mask is None else mask.astype(bool)
        self.has_mask, self.walls, self.wells = mask is not None, walls, wells
        self.parent = [self.cells.cells.index(tuple(i * e // n for i, e, n in zip(cell, cells, fine)))
                       for cell in self.fine.cells]
        self.of = [[] for _ in self.coarse.cells]
        for i, cell in enumerate(self.fine.cells):
            self.of[self.coarse.cells.index(tuple(x // r for x, r in zip(cell, self.ratio)))].append(i)
        self.find_nodes()
        self.g = np.zeros(len(self.fine.nodes))
        if g is not None:
            self.g[self.fixed] = g[self.fixed]
        self.g[self.wall | ~self.active] = 0
        self.matrices = [self.cell_matrix(i) for i in range(len(self.fine.cells))]
        self.loads = [self.cell_load(i) for i in range(len(self.fine.cells))]

    def tensor(self, values):
        if len(values) == 1:
            return values[0] * np.eye(self.d)
        if len(values) == self.d:
            return np.diag(values)
        matrix = np.zeros((self.d, self.d))
        matrix[np.triu_indices(self.d)] = values
        return matrix + np.triu(matrix, 1).T

    def is_dirichlet(self, mesh, node):
        return any(mesh.on(node, *face) and face not in self.faces
                   for face in product(range(self.d), (0, 1)))

    def find_nodes(self):
        """Fine nodes: active (they touch a cell of D), wall (Dirichlet walls take them), fixed (u is
        given there, or they are not active); coarse nodes: active, fixed."""
        touches, lacks = (np.zeros(len(self.fine.nodes), bool) for _ in range(2))
        for cell, corners in enumerate(self.fine.corners):
            inside = self.mask[self.parent[cell]]
            touches[corners] |= inside
            lacks[corners] |= not inside
        self.active = touches
        self.wall = touches & lacks & bool(self.walls)
        on_face = np.array([self.is_dirichlet(self.fine, node) for node in self.fine.nodes])
        self.fixed = on_face | self.wall | ~touches
        self.coarse_active = np.zeros(len(self.coarse.nodes), bool)
        for cell, corners in enumerate(self.coarse.corners):
            self.coarse_active[corners] |= any(self.mask[self.parent[i]] for i in self.of[cell])
        self.at = np.array([self.fine.number[tuple(x * r for x, r in zip(node, self.ratio))]
                            for node in self.coarse.nodes])  # the coarse nodes among the fine ones
        on_face = np.array([self.is_dirichlet(self.coarse, node) for node in self.coarse.nodes])
        self.coarse_fixed = on_face | ~self.coarse_active
        if self.walls:  # what lies on a wall or behind it
            self.coarse_fixed |= self.wall[self.at] | ~self.active[self.at]
        # Corner functions at fine nodes; Dirichlet walls cut them off.
        hats = np.ones((len(self.fine.nodes), len(self.coarse.nodes)))
        for i, x in enumerate(self.fine.nodes):
            for j, z in enumerate(self.coarse.nodes):
                hats[i, j] = np.prod([max(0, 1 - abs(a / r - b))
                                      for a, b, r in zip(x, z, self.ratio)])
        hats[self.wall | ~self.active] = 0
        if self.walls:  # and leave none at coarse nodes that they hold
            hats[:, self.wall[self.at] | ~self.active[self.at]] = 0
        self.hats = hats

    def faces_of(self, cell):
        """The faces of D that fine cell number `cell` lies on with data: kind, value, r, axis, side."""
        for (axis, side), (kind, value, rate) in self.faces.items():
            index = self.fine.cells[cell]
            if index[axis] != (self.fine.count[axis] - 1 if side else 0):
                continue
            parent = self.cells.cells[self.parent[cell]]
            across = [n for a, n in enumerate(self.cells.count) if a != axis]
            place = indices(across).index(tuple(x for a, x in enumerate(parent) if a != axis))
            yield kind, value[place], rate[place], axis, side

    def face_integrals(self, axis, side):
        """Integrals over a face of a fine cell of the hats, and of their products."""
        sides = self.fine.side
        points, weights = gauss([s for a, s in enumerate(sides) if a != axis])
        one, two = np.zeros(2**self.d), np.zeros((2**self.d, 2**self.d))
        for point, weight in zip(points, weights):
            whole = np.insert(point, axis, side * sides[axis])
            value = shapes(sides, whole)[0]
            one += weight * value
            two += weight * np.outer(value, value)
        return one, two

    def cell_matrix(self, cell):
        matrix, parent = np.zeros((2**self.d, 2**self.d)), self.parent[cell]
        if not self.mask[parent]:
            return matrix
        for point, weight in zip(*gauss(self.fine.side)):
            value, gradient = shapes(self.fine.side, point)
            matrix += weight * gradient @ self.tensors[parent] @ gradient.T
            matrix += weight * self.c[parent] * np.outer(value, value)
        for kind, _, rate, axis, side in self.faces_of(cell):
            if kind == ROBIN:
                matrix += rate * self.face_integrals(axis, side)[1]
        return matrix

    def cell_load(self, cell):
        load, parent = np.zeros(2**self.d), self.parent[cell]
        if not self.mask[parent]:
            return load
        for point, weight in zip(*gauss(self.fine.side)):
            load += weight * self.f[parent] * shapes(self.fine.side, point)[0]
        for kind, value, rate, axis, side in self.faces_of(cell):
            if kind in (FLUX, ROBIN):
                load += value * (rate if kind == ROBIN else 1) * self.face_integrals(axis, side)[0]
        for *point, rate in self.wells:
            if tuple(int(p / s) for p, s in zip(point, self.fine.side)) == self.fine.cells[cell]:
                local = [p - i * s for p, i, s in zip(point, self.fine.cells[cell], self.fine.side)]
                load += rate * shapes(self.fine.side, local)[0]
        return load

    def assemble(self, cells):
        """The form of these fine cells on all fine nodes."""
        K = np.zeros((len(self.fine.nodes),) * 2)
        for cell in cells:
            K[np.ix_(self.fine.corners[cell], self.fine.corners[cell])] += self.matrices[cell]
        return K

    def load_of(self, cells):
        load = np.zeros(len(self.fine.nodes))
        for cell in cells:
            load[self.fine.corners[cell]] += self.loads[cell]
        load[self.wall] = 0
        return load

    def interpolation(self):
        """I_h: on each coarse cell T the L2 projection onto the uncut Q1 functions over T and D, then
        at the nodes the averages with the volumes of T and D as weights."""
        mass = np.zeros((2**self.d, 2**self.d))
        for point, weight in zip(*gauss(self.fine.side)):
            value = shapes(self.fine.side, point)[0]
            mass += weight * np.outer(value, value)
        I = np.zeros((len(self.coarse.nodes), len(self.fine.nodes)))
        total = np.zeros(len(self.coarse.nodes))
        for cell, corners in enumerate(self.coarse.corners):
            M, low = np.zeros((len(self.fine.nodes),) * 2), self.coarse.cells[cell]
            for i in self.of[cell]:
                if self.mask[self.parent[i]]:
                    M[np.ix_(self.fine.corners[i], self.fine.corners[i])] += mass
            if not M.any():
                continue
            P = np.array([shapes([1] * self.d, [a / r - b for a, b, r in zip(x, low, self.ratio)])[0]
                          for x in self.fine.nodes])
            I[corners] += M.sum() * np.linalg.solve(P.T @ M @ P, P.T @ M)
            total[corners] += M.sum()
        return I / np.where(total > 0, total, 1)[:, None]

    def patch(self, cell):
        """Coarse cells of the patch, its fine unknowns (functions that vanish outside of it), its
        constraints."""
        T = self.coarse.cells[cell]
        low = [max(0, i - self.ell) for i in T]
        high = [min(n, i + self.ell + 1) for i, n in zip(T, self.coarse.count)]
        cells = [k for k, c in enumerate(self.coarse.cells)
                 if all(a <= x < b for a, x, b in zip(low, c, high))]
        touched, held = (np.zeros(len(self.fine.nodes), bool) for _ in range(2))
        for k, own in enumerate(self.of):
            for i in own:
                if self.mask[self.parent[i]]:
                    (touched if k in cells else held)[self.fine.corners[i]] = True
        inside = np.flatnonzero(touched & ~held & ~self.fixed)
        rows = [z for z, node in enumerate(self.coarse.nodes) if not self.coarse_fixed[z]
                and all(a <= x <= b for a, x, b in zip(low, node, high))]
        return cells, inside, rows

    def corrections(self):
        """Everything local: S_T, L_T with and without correction, Q of corner functions, R of loads."""
        I, n = self.interpolation(), len(self.fine.nodes)
        self.S_T, self.L_T, self.plain_L_T, self.Q_T, self.R_T, self.source = [], [], [], [], [], []
        self.g_H = np.where(self.coarse_fixed, self.g[self.at], 0)
        self.e = np.where(self.fixed, self.g - self.hats @ self.g_H, 0)
        for T, corners in enumerate(self.coarse.corners):
            cells, inside, rows = self.patch(T)
            K = self.assemble([i for c in cells for i in self.of[c]])
            K_T, l_T = self.assemble(self.of[T]), self.load_of(self.of[T])
            source = np.where(self.wall, 0, l_T - K_T @ self.e)
            loads = np.column_stack([K_T @ self.hats[:, corners], source, l_T])
            # A basis of the kernel of the constraints on the patch.
            C = I[np.ix_(rows, inside)]
            _, sizes, right = np.linalg.svd(C)
            kernel = right[np.sum(sizes > 1e-12 * max(sizes, default=1)):].T
            small = kernel.T @ K[np.ix_(inside, inside)] @ kernel
            q = np.zeros((n, loads.shape[1]))
            if small.size:
                q[inside] = kernel @ np.linalg.solve(small, kernel.T @ loads[inside])
            rest = self.hats.T @ (loads - K @ q)
            m = len(corners)
            self.S_T.append(rest[:, :m])
            self.L_T.append(rest[:, m])
            self.plain_L_T.append(self.hats.T @ l_T)
            self.Q_T.append(q[:, :m])
            self.R_T.append(q[:, m])
            self.source.append(source)

    def solve_form(self, corrected):
        """u_H, u_ms and the flow through coarse nodes."""
        S = np.zeros((len(self.coarse.nodes),) * 2)
        for corners, S_T in zip(self.coarse.corners, self.S_T):
            S[:, corners] += S_T
        load = sum(self.L_T if corrected else self.plain_L_T)
        u, free = self.g_H.copy(), ~self.coarse_fixed
        u[free] = np.linalg.solve(S[np.ix_(free, free)], (load - S @ self.g_H)[free])
        ms = self.hats @ u + (self.e if corrected else 0)
        for corners, Q, R in zip(self.coarse.corners, self.Q_T, self.R_T):
            ms = ms - Q @ u[corners] + (R if corrected else 0)
        return u, ms, S @ u - load

    def galerkin(self, K, load, fixed, g):
        u, free = g.copy(), ~fixed
        u[free] = np.linalg.solve(K[np.ix_(free, free)], (load - K @ g)[free])
        return u

    def solve(self):
        """All results by their names in the file."""
        self.corrections()
        everything = range(len(self.fine.cells))
        K, load = self.assemble(everything), self.load_of(everything)
        fine = self.galerkin(K, load, self.fixed, self.g)
        q1 = self.galerkin(self.hats.T @ K @ self.hats, self.hats.T @ load, self.coarse_fixed, self.g_H)
        out = {'load': load, 'fine': fine, 'fine_flow': np.where(self.wall, 0, K @ fine - load), 'q1': q1}
        for name, corrected in (('corrected', True), ('plain', False)):
            u, ms, flow = self.solve_form(corrected)
            out.update({name + '_coarse': u, name + '_ms': ms, name + '_flow': flow})
        closed = indices([r + 1 for r in self.ratio])
        out['source'] = np.array([[source[self.fine.number[tuple(
            c * r + i for c, r, i in zip(cell, self.ratio, node))]] for node in closed]
            for cell, source in zip(self.coarse.cells, self.source)])
        uncut, rows = indices([2 * self.ell + 2] * self.d), []
        for cell in self.coarse.cells:
            rows.append([self.coarse.number.get(tuple(c - self.ell + o for c, o in zip(cell, z)), -1)
                         for z in uncut])
        take = lambda values: np.array([
            [value[z] if z >= 0 else 0 * value[0] for z in row] for row, value in zip(rows, values)])
        out['local_operators'], out['local_loads'] = take(self.S_T), take(self.L_T)
        self.out, self.K = out, K
        return out

    def energy_error(self, u):
        e, v = u - self.out['fine'], self.out['fine']
        return np.sqrt(max(e @ self.K @ e, 0) / (v @ self.K @ v))

    def write(self, group):
        shape = lambda mesh, nodes: tuple(n + nodes for n in reversed(mesh.count))
        kinds = [self.faces.get((a, s), (DIRICHLET,))[0] for a in range(self.d) for s in (0, 1)]
        group.attrs.update(coarse=self.coarse.count, cells=self.cells.count, fine=self.fine.count,
                           extent=self.extent, ell=self.ell, faces=kinds, walls=self.walls)
        cells = shape(self.cells, 0)
        group['coefficient'] = np.where(self.mask[:, None], self.A, 0).reshape(cells + (-1,))
        group['f'] = self.f.reshape(cells)
        if self.c.any():
            group['reaction'] = self.c.reshape(cells)
        if self.has_mask:
            group['mask'] = self.mask.astype(np.uint8).reshape(cells)
        if len(self.wells):
            group['wells'] = np.array(self.wells)
        for (axis, side), (kind, value, rate) in self.faces.items():
            across = tuple(n for a, n in reversed(list(enumerate(self.cells.count))) if a != axis)
            across = across or (1,)
            if kind == ROBIN:
                group['robin_%d_%d' % (axis, side)] = rate.reshape(across)
            if kind in (FLUX, ROBIN):
                name = 'flux_%d_%d' if kind == FLUX else 'value_%d_%d'
                group[name % (axis, side)] = value.reshape(across)
        group['boundary'] = self.g.reshape(shape(self.fine, 1))
        for name, values in self.out.items():
            if values.shape == (len(self.fine.nodes),):
                values = values.reshape(shape(self.fine, 1))
            elif values.shape == (len(self.coarse.nodes),):
                values = values.reshape(shape(self.coarse, 1))
            squeeze = {'compression': 'gzip'} if values.size > 1000 else {}  # most rows are 0
            group.create_dataset(name, data=values, **squeeze)


def random_tensors(draw, n, components, d):
    """Values of A: e^normal; full tensors with eigenvalues of that kind in random directions."""
    if components <= d:
        return np.exp(draw.standard_normal((n, components)))
    values = []
    for _ in range(n):
        axes = np.linalg.qr(draw.standard_normal((d, d)))[0]
        tensor = axes @ np.diag(np.exp(draw.standard_normal(d))) @ axes.T
        values.append(tensor[np.triu_indices(d)])
    return np.array(values)


def random_problem(draw, coarse, k, q, extent, ell, components, kinds, reaction, n_wells, mask=None,
                   walls=0):
    """Rough data everywhere; kinds[2 axis + side] are those of the faces, g is 0 if all data is to
    come from elsewhere."""
    d, cells = len(coarse), [n * k for n in coarse]
    fine, n, faces = [n * q for n in cells], int(np.prod(cells)), {}
    for face, kind in enumerate(kinds):
        size = n // cells[face // 2]
        if kind != DIRICHLET:
            faces[face // 2, face % 2] = (kind, draw.standard_normal(size),
                                          draw.uniform(0.5, 3, size))
    nodes = int(np.prod([n + 1 for n in fine]))
    wells = []
    while len(wells) < n_wells:
        point = [draw.uniform(0, e) for e in extent]
        at = indices(cells).index(tuple(int(p / e * c) for p, e, c in zip(point, extent, cells)))
        if mask is None or mask[at]:
            wells.append((*point, draw.standard_normal()))
    return Problem(coarse, cells, fine, extent, ell, random_tensors(draw, n, components, d), faces,
                   c=draw.uniform(0, 2, n) if reaction else None, f=draw.standard_normal(n),
                   g=draw.standard_normal(nodes), wells=wells, mask=mask, walls=walls)


def holes(cells, boxes):
    """A mask that is 0 on boxes of cells ((first, end) an axis), x fastest."""
    return np.array([not any(all(a <= x < b for x, (a, b) in zip(cell, box)) for box in boxes)
                     for cell in indices(cells)])


def problems():
    """Names, problems, and whether the patches cover D."""
    D, N, F, R = DIRICHLET, NATURAL, FLUX, ROBIN
    cases = [  # name, coarse, k, q, extent, l, components of A, faces, c, wells, holes, walls
        ('line', (6,), 2, 2, (1.7,), 2, 1, (D, R), True, 2, None, 0),
        ('line_covered', (3,), 2, 2, (0.6,), 2, 1, (F, D), False, 1, None, 0),
        ('line_robin', (4,), 3, 1, (2.,), 1, 1, (R, F), True, 0, None, 0),
        ('square_scalar', (4, 3), 2, 2, (1., 1.), 1, 1, (D, F, R, N), True, 2, None, 0),
        ('square_diagonal', (4, 3), 2, 2, (2., 1.), 1, 2, (D, D, D, D), False, 1, None, 0),
        ('square_tensor', (4, 3), 2, 1, (1., 1.5), 1, 3, (R, D, F, D), True, 1, None, 0),
        ('square_covered', (3, 3), 2, 2, (1., 1.), 2, 3, (D, R, D, F), True, 2, None, 0),
        ('square_robin', (3, 2), 2, 1, (1., 1.), 1, 1, (R, N, R, F), False, 1, None, 0),
        ('cube', (3, 2, 1), 2, 1, (1., 1., 1.5), 1, 6, (D, F, R, N, D, D), True, 2, None, 0),
        ('cube_covered', (2, 1, 2), 1, 2, (1., 1., 1.), 1, 3, (D, R, F, D, N, D), True, 1, None, 0),
        ('corner', (4, 4), 2, 2, (1., 1.), 1, 1, (D, F, N, D), False, 1,
         [((4, 8), (4, 8))], 0),
        ('holes', (4, 3), 4, 1, (1., 1.), 1, 1, (D, D, N, F), False, 2,
         [((1, 3), (1, 3)), ((5, 6), (4, 9)), ((10, 12), (2, 4)), ((12, 16), (10, 12))], 0),
        ('holes_tensor', (3, 3), 4, 1, (1., 2.), 2, 3, (D, R, F, N), True, 1,
         [((1, 3), (1, 3)), ((5, 9), (5, 9)), ((10, 12), (2, 3))], 0),
        ('walls', (3, 3), 4, 1, (1., 1.), 1, 1, (D, N, F, R), True, 1,
         [((2, 3), (2, 3)), ((7, 9), (6, 9))], 1),
        ('walls_covered', (3, 3), 4, 1, (1., 1.), 2, 2, (D, F, R, D), False, 1,
         [((1, 2), (1, 3)), ((6, 8), (7, 9)), ((10, 12), (0, 1))], 1),
        ('cube_holes', (2, 2, 1), 2, 1, (1., 1., 0.5), 1, 1, (D, F, N, D, R, D), False, 1,
         [((1, 2), (1, 3), (0, 1))], 0),
    ]
    draw = np.random.default_rng(11)
    for name, coarse, k, q, extent, ell, components, kinds, c, wells, boxes, walls in cases:
        mask = None if boxes is None else holes([n * k for n in coarse], boxes)
        yield name, random_problem(draw, coarse, k, q, extent, ell, components, kinds, c, wells,
                                   mask, walls), ell >= max(coarse) - 1


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with h5py.File(os.path.join(here, 'forms.h5'), 'w') as file:
        for name, problem, covered in problems():
            problem.solve()
            error = problem.energy_error(problem.out['corrected_ms'])
            assert not covered or error < 1e-11, (name, error)
            problem.write(file.create_group(name))
            print('%-16s relative energy error of u_ms: %8.1e corrected, %8.1e plain' % (
                name, error, problem.energy_error(problem.out['plain_ms'])))


if __name__ == '__main__':
    main()
