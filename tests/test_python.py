#!/usr/bin/env python3
"""The Python module: results against SciPy, shapes, errors, threads, the examples of its docstrings.

Usage: test_python.py [unittest's arguments], with lodnet on PYTHONPATH (and LODNET_LIBRARY).
"""
import doctest
import os
import tempfile
import threading
import unittest

import lodnet
import numpy as np
import scipy.sparse
import scipy.sparse.linalg

SEED = int(os.environ.get("LODNET_TEST_SEED", np.random.SeedSequence().entropy % 2**32))
print(f"seed: LODNET_TEST_SEED={SEED}")


def q1_solution(A, fine):
    """Q1 on fine x fine cells of the unit square, f = 1, u = 0 on the boundary: written from the
    element matrices alone."""
    element = np.array([[4, -1, -1, -2], [-1, 4, -2, -1], [-1, -2, 4, -1], [-2, -1, -1, 4]]) / 6
    ratio = fine // A.shape[0]
    a = np.kron(A, np.ones((ratio, ratio))).ravel()
    y, x = np.divmod(np.arange(fine * fine), fine)
    corners = (y * (fine + 1) + x)[:, None] + np.array([0, 1, fine + 1, fine + 2])
    rows, columns = np.repeat(corners, 4, axis=1), np.tile(corners, 4)
    n = (fine + 1) ** 2
    stiffness = scipy.sparse.coo_matrix(
        ((a[:, None] * element.ravel()).ravel(), (rows.ravel(), columns.ravel())), (n, n)).tocsr()
    inner = np.zeros((fine + 1, fine + 1), dtype=bool)
    inner[1:-1, 1:-1] = True
    inner = np.flatnonzero(inner)
    u = np.zeros(n)
    u[inner] = scipy.sparse.linalg.spsolve(stiffness[inner][:, inner].tocsc(),
                                           np.full(inner.size, 1 / fine**2))
    return u.reshape(fine + 1, fine + 1)


