"""Numerical homogenization of -div(A grad u) = f: lodnet's library with NumPy arrays in and out.

    >>> import lodnet
    >>> A = lodnet.sample("iid", 64, seed=1)             # one number per cell
    >>> lodnet.solve(A, rhs="1 + x*y").shape             # exact operator, at the coarse nodes
    (9, 9)
    >>> solver = lodnet.Solver(A.shape, method="dnn").set_coefficient(A)
    >>> u, v = solver.solve([1, lambda x, y: x * y])     # several right-hand sides

Shapes and orders: arrays over cells or nodes have x last, shape (y, x) or (z, y, x), as in lodnet's
files; lists per axis (coarse, fine, extent, axes) are in the order x, y, z, as in its options. One
number in place of a list stands for all axes.

Errors are InputError (a ValueError: an argument or a file that cannot be used) and FailedError (a
RuntimeError), both of them Error, with the library's message. The interpreter's lock is released while
lodnet computes; threads may work at the same time, each with a Solver of its own, on one Model.
"""
import ctypes
import operator
from ctypes import byref, c_double, c_int, c_int64

import numpy as np

from . import _library
from ._library import Error, FailedError, InputError, call

__all__ = ["Comparison", "Error", "FailedError", "InputError", "Model", "Solver", "compare",
           "load_model", "read_coefficient", "sample", "solve", "write_coefficient"]
for _error in (Error, FailedError, InputError):
    _error.__module__ = __name__
__version__ = _library.LIBRARY.LodVersion().decode()

METHODS = ("lod", "dnn", "fine", "coarse")
FACES = {"left": (0, 0), "right": (0, 1), "bottom": (1, 0), "top": (1, 1), "front": (2, 0),
         "back": (2, 1)}


def _doubles(array):
    """The array as contiguous doubles: itself if it is that."""
    if np.iscomplexobj(array):
        raise InputError("an array of complex numbers: lodnet takes real ones")
    return np.asarray(array, dtype=np.float64, order="C")


def _address(array):
    """Where the values of a contiguous array lie."""
    return array.ctypes.data_as(ctypes.c_void_p)


def _view(pointer, shape):
    """A copy of numbers that belong to the library."""
    if not np.prod(shape):
        return np.zeros(shape, dtype=np.int64 if isinstance(pointer, ctypes.POINTER(c_int64))
                        else np.float64)
    return np.ctypeslib.as_array(pointer, shape=shape).copy()


def _per_axis(name, value, dim):
    """A list per axis from one, or from a number for all axes."""
    values = [value] * dim if np.ndim(value) == 0 else list(value)
    if len(values) != dim:
        raise InputError(f"{name} = {value!r}: must be a number or {dim} of them, in the order "
                         f"{', '.join('xyz'[:dim])}")
    return values


def _number(name, value, kind, wanted=None):
    """A number as the library takes it: kind is float, or operator.index for whole ones."""
    try:
        number = kind(value)
    except (TypeError, ValueError):
        number = None
    if number is None or kind is operator.index and not -2**31 <= number < 2**31:
        wanted = wanted or ("a number" if kind is float else "a whole number of 32 bits")
        shown = f"array of shape {np.shape(value)}" if np.ndim(value) else repr(value)
        raise InputError(f"{name} = {shown}: must be {wanted}")
    return number


def _expression(rhs, wanted="an expression or a number"):
    """A right-hand side as the text of an expression, from a text or a number."""
    return (rhs if isinstance(rhs, str) else repr(_number("rhs", rhs, float, wanted))).encode()


def _mesh(shape, model, coarse=None, fine=None, ell=None, extent=None, natural=None):
    """The mesh for coefficients of a shape: what is not given is the library's default."""
    cells = [int(n) for n in reversed(shape)]
    dim = len(cells)
    mesh = _library.Mesh()
    call("LodMeshDefaults", dim, (c_int * 3)(*cells[:3]), model.pointer if model else None,
         byref(mesh))
    for name, value in (("coarse", coarse), ("fine", fine), ("extent", extent)):
        if value is not None:
            kind = float if name == "extent" else operator.index
            for axis, number in enumerate(_per_axis(name, value, dim)):
                getattr(mesh, name)[axis] = _number(name, number, kind)
    if ell is not None:
        mesh.ell = _number("ell", ell, operator.index)
    if natural is not None:
        for axis in range(3):
            mesh.natural[axis][:] = (0, 0)
        for face in [natural] if isinstance(natural, str) else natural:
            if face not in list(FACES)[:2 * dim]:
                raise InputError(f"natural = {face!r}: must be one of "
                                 f"{', '.join(list(FACES)[:2 * dim])}")
            axis, side = FACES[face]
            mesh.natural[axis][side] = 1
    return mesh


