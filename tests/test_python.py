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
        self.refuses("coarse = .*x, y", lodnet.solve, A, coarse=(8, 8, 8))
        self.refuses("extent", lodnet.solve, A, extent=(1, -1))
        self.refuses("extent", lodnet.solve, A, extent=(1, 2, 3))
        self.refuses("equal sides", lodnet.solve, A, method="dnn", extent=(1, 2))
        self.refuses("dim", lodnet.solve, 2.0)
        self.refuses("dim", lodnet.solve, np.ones((2, 2, 2, 2)))
        self.refuses("rhs", lodnet.compare, A, rhs=A)
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
        solver.set_coefficient(A)
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