class Q1Problem:
    """Q1 on a box of n x n cells with sides 2 and 1, u = y on the left: written from quadrature alone.
    A has the shape (n, n, 2, 2); c, and whether a cell is in D, (n, n). On the right a flux 1 + y, on
    the top r (g - u) with r = 3, g = 2; 0 on the bottom. A well of rate 5 in a node, f = 0."""

    extent, well = (2, 1), (1, 0.5)
    conditions = {"extent": extent, "dirichlet": {"left": "y"}, "flux": {"right": "1 + y"},
                  "robin": {"top": (3, 2)}, "natural": "bottom", "wells": [(well, 5)]}

    def __init__(self, A, c, inside):
        n = len(A)
        self.n, self.A, self.sides = n, A, np.array(self.extent) / n
        nodes = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
        self.corners = np.stack([nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, :-1], nodes[1:, 1:]], -1)
        area, points = self.sides.prod(), 0.5 + np.array([-1, 1]) / np.sqrt(12)
        K, load = np.zeros((nodes.size, nodes.size)), np.zeros(nodes.size)
        for j, i in np.argwhere(inside):
            where = np.ix_(self.corners[j, i], self.corners[j, i])
            for x, y in ((x, y) for x in points for y in points):
                hats = np.array([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y])
                K[where] += area / 4 * (self.gradients(x, y) @ A[j, i] @ self.gradients(x, y).T
                                        + c[j, i] * np.outer(hats, hats))
        edge = np.array([[2, 1], [1, 2]]) / 6
        for k in range(n):
            right, top = nodes[k:k + 2, -1], nodes[-1, k:k + 2]
            if inside[k, -1]:
                load[right] += edge @ (1 + np.array([k, k + 1]) / n) * self.sides[1]
            if inside[-1, k]:
                K[np.ix_(top, top)] += 3 * self.sides[0] * edge
                load[top] += 3 * 2 * self.sides[0] * edge.sum(axis=1)
        load[nodes[n // 2, n // 2]] += 5
        self.solve(K, load, nodes)

    def gradients(self, x, y):
        """Those of the four hat functions in a point of a cell."""
        return np.array([[y - 1, x - 1], [1 - y, -x], [-y, 1 - x], [y, x]]) / self.sides

    def solve(self, K, load, nodes):
        """u at the nodes, 0 where there is no D, and what flows in on the left."""
        n, u = self.n, np.zeros(nodes.size)
        u[nodes[:, 0]] = np.arange(n + 1) / n
        free = np.setdiff1d(np.flatnonzero(K.diagonal()), nodes[:, 0])
        u[free] = np.linalg.solve(K[np.ix_(free, free)], (load - K @ u)[free])
        self.u, self.inflow_left = u.reshape(nodes.shape), (K @ u - load)[nodes[:, 0]].sum()
        self.energy, self.load = u @ K @ u, load @ u

    def flux(self):
        """The mean of -A grad u over every cell."""
        gradients = self.u.ravel()[self.corners] @ self.gradients(0.5, 0.5)
        return -(self.A @ gradients[..., None])[..., 0]


def draw_tensors(n, seed=SEED):
    """Symmetric positive definite tensors of n x n cells."""
    roots = np.random.default_rng(seed).uniform(-1, 1, (n, n, 2, 2))
    return roots @ np.swapaxes(roots, -1, -2) + 0.1 * np.eye(2)


def draw(shape=(32, 32), seed=SEED):
    """A coefficient of values between 1 and 10."""
    return np.random.default_rng(seed).uniform(1, 10, shape)


class Results(unittest.TestCase):
    """Numbers."""

    def test_fine_solution_is_that_of_scipy(self):
        A = draw((16, 16))
        u, expected = lodnet.solve(A, method="fine"), q1_solution(A, 32)
        self.assertEqual(u.shape, (33, 33))
        np.testing.assert_allclose(u, expected, rtol=0, atol=1e-8 * np.abs(expected).max())

    def test_boxes_have_the_mesh_of_the_programs(self):
        solver = lodnet.Solver((220, 60), extent=(1200, 2200))
        self.assertEqual(solver.nodes, (56, 16))
        self.assertEqual([axis[-1] for axis in solver.axes], [1200, 2200])
        A = draw((44, 12))
        u = lodnet.solve(A, extent=(1200, 2200), rhs=lambda x, y: x + y)
        turned = lodnet.solve(A.T, extent=(2200, 1200), rhs=lambda x, y: x + y)
        self.assertEqual(u.shape, (12, 4))
        np.testing.assert_allclose(u, turned.T, rtol=1e-8)
        self.assertEqual(lodnet.solve(draw((11, 13)), method="fine").shape, (23, 27))
        with self.assertRaisesRegex(lodnet.InputError, "13x11 coefficient cells: .*coarse"):
            lodnet.solve(draw((11, 13)))

    def test_lod_is_near_the_fine_solution(self):
        A = draw()
        u, fine = lodnet.solve(A, coarse=8), lodnet.solve(A, method="fine", coarse=8)
        self.assertEqual(u.shape, (9, 9))
        difference = np.abs(u - fine[::8, ::8]).max()
        self.assertLess(difference, 0.2 * fine.max())

    def test_matrix_and_mass_reproduce_the_solution(self):
        solver = lodnet.Solver((32, 32), coarse=8).set_coefficient(draw())
        load, u = solver.load("1 + x*y"), solver.solve("1 + x*y")
        S, M, free = solver.matrix(), solver.mass(), solver.free
        self.assertEqual(S.shape, (49, 49))
        self.assertEqual(M.shape, (49, 49))
        found = scipy.sparse.linalg.spsolve(S.tocsc(), load.ravel()[free])
        np.testing.assert_allclose(found, u.ravel()[free], rtol=0, atol=1e-9 * u.max())
        constrained = np.setdiff1d(np.arange(u.size), free)
        self.assertEqual(np.abs(u.ravel()[constrained]).max(), 0)
        tent = np.array([1, 4, 1]) / 48  # rows of the mass matrix are products of these
        np.testing.assert_allclose(M.toarray()[24].reshape(7, 7)[2:5, 2:5],
                                   np.outer(tent, tent), rtol=1e-12)

    def test_local_operators_have_zero_sums(self):
        solver = lodnet.Solver((32, 32), coarse=4, ell=1).set_coefficient(draw())
        S_T = solver.local_operators()
        self.assertEqual(S_T.shape, (16, 16, 4))
        self.assertLess(np.abs(S_T.sum(axis=1)).max(), 1e-10 * np.abs(S_T).max())
        self.assertLess(np.abs(S_T.sum(axis=2)).max(), 1e-10 * np.abs(S_T).max())

    def test_right_hand_sides_agree_however_given(self):
        solver = lodnet.Solver((32, 32), coarse=8).set_coefficient(draw())
        y, x = np.mgrid[0:65, 0:65] / 64
        u = solver.solve(["2 + x", lambda x, y: 2 + x, 2 + x, 2 + x + 0 * y])
        self.assertEqual(u.shape, (4, 9, 9))
        for other in u[1:]:
            np.testing.assert_allclose(other, u[0], rtol=0, atol=1e-12)
        u, v, w = solver.solve([3, "3", np.full((32, 32), 3.0)])
        np.testing.assert_allclose(v, u, rtol=0, atol=1e-14)
        np.testing.assert_allclose(w, u, rtol=0, atol=1e-12)

    def test_layout_is_x_last(self):
        A = np.ones((16, 16))
        A[:, 8:] = 9  # large for large x
        u = lodnet.solve(A, method="fine")
        self.assertGreater(u[:, :16].max(), 2 * u[:, 17:].max())
        solver = lodnet.Solver((16, 16), method="fine", natural="right")
        u = solver.set_coefficient(np.ones((16, 16))).solve()
        self.assertGreater(u[:, -1].max(), 0)
        self.assertEqual(np.abs(u[:, 0]).max() + np.abs(u[0]).max() + np.abs(u[-1]).max(), 0)
        self.assertEqual([axis.shape for axis in solver.axes], [(33,), (33,)])

    def test_other_types_and_orders_of_memory_are_taken(self):
        A = np.round(draw(), 2).astype(np.float32)
        u = lodnet.solve(A)
        np.testing.assert_array_equal(lodnet.solve(np.asfortranarray(A.astype(float))), u)
        np.testing.assert_array_equal(lodnet.solve(A.astype(float).tolist()), u)

    def test_one_and_three_dimensions(self):
        u = lodnet.solve(np.ones(16), method="coarse", coarse=4)
        np.testing.assert_allclose(u, [0, 3 / 32, 1 / 8, 3 / 32, 0], atol=1e-12)
        u = lodnet.solve(draw((8, 8, 8)), coarse=4, ell=1)
        self.assertEqual(u.shape, (5, 5, 5))

    def test_rectangles_have_their_extents(self):
        A = draw((60, 20))
        solver = lodnet.Solver(A.shape, extent=(200, 1200), natural="top").set_coefficient(A)
        u, (x, y) = solver.solve(), solver.axes
        self.assertEqual(u.shape, (y.size, x.size))
        self.assertEqual((x[0], x[-1], y[0], y[-1]), (0, 200, 0, 1200))
        self.assertGreater(u[-1].max(), 0)
        fine = lodnet.Solver(A.shape, extent=(200, 1200), natural="top", method="fine")
        reference = fine.set_coefficient(A).solve()[::2 * 60 // (y.size - 1), ::2 * 20 // (x.size - 1)]
        self.assertLess(np.abs(u - reference).max(), 0.2 * reference.max())
        # Q1 along x alone: A and f do not depend on y, neither do solutions with natural ends.
        solver = lodnet.Solver((10, 30), extent=(3, 7), method="fine", natural=["bottom", "top"])
        u = solver.set_coefficient(np.ones((10, 30))).solve(lambda x, y: np.ones_like(x))
        x = solver.axes[0]
        np.testing.assert_allclose(u, np.broadcast_to(x * (3 - x) / 2, u.shape), rtol=0, atol=1e-9)

    def test_the_model_is_taken_on_rectangles_of_square_cells(self):
        A = lodnet.sample("iid", (64, 32), seed=SEED % 1000)
        exact = lodnet.solve(A, extent=(2, 1))
        learned = lodnet.solve(A, method="dnn", extent=(2, 1))
        self.assertEqual(learned.shape, (5, 9))
        self.assertLess(np.abs(exact - learned).max(), 0.05 * exact.max())

    def test_learned_operators(self):
        A = lodnet.sample("iid", 64, seed=SEED % 1000, alpha=1, beta=5)
        model = lodnet.load_model()
        exact, learned = lodnet.solve(A), lodnet.solve(A, method="dnn", model=model)
        self.assertLess(np.abs(exact - learned).max(), 0.05 * exact.max())
        found = lodnet.compare(A, model)
        np.testing.assert_allclose(found.lod, exact, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.dnn, learned, rtol=0, atol=1e-6)
        self.assertTrue(0 < found.norm_difference < found.norm)
        self.assertIn("dnn_lod=", repr(found))

    def test_samples_and_files(self):
        A = lodnet.sample("channels", (32, 32), seed=3, number=2)
        np.testing.assert_array_equal(lodnet.sample("channels", 32, seed=3, number=2), A)
        self.assertTrue((lodnet.sample("channels", 32, seed=4) != A).any())
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.h5")
            lodnet.write_coefficient(path, A)
            np.testing.assert_array_equal(lodnet.read_coefficient(path), A)


class Problems(unittest.TestCase):
    """Boundary data, wells, tensors, reaction, holes, and what is known of a solution."""

    def compare(self, A, c, inside, **medium):
        """The fine method, and lod with patches that cover D and load correctors, against Q1Problem."""
        expected = Q1Problem(A, c, inside)
        solvers = [lodnet.Solver((16, 16), method="fine", fine=16, **Q1Problem.conditions),
                   lodnet.Solver((16, 16), coarse=4, fine=16, ell=3, **Q1Problem.conditions)]
        for solver in solvers:
            solver.set_coefficient(A, **medium).solve(0, correct=True)
            close = {"rtol": 0, "atol": 1e-8 * np.abs(expected.u).max()}
            np.testing.assert_allclose(solver.fine_solution(), expected.u, **close)
            flux = np.where(inside[..., None], expected.flux(), 0)
            np.testing.assert_allclose(solver.flux(), flux, rtol=0, atol=1e-6 * np.abs(flux).max())
            flows = solver.flows()
            for name, value in (("left", expected.inflow_left), ("right", 1.5), ("bottom", 0),
                                ("wells", 5), ("source", 0), ("balance", 0), ("walls", 0),
                                ("energy", expected.energy), ("load", expected.load)):
                self.assertAlmostEqual(flows[name], value, delta=1e-6 * expected.energy, msg=name)

    def test_everything_at_once_is_that_of_scipy(self):
        c = np.random.default_rng(SEED + 1).uniform(0, 4, (16, 16))
        self.compare(draw_tensors(16), c, np.full((16, 16), True), reaction=c)

    def test_holes_are_left_out(self):
        inside = np.full((16, 16), True)
        inside[3:6, 5:11] = inside[10:13, 12:14] = False
        A = np.where(inside[..., None, None], draw_tensors(16), np.nan)
        self.compare(A, np.zeros((16, 16)), inside, mask=inside)
        walled = lodnet.Solver((16, 16), method="fine").set_coefficient(
            np.ones((16, 16)), mask=inside, walls="dirichlet")
        u, flows = walled.solve([1, 2]), walled.flows()
        np.testing.assert_allclose(u[1], 2 * u[0], rtol=1e-6)
        self.assertEqual(np.abs(u[0][2 * 3:2 * 6, 2 * 5:2 * 11]).max(), 0)
        self.assertAlmostEqual(flows["source"], 2 * inside.mean(), delta=1e-9)
        self.assertLess(flows["walls"], -0.1)

    def test_numbers_diagonals_and_tensors_agree(self):
        A = draw((16, 16))
        numbers = lodnet.solve(A, coarse=4)
        diagonals = np.repeat(A[..., None], 2, axis=-1)
        tensors = A[..., None, None] * np.eye(2)
        for other in (lodnet.solve(diagonals, tensor=True, coarse=4), lodnet.solve(tensors, coarse=4)):
            np.testing.assert_allclose(other, numbers, rtol=0, atol=1e-9 * numbers.max())
        turned = lodnet.solve(draw_tensors(16)[..., ::-1, ::-1].swapaxes(0, 1), method="fine")
        np.testing.assert_allclose(turned.T, lodnet.solve(draw_tensors(16), method="fine"), rtol=0,
                                   atol=1e-7 * turned.max())
        cube = draw((4, 4, 4))
        np.testing.assert_allclose(
            lodnet.solve(cube[..., None, None] * np.eye(3), coarse=2, ell=1),
            lodnet.solve(np.repeat(cube[..., None], 3, axis=-1), coarse=2, ell=1), rtol=0, atol=1e-9)

    def test_right_hand_sides_in_all_ways(self):
        solver = lodnet.Solver((16, 16), coarse=4, dirichlet={"top": "x*x"}).set_coefficient(
            draw((16, 16)))
        ways = [3, "3", lambda x, y: 3 + 0 * x, np.full((16, 16), 3), np.full((33, 33), 3)]
        for correct in (False, True):
            first = solver.solve(3, correct=correct)
            for rhs, u in zip(ways, solver.solve(ways, correct=correct)):
                np.testing.assert_allclose(u, first, rtol=0, atol=1e-10)
                np.testing.assert_allclose(solver.solve(rhs, correct=correct), first, rtol=0,
                                           atol=1e-10)
        self.assertGreater(np.abs(first - solver.solve(3)).max(), 1e-6)
        after = solver.fine_solution()  # no load correctors are left over
        solver.set_coefficient(draw((16, 16))).solve(3)
        np.testing.assert_allclose(after, solver.fine_solution(), rtol=0, atol=1e-10)

    def test_closed_domains_have_mean_zero(self):
        A, faces = draw((16, 16)), ("left", "right", "bottom", "top")
        u = lodnet.solve(A, "x - 0.5", method="fine", natural=faces)
        weights = np.outer(*[np.r_[0.5, np.ones(31), 0.5]] * 2)
        self.assertAlmostEqual((weights * u).sum() / np.abs(u).max(), 0, delta=1e-6)
        covering = lodnet.Solver((16, 16), natural=faces).set_coefficient(A)
        covering.solve("x - 0.5", correct=True)
        np.testing.assert_allclose(covering.fine_solution(), u, rtol=0, atol=1e-7 * np.abs(u).max())
        covering.set_coefficient(A, reaction=2).solve("4 + 0*x", correct=True)  # u = 2
        np.testing.assert_allclose(covering.fine_solution(), 2, rtol=0, atol=1e-8)
        flow = lodnet.Solver((16, 16), method="fine", natural=faces[2:], flux={"left": 1, "right": -1})
        u, found = flow.set_coefficient(A).solve(0), flow.flows()
        work = (u[1:, [0, -1]] + u[:-1, [0, -1]]).sum(axis=0) @ [1, -1] / 64
        self.assertAlmostEqual(work, found["energy"], delta=1e-7)
        self.assertEqual((round(found["left"], 9), round(found["right"], 9)), (1, -1))

    def test_effective_tensors(self):
        A = draw((16, 16))
        bounds = 1 / (1 / A).mean(), A.mean()
        for kind in ("periodic", "linear", "flow"):
            K = lodnet.effective(A, kind, method="fine")
            compressed = lodnet.effective(A, kind, coarse=4)
            np.testing.assert_allclose(compressed, K, rtol=0, atol=0.1 * K.max())
            self.assertTrue((bounds[0] < K.diagonal()).all() and (K.diagonal() < bounds[1]).all())
        flow = lodnet.Solver((16, 16), method="fine", dirichlet={"left": 1, "right": 0},
                             natural=["bottom", "top"]).set_coefficient(A)
        flow.solve(0)
        self.assertAlmostEqual(flow.flows()["left"], K[0, 0], delta=1e-7)
        constant = np.array([[3, 1], [1, 2.]])
        K = lodnet.effective(np.broadcast_to(constant, (16, 16, 2, 2)))
        np.testing.assert_allclose(K, constant, rtol=0, atol=1e-9)


class Errors(unittest.TestCase):
    """Messages, and that nothing goes on after one."""

    def refuses(self, message, function, *arguments, error=lodnet.InputError, **options):
        """The call raises an error whose message matches."""
        with self.assertRaisesRegex(error, message) as caught:
            function(*arguments, **options)
        self.assertIsInstance(caught.exception, lodnet.Error)

    def test_arguments_are_refused_with_what_is_wrong(self):
        A = draw()
        self.refuses("-1", lodnet.solve, np.where(A < 5, -1, A))
        self.refuses("nan", lodnet.solve, np.where(A < 5, np.nan, A))
        self.refuses("coarse", lodnet.solve, A, coarse=7)
        self.refuses("method = 'lud'", lodnet.solve, A, method="lud")
        self.refuses("natural = 'up'", lodnet.solve, A, natural="up")
        self.refuses("natural = 'front'.*right, bottom, top$", lodnet.solve, A, natural="front")
        self.refuses("complex", lodnet.solve, A * 1j)
        self.refuses("rhs = None.*function or an array", lodnet.solve, A, None)
        self.refuses("is nan, must be finite", lodnet.solve, A, lambda x, y: np.nan * x)
        self.refuses("coarse = .*x, y", lodnet.solve, A, coarse=(8, 8, 8))
        self.refuses("extent", lodnet.solve, A, extent=(1, -1))
        self.refuses("extent", lodnet.solve, A, extent=(1, 2, 3))
        self.refuses("equal sides", lodnet.solve, A, method="dnn", extent=(1, 2))
        self.refuses("dim", lodnet.solve, 2.0)
        self.refuses("tensors have the shape", lodnet.solve, np.ones((2, 2, 2, 4)))
        self.refuses("rhs.*expression or a number", lodnet.compare, A, rhs=A)
        self.refuses("coarse", lodnet.solve, A, coarse=7.5)
        self.refuses("shape", lodnet.Solver((16, 16)).set_coefficient, A)
        self.refuses("shape", lodnet.solve, A, rhs=np.ones(7))
        self.refuses("1 \\+", lodnet.solve, A, rhs="1 +")
        self.refuses("family", lodnet.sample, "nothing", 8)
        self.refuses("ell", lodnet.solve, A, ell=2**40)
        self.refuses("scale", lodnet.sample, "iid", 8, scale="many")
        self.refuses("cells", lodnet.sample, "iid", 8.5)
        self.refuses("colour", lodnet.sample, "iid", 8, colour=1)
        self.assertTrue(issubclass(lodnet.InputError, ValueError))

    def test_problems_are_refused_with_what_is_wrong(self):
        A, K = draw((16, 16)), draw_tensors(16)
        self.refuses("tensor=True", lodnet.solve, np.ones((16, 16, 2)))
        K[3, 5, 0, 1] += 1
        self.refuses(r"A\[3, 5\] is not symmetric", lodnet.solve, K)
        self.refuses(r"values: .*\[2\]\[7\]", lodnet.solve, np.where(
            np.arange(256).reshape(16, 16, 1, 1) == 39, -1.0, draw_tensors(16)))
        self.refuses("right, bottom, top$", lodnet.solve, A, dirichlet={"up": 1})
        self.refuses(r"flux\['top'\]: the face has a condition", lodnet.solve, A, natural="top",
                     flux={"top": 1})
        self.refuses(r"dirichlet\['top'\] = None", lodnet.solve, A, dirichlet={"top": None})
        self.refuses('LodSolverSetFace: face "top": ', lodnet.solve, A, dirichlet={"top": "1 +"})
        self.refuses(r"robin\['top'\] = 1: must be \(r, g\)", lodnet.solve, A, robin={"top": 1})
        self.refuses('face "top".*rate', lodnet.solve, A, robin={"top": (-1, 1)})
        self.refuses(r"wells\[0\] = \(0.5, 1\)", lodnet.solve, A, wells=[(0.5, 1)])
        self.refuses("well 0: coordinate 1 is 7", lodnet.solve, A, wells=[((0.5, 7), 1)])
        self.refuses("reaction has shape", lodnet.solve, A, reaction=np.ones(3))
        self.refuses("-1", lodnet.solve, A, reaction=-1)
        self.refuses("mask: no cell", lodnet.solve, A, mask=A < 0)
        self.refuses("walls = 'wet'", lodnet.solve, A, mask=A > 2, walls="wet")
        self.refuses("part of D", lodnet.solve, A, mask=np.eye(16) * np.pad(np.ones((1, 1)), (5, 10)))
        self.refuses("takes a number A", lodnet.solve, draw_tensors(16), method="dnn")
        self.refuses("takes .*reaction", lodnet.solve, A, method="dnn", reaction=1)
        self.refuses("load correctors", lodnet.solve, draw((16, 16)) / 5 + 1, method="dnn", correct=True)
        self.refuses("adds up|add up|sum", lodnet.solve, A, 1,
                     natural=("left", "right", "bottom", "top"))
        self.refuses("kind \"round\".*periodic", lodnet.effective, A, "round")
        self.refuses("boundary is part", lodnet.effective, A, dirichlet={"left": 1})
        solver = lodnet.Solver((16, 16))
        self.refuses("LodSolverSolveProblem first", solver.fine_solution)
        solver.set_coefficient(A).solve([1, 2])
        self.refuses("LodSolverSolveProblem first", solver.flows)
        solver.set_coefficient(A, mask=A > 2)
        self.refuses("holes", solver.matrix)

    def test_files_are_named(self):
        self.refuses("/nowhere/m.h5", lodnet.load_model, "/nowhere/m.h5")
        self.refuses("/nowhere/a.h5", lodnet.read_coefficient, "/nowhere/a.h5")

    def test_solving_before_a_coefficient_is_an_error(self):
        self.refuses("coefficient", lodnet.Solver((16, 16)).solve, error=lodnet.Error)

    def test_after_an_error_the_solver_works(self):
        A = draw()
        solver = lodnet.Solver(A.shape, coarse=8).set_coefficient(A)
        u = solver.solve()
        self.refuses("", solver.solve, "1 +")
        np.testing.assert_array_equal(solver.solve(), u)

    def test_unknown_options_are_named(self):
        for function in (lodnet.solve, lodnet.Solver, lodnet.compare):
            with self.assertRaisesRegex(TypeError, "'corse'"):
                function(draw(), corse=8)

    def test_exceptions_of_functions_come_through(self):
        solver = lodnet.Solver((16, 16)).set_coefficient(draw((16, 16)))
        with self.assertRaises(ZeroDivisionError):
            solver.solve(lambda x, y: 1 // 0)

    def test_what_is_closed_is_refused(self):
        solver = lodnet.Solver((16, 16))
        solver.close()
        solver.close()
        self.refuses("solver", solver.set_coefficient, draw((16, 16)))
        self.refuses("solver", solver.solve)


class Threads(unittest.TestCase):
    """The interpreter's lock, and threads beside each other."""

    def test_other_threads_run_while_one_solves(self):
        solver, A = lodnet.Solver((256, 256), coarse=32), draw((256, 256))
        counts, done = [0], threading.Event()

        def count():
            while not done.is_set():
                counts[0] += 1
                done.wait(1e-3)

        counter = threading.Thread(target=count)
        counter.start()
        before = counts[0]
        solver.set_coefficient(A).solve()
        after = counts[0]
        done.set()
        counter.join()
        self.assertGreater(after - before, 3)

    def test_threads_with_solvers_of_their_own_agree_with_one(self):
        model = lodnet.load_model()
        draws = [lodnet.sample("iid", 64, seed=SEED % 1000, number=n, alpha=1, beta=5)
                 for n in range(4)]
        alone = [lodnet.solve(A, method="dnn", model=model) for A in draws]
        found = [None] * len(draws)

        def work(n):
            found[n] = [lodnet.solve(draws[n], method="dnn", model=model) for _ in range(5)]

        threads = [threading.Thread(target=work, args=(n,)) for n in range(len(draws))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one, several in zip(alone, found):
            for u in several:
                np.testing.assert_allclose(u, one, rtol=0, atol=1e-12)


def load_tests(_loader, tests, _pattern):
    """The examples of docstrings count as tests."""
    tests.addTests(doctest.DocTestSuite(lodnet, extraglobs={"lodnet": lodnet}))
    return tests


if __name__ == "__main__":
    unittest.main()