class Model(_library.Handle):
    """A trained network (load_model). Not changed by its use: any number of solvers may share it."""

    def __init__(self, path=None):
        super().__init__("LodModelOpen", "LodModelClose", _library.text(path))


def load_model(path=None):
    """Reads model.h5; None: the model that comes with lodnet.

    >>> model = lodnet.load_model()
    >>> u = lodnet.solve(np.ones((16, 16)), method="dnn", model=model)
    """
    return Model(path)


def _model(model, method):
    """The model that a solver takes: none but for dnn, read if it is a path or None."""
    if method != "dnn" or isinstance(model, Model):
        return model if method == "dnn" else None
    return Model(model)


class Solver(_library.Handle):
    """Solves for coefficients A of one shape, on one mesh, by one method.

    shape    cells of the coefficient mesh, (.., y, x): A.shape
    coarse   coarse cells per axis (default: of as many coefficient cells as the model's, else of 8,
             in boxes of the first of 8, 4, 2, 7, 5, 3 that divides all axes)
    fine     fine cells per axis (default: 2 in each coefficient cell)
    ell      layers of coarse cells around a patch's centre (default 2; 1 in three dimensions)
    extent   side lengths (default 1)
    natural  faces where A grad u . n = 0, of left, right, bottom, top, front, back; u = 0 elsewhere
    method   "lod" (exact), "dnn" (learned), "fine" or "coarse" (plain Q1)
    model    a Model or the path of one, for "dnn" (default: the one that comes with lodnet)
    average  learned operators averaged over the symmetries of the cube
    allow_range  take coefficients outside of those that the model was trained for
    comm     a communicator of mpi4py (default: this process alone)

    Lists per axis are in the order x, y, z, so that 60 x 220 cells along x and y have the shape
    (220, 60):

    >>> A = lodnet.sample("iid", (60, 220), seed=1)
    >>> solver = lodnet.Solver(A.shape, coarse=(15, 55), extent=(1200, 2200)).set_coefficient(A)
    >>> u, (x, y) = solver.solve(), solver.axes
    >>> A.shape, u.shape, x.shape, y[-1].item()
    ((220, 60), (56, 16), (16,), 2200.0)
    """

    def __init__(self, shape, *, method="lod", coarse=None, fine=None, ell=None, extent=None,
                 natural=None, model=None, average=False, allow_range=False, comm=None):
        if method not in METHODS:
            raise InputError(f"method = {method!r}: must be one of {', '.join(METHODS)}")
        self.shape = (int(shape),) if np.ndim(shape) == 0 else tuple(int(n) for n in shape)
        self.model, self.method = _model(model, method), method
        self._mesh = _mesh(self.shape, self.model, coarse, fine, ell, extent, natural)
        options = _library.Options(METHODS.index(method), self.model and self.model.pointer,
                                   allow_range, average)
        super().__init__("LodSolverCreate", "LodSolverDestroy", _library.communicator(comm),
                         byref(self._mesh), byref(options))
        nodes = (c_int * 3)()
        call("LodSolverNodes", self.pointer, nodes, None)
        #: shape of solutions: nodes of the coarse mesh (of the fine mesh for "fine"), (.., y, x)
        self.nodes = tuple(nodes[:len(self.shape)][::-1])

    def __repr__(self):
        """The mesh with what was not given filled in, lists along x, y, z."""
        dim = len(self.shape)
        sizes = {name: tuple(getattr(self._mesh, name)[:dim])
                 for name in ("coarse", "coefficient", "fine", "extent")}
        return (f"Solver({self.method}, {', '.join(f'{k}={v}' for k, v in sizes.items())}, "
                f"ell={self._mesh.ell})")

    @property
    def axes(self):
        """Coordinates of the nodes of solutions along x, y, z, a list of arrays."""
        return [np.linspace(0, length, n) for length, n in zip(self._mesh.extent, self.nodes[::-1])]

    def set_coefficient(self, A):
        """Takes A, positive, of the solver's shape, and computes the operator. Returns the solver."""
        A = _doubles(A)
        if A.shape != self.shape:
            raise InputError(f"A has shape {A.shape}, the solver is for {self.shape}")
        call("LodSolverSetCoefficient", self.pointer, _address(A))
        return self

    def _fine_values(self, function):
        """A function at all nodes of the fine mesh, shape (.., y, x)."""
        axes = [np.linspace(0, length, n + 1) for length, n
                in zip(self._mesh.extent, self._mesh.fine[:len(self.shape)])]
        points = np.meshgrid(*axes[::-1], indexing="ij")[::-1]
        return _doubles(np.broadcast_to(function(*points), points[0].shape))

    def load(self, rhs):
        """The load of one right-hand side f, an array of shape `nodes`: integrals of f times the hat
        functions. rhs is a number; an expression in x, y, z, which is integrated; a function
        f(x, y, z) of arrays, called once and taken as the Q1 function with its values at the fine
        nodes, so that an f that jumps or oscillates within fine cells is better an expression; such
        values themselves, shape of the fine nodes; or one value per coefficient cell, of the
        coefficient's shape. Coordinates are those of the box, see `axes`.

        >>> solver = lodnet.Solver((16, 16), coarse=4)
        >>> load = solver.load(lambda x, y: 3 + 0 * x)
        >>> load.shape, round(load.sum(), 12)             # the hat functions add up to 1
        ((5, 5), 3.0)
        """
        load = np.empty(self.nodes)
        if isinstance(rhs, str) or np.ndim(rhs) == 0 and not callable(rhs):
            text = _expression(rhs, "an expression, a number, a function or an array")
            call("LodSolverLoadExpression", self.pointer, text, _address(load))
            return load
        values = self._fine_values(rhs) if callable(rhs) else _doubles(rhs)
        fine = tuple(n + 1 for n in self._mesh.fine[:len(self.shape)])[::-1]
        if values.shape == fine:
            call("LodSolverLoadNodes", self.pointer, _address(values), _address(load))
        elif values.shape == self.shape:
            call("LodSolverLoadCells", self.pointer, _address(values), _address(load))
        else:
            raise InputError(f"rhs has shape {values.shape}, must have {fine} (fine nodes) or "
                             f"{self.shape} (cells)")
        return load

    def solve(self, rhs=1):
        """The solution, shape `nodes`, for a right-hand side as `load` takes it; for a list of them
        the solutions, shape (len(rhs), .., y, x). On a coarse mesh it is close to the fine solution in
        L2, which it does not interpolate at the nodes.

        >>> solver = lodnet.Solver(16, method="fine").set_coefficient(np.ones(16))
        >>> solver.solve(1).shape, solver.solve([1, "x"]).shape
        ((33,), (2, 33))
        """
        several = isinstance(rhs, (list, tuple))
        loads = np.array([self.load(f) for f in (rhs if several else [rhs])])
        loads = loads.reshape((-1, *self.nodes))  # of none too
        solutions = np.empty_like(loads)
        if len(loads):
            call("LodSolverSolve", self.pointer, len(loads), _address(loads), _address(solutions))
        return solutions if several else solutions[0]

    def _sparse(self, function):
        """A matrix of the library and the nodes of its rows."""
        found = _library.Sparse()
        call(function, self.pointer, byref(found))
        from scipy.sparse import csr_array  # pylint: disable=import-outside-toplevel
        offsets = _view(found.offsets, (found.n_rows + 1,))
        columns = _view(found.columns, (int(offsets[-1]),))
        values = _view(found.values, columns.shape)
        return (csr_array((values, columns, offsets), shape=(found.n_rows, found.n)),
                _view(found.nodes, (found.n_rows,)))

    def matrix(self):
        """The operator S of the present coefficient over the free nodes, a SciPy CSR array (of this
        rank's rows): S @ u.ravel()[free] = load.ravel()[free].

        >>> solver = lodnet.Solver((16, 16), coarse=4).set_coefficient(np.ones((16, 16)))
        >>> S, u, free = solver.matrix(), solver.solve("x"), solver.free
        >>> S.shape, np.allclose(S @ u.ravel()[free], solver.load("x").ravel()[free])
        ((9, 9), True)
        """
        return self._sparse("LodSolverMatrix")[0]

    def mass(self):
        """The mass matrix of Q1 over the same nodes as `matrix`, for steps in time say:
        splu(M + tau * S).solve(M @ u + tau * load) is one of backward Euler."""
        return self._sparse("LodSolverMass")[0]

    @property
    def free(self):
        """The nodes without u = 0 that rows of `matrix` stand for: positions in u.ravel()."""
        return self._sparse("LodSolverMass")[1]

    def local_operators(self):
        """S_T of this rank's coarse cells ("lod", "dnn"), shape (cells, (2 ell + 2)^d, 2^d)."""
        first, last, values = c_int64(), c_int64(), ctypes.POINTER(c_double)()
        call("LodSolverLocalOperators", self.pointer, byref(first), byref(last), byref(values))
        dim, nodes = len(self.shape), 2 * self._mesh.ell + 2
        return _view(values, (last.value - first.value, nodes ** dim, 2 ** dim))


def solve(A, rhs=1, method="lod", **options):
    """The solution for one coefficient, an array over the nodes (.., y, x), boundary included; rhs as
    in Solver.solve, options as those of Solver.

    >>> u = lodnet.solve(np.ones((32, 32)), rhs="sin(pi*x)", coarse=8, natural=["bottom", "top"])
    >>> bool(abs(u[4, 4] * np.pi**2 - 1) < 0.05)          # u is sin(pi x) / pi^2
    True
    """
    A = _doubles(A)
    return Solver(A.shape, method=method, **options).set_coefficient(A).solve(rhs)


def sample(family, cells, seed=0, number=0, *, dim=2, **settings):
    """Draws coefficient `number` of a seed: an array of shape (.., y, x).

    family    "iid", "sine", "expression", "lognormal", "channels", "image", "darcy" or "reservoir"
    cells     per axis, a list in the order x, y, z or one number for `dim` axes
    settings  alpha, beta (range of values), scale, expression, correlation_length, variance,
              channels, channel_width, channel_low, image, logarithmic: as lod-sample's options

    >>> lodnet.sample("lognormal", (32, 16), seed=1, variance=2.0).shape
    (16, 32)
    """
    cells = _per_axis("cells", cells, dim if np.ndim(cells) == 0 else len(cells))
    cells = [_number("cells", n, operator.index) for n in cells]
    sampler = _library.Sampler()
    call("LodSamplerDefaults", family.encode(), byref(sampler))
    for name, value in settings.items():
        if not hasattr(sampler, name):
            raise InputError(f"{name}: no such setting of samplers")
        try:
            setattr(sampler, name, _library.text(value) if isinstance(value, str) else value)
        except TypeError as error:
            raise InputError(f"{name} = {value!r}: {error}") from None
    values = np.empty(cells[::-1])
    call("LodSamplerDraw", byref(sampler), len(cells), (c_int * 3)(*cells[:3]), seed, number,
         _address(values))
    return values


class Comparison:
    """What `compare` found. lod and dnn are the solutions, shape (.., y, x) of the coarse nodes; the
    errors are relative: norm_difference / norm of the matrices (spectral), dnn_lod, lod_fine,
    dnn_fine and coarse_fine of solutions (L2); out_of_range is a part of the patches."""

    def __init__(self, report, lod, dnn):
        self.lod, self.dnn = lod, dnn
        for name, _ in report._fields_:
            setattr(self, name, getattr(report, name))

    def __repr__(self):
        numbers = (f"{name}={value:.3e}" for name, value in vars(self).items()
                   if isinstance(value, float))
        return f"Comparison({', '.join(numbers)})"


def compare(A, model=None, rhs=1, *, allow_range=False, coarse=None, fine=None, ell=None,
            extent=None, natural=None):
    """Compares exact and learned operator, and both with the fine solution, for a right-hand side
    given as a number or an expression; mesh as in Solver.

    >>> found = lodnet.compare(lodnet.sample("iid", 64, seed=1))
    >>> found.lod.shape, found.dnn.shape, found.dnn_lod < 0.01
    ((9, 9), (9, 9), True)
    """
    A = _doubles(A)
    model = _model(model, "dnn")
    mesh = _mesh(A.shape, model, coarse, fine, ell, extent, natural)
    report = _library.Report()
    lod = np.empty(tuple(n + 1 for n in mesh.coarse[:A.ndim])[::-1])
    dnn = np.empty_like(lod)
    call("LodCompareMethods", byref(mesh), model.pointer, _address(A), _expression(rhs),
         allow_range, byref(report), _address(lod), _address(dnn))
    return Comparison(report, lod, dnn)


def read_coefficient(path, dataset=None):
    """Reads a coefficient file: an array of shape (.., y, x)."""
    dim, cells, values = c_int(), (c_int * 3)(), ctypes.POINTER(c_double)()
    call("LodCoefficientFileRead", _library.text(path), _library.text(dataset), byref(dim), cells,
         byref(values))
    try:
        return _view(values, tuple(cells[:dim.value])[::-1])
    finally:
        _library.LIBRARY.LodFree(values)


def write_coefficient(path, A):
    """Writes a coefficient file, whole or not at all."""
    A = _doubles(A)
    call("LodCoefficientFileWrite", _library.text(path), A.ndim, (c_int * 3)(*A.shape[::-1][:3]),
         _address(A))
