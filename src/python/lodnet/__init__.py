"""Numerical homogenization of -div(A grad u) + c u = f: lodnet's library with NumPy arrays in and out.

    >>> import lodnet
    >>> A = lodnet.sample("iid", 64, seed=1)             # one number per cell
    >>> lodnet.solve(A, rhs="1 + x*y").shape             # exact operator, at the coarse nodes
    (9, 9)
    >>> solver = lodnet.Solver(A.shape, method="dnn").set_coefficient(A)
    >>> u, v = solver.solve([1, lambda x, y: x * y])     # several right-hand sides
    >>> flow = lodnet.Solver(A.shape, dirichlet={"left": 1, "right": 0}, natural=["bottom", "top"])
    >>> u = flow.set_coefficient(A).solve(0)             # flow through the sample
    >>> K = lodnet.effective(A)                          # its effective tensor

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
           "effective", "load_model", "read_coefficient", "sample", "solve", "write_coefficient"]
for _error in (Error, FailedError, InputError):
    _error.__module__ = __name__
__version__ = _library.LIBRARY.LodVersion().decode()

METHODS = ("lod", "dnn", "fine", "coarse")
FACES = {"left": (0, 0), "right": (0, 1), "bottom": (1, 0), "top": (1, 1), "front": (2, 0),
         "back": (2, 1)}
KINDS = {"dirichlet": 0, "flux": 2, "robin": 3}
WALLS = ("natural", "dirichlet")


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


def _value(name, value):
    """A number or an expression as the text of an expression."""
    return value.encode() if isinstance(value, str) else \
        repr(_number(name, value, float, "a number or an expression")).encode()


def _cells_of(A, tensor):
    """The shape of the coefficient mesh of A, of which axes may be those of tensors."""
    n = A.ndim
    if tensor is None:
        if n == 3 and A.shape[-1] == 2:
            raise InputError(f"A has shape {A.shape}: say tensor=True (diagonal tensors in two "
                             "dimensions) or tensor=False (numbers in three)")
        tensor = n > 3
    if not tensor:
        return A.shape
    for dim in (1, 2, 3):
        if A.shape[dim:] in ((dim,), (dim, dim)):
            return A.shape[:dim]
    raise InputError(f"A has shape {A.shape}: tensors have the shape (.., y, x, d) (diagonal) or "
                     "(.., y, x, d, d)")


def _components(A, shape):
    """A as the library takes it, [cell][component], and how many components there are."""
    dim = len(shape)
    if A.shape == shape:
        return A, 1
    if A.shape == (*shape, dim):
        return A, dim
    if A.shape != (*shape, dim, dim):
        raise InputError(f"A has shape {A.shape}, the solver is for {shape}, or of tensors "
                         f"{(*shape, dim)} or {(*shape, dim, dim)}")
    transposed = np.swapaxes(A, -1, -2)
    skew = np.abs(A - transposed) > 1e-12 * np.abs(A).max(axis=(-1, -2), keepdims=True)
    if skew.any():
        cell = tuple(int(i) for i in np.argwhere(skew)[0][:dim])
        raise InputError(f"A{list(cell)} is not symmetric: {A[cell].tolist()}")
    return np.ascontiguousarray(A[(..., *np.triu_indices(dim))]), dim * (dim + 1) // 2


def _per_cell(name, values, shape, dtype):
    """An array over the cells from one, or from a number; None stays None."""
    if values is None:
        return None
    try:
        array = np.asarray(values, dtype=dtype)
    except (TypeError, ValueError):
        raise InputError(f"{name} = {values!r}: must be numbers, one for each cell") from None
    if array.shape not in ((), shape):
        raise InputError(f"{name} has shape {array.shape}, must have {shape}")
    return np.ascontiguousarray(np.broadcast_to(array, shape))


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
    dirichlet, flux  what u and A grad u . n are on faces, {face: number or expression}
    robin    A grad u . n = r (g - u) on faces, {face: (r, g)}
    wells    sources in points, [(point, rate), ..]: the integral of f around each is its rate
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
                 natural=None, dirichlet=None, flux=None, robin=None, wells=None, model=None,
                 average=False, allow_range=False, comm=None):
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
        self._set_conditions(natural, {"dirichlet": dirichlet, "flux": flux, "robin": robin})
        self._set_wells(wells or [])
        self._masked = False
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

    def _set_conditions(self, natural, given):
        """Says what holds on the faces that are given."""
        taken = {natural} if isinstance(natural, str) else set(natural or ())
        for name, faces in given.items():
            for face, value in (faces or {}).items():
                where = f"{name}[{face!r}]"
                if face in taken:
                    raise InputError(f"{where}: the face has a condition already")
                taken.add(face)
                rate = None
                if name == "robin":
                    if isinstance(value, str) or np.shape(value) != (2,):
                        raise InputError(f"{where} = {value!r}: must be (r, g)")
                    rate, value = _value(where, value[0]), value[1]
                call("LodSolverSetFace", self.pointer, str(face).encode(), KINDS[name],
                     _value(where, value), rate)

    def _set_wells(self, wells):
        """Says which wells there are."""
        dim = len(self.shape)
        points, rates = np.zeros((len(wells), 3)), np.zeros(len(wells))
        for n, well in enumerate(wells):
            try:
                point, rate = well
                points[n, :dim], rates[n] = _per_axis(f"wells[{n}]", np.atleast_1d(point), dim), rate
            except (TypeError, ValueError):
                raise InputError(f"wells[{n}] = {well!r}: must be (point, rate), a point having "
                                 f"{dim} coordinates") from None
        if len(wells):
            call("LodSolverSetWells", self.pointer, len(wells), _address(points), _address(rates))

    def set_coefficient(self, A, *, reaction=None, mask=None, walls="natural"):
        """Takes the medium and returns the solver. The operator is computed when it is first needed.

        A         positive, of the solver's shape; of tensors, symmetric and positive definite, the
                  shape (.., y, x, d) (their diagonals) or (.., y, x, d, d), components in the order
                  x, y, z
        reaction  c >= 0, a number or one for each cell
        mask      whether each cell is in D (default: all are); A does not count outside
        walls     what holds where the mask ends: "natural" or "dirichlet" (u = 0)

        >>> layers = np.ones((16, 16, 2)) * (1, 0.1)      # ten times less across than along x
        >>> solver = lodnet.Solver((16, 16), dirichlet={"left": "y"}).set_coefficient(layers)
        >>> solver.solve(0).shape
        (3, 3)
        """
        values, components = _components(_doubles(A), self.shape)
        if walls not in WALLS:
            raise InputError(f"walls = {walls!r}: must be one of {', '.join(WALLS)}")
        reaction = _per_cell("reaction", reaction, self.shape, np.float64)
        mask = _per_cell("mask", mask, self.shape, np.bool_)
        medium = _library.Medium(_address(values), components,
                                 None if reaction is None else _address(reaction),
                                 None if mask is None else _address(mask), WALLS.index(walls))
        call("LodSolverSetMedium", self.pointer, byref(medium))
        self._masked = mask is not None and not mask.all()
        return self

    @property
    def _fine_nodes(self):
        """The shape of arrays over the fine nodes."""
        return tuple(n + 1 for n in self._mesh.fine[:len(self.shape)])[::-1]

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
        kind, values = self._source(rhs)
        function = {"expression": "LodSolverLoadExpression", "fine_values": "LodSolverLoadNodes",
                    "cell_values": "LodSolverLoadCells"}[kind]
        call(function, self.pointer, values if kind == "expression" else _address(values),
             _address(load))
        return load

    def _source(self, rhs):
        """Which member of LodSource a right-hand side is, and what it holds."""
        if isinstance(rhs, str) or np.ndim(rhs) == 0 and not callable(rhs):
            return "expression", _expression(rhs, "an expression, a number, a function or an array")
        values = self._fine_values(rhs) if callable(rhs) else _doubles(rhs)
        if values.shape == self._fine_nodes:
            return "fine_values", values
        if values.shape == self.shape:
            return "cell_values", values
        raise InputError(f"rhs has shape {values.shape}, must have {self._fine_nodes} (fine nodes) "
                         f"or {self.shape} (cells)")

    def solve(self, rhs=1, *, correct=False):
        """The solution, shape `nodes`, for a right-hand side as `load` takes it; for a list of them
        the solutions, shape (len(rhs), .., y, x). On a coarse mesh it is close to the fine solution in
        L2, which it does not interpolate at the nodes: see `fine_solution`. With `correct` ("lod") it
        also sees right-hand side and boundary data on the fine mesh, for an operator more.

        >>> solver = lodnet.Solver(16, method="fine").set_coefficient(np.ones(16))
        >>> solver.solve(1).shape, solver.solve([1, "x"]).shape
        ((33,), (2, 33))
        """
        if isinstance(rhs, (list, tuple)):
            if correct or self._masked:
                return np.array([self.solve(f, correct=correct) for f in rhs]).reshape(
                    (-1, *self.nodes))
            return self._solve_loads(rhs)
        kind, values = self._source(rhs)
        source = _library.Source(correct=correct)
        setattr(source, kind, values if kind == "expression" else _address(values))
        solution = np.empty(self.nodes)
        call("LodSolverSolveProblem", self.pointer, byref(source), _address(solution))
        return solution

    def _solve_loads(self, rhs):
        """The solutions for several right-hand sides at once."""
        loads = np.array([self.load(f) for f in rhs]).reshape((-1, *self.nodes))  # of none too
        solutions = np.empty_like(loads)
        if len(loads):
            call("LodSolverSolve", self.pointer, len(loads), _address(loads), _address(solutions))
        return solutions

    def fine_solution(self):
        """The latest solution of one right-hand side (`solve`) on the fine mesh, with the correctors
        that the coarse one leaves out: close to the fine solution in values and gradients.

        >>> A = lodnet.sample("iid", 32, seed=1)
        >>> solver = lodnet.Solver(A.shape).set_coefficient(A)
        >>> u, expected = solver.solve(correct=True), lodnet.solve(A, method="fine")
        >>> bool(np.abs(solver.fine_solution() - expected).max() < 1e-2 * expected.max())
        True
        """
        fine = np.empty(self._fine_nodes)
        call("LodSolverFineSolution", self.pointer, _address(fine))
        return fine

    def flux(self):
        """The mean of -A grad u over every cell of the coefficient mesh, shape (.., y, x, d), of the
        latest `fine_solution`; components in the order x, y, z."""
        flux = np.empty((*self.shape, len(self.shape)))
        call("LodSolverFlux", self.pointer, _address(flux))
        return flux

    def flows(self):
        """What flows into D through every face, by its name, of the latest `fine_solution`; and
        "walls" (of holes with u = 0), "source" (the integral of f), "wells", "reaction" (that of c u),
        "balance" (all that flows in and arises, less the reaction: 0 but for errors), "energy"
        a(u, u) and "load" l(u).

        >>> flow = lodnet.Solver(16, dirichlet={"left": 1, "right": 0})
        >>> u, found = flow.set_coefficient(np.full(16, 3.0)).solve(0), flow.flows()
        >>> round(found["left"], 9), round(found["right"], 9), round(found["energy"], 9)
        (3.0, -3.0, 3.0)
        """
        found = _library.Flows()
        call("LodSolverFlows", self.pointer, byref(found))
        flows = {face: found.inflow[axis][side] for face, (axis, side) in FACES.items()
                 if axis < len(self.shape)}
        flows["walls"] = found.inflow_walls
        for name in ("source", "wells", "reaction", "balance", "energy", "load"):
            flows[name] = getattr(found, name)
        return flows

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


def solve(A, rhs=1, method="lod", *, tensor=None, reaction=None, mask=None, walls="natural",
          correct=False, **options):
    """The solution for one coefficient, an array over the nodes (.., y, x), boundary included; rhs
    and correct as in Solver.solve, reaction, mask and walls as in Solver.set_coefficient, options as
    those of Solver. An A of four or five axes has tensors, one of three with two columns wants
    tensor=True or False.

    >>> u = lodnet.solve(np.ones((32, 32)), rhs="sin(pi*x)", coarse=8, natural=["bottom", "top"])
    >>> bool(abs(u[4, 4] * np.pi**2 - 1) < 0.05)          # u is sin(pi x) / pi^2
    True
    >>> A = np.ones((32, 32, 2)) * (1, 0.1)
    >>> lodnet.solve(A, 0, tensor=True, dirichlet={"left": 1}, wells=[((0.5, 0.5), 2)]).shape
    (5, 5)
    """
    A = _doubles(A)
    solver = Solver(_cells_of(A, tensor), method=method, **options)
    solver.set_coefficient(A, reaction=reaction, mask=mask, walls=walls)
    return solver.solve(rhs, correct=correct)


def effective(A, kind="periodic", method="lod", *, tensor=None, mask=None, **options):
    """The effective tensor of a medium, shape (d, d). kind says what the boundary does while a mean
    gradient is applied: "periodic", "linear" (u = x_j on all faces) or "flow" (on two of them, the
    others natural); tensor and mask as in solve, options as those of Solver.

    >>> laminate = np.ones((16, 16)) * np.where(np.arange(16) % 2, 1.0, 3.0)
    >>> K = lodnet.effective(laminate, method="fine")     # harmonic across, arithmetic mean along
    >>> [[float(k) for k in row] for row in np.abs(K.round(6))]
    [[1.5, 0.0], [0.0, 2.0]]
    """
    A = _doubles(A)
    solver = Solver(_cells_of(A, tensor), method=method, **options)
    solver.set_coefficient(A, mask=mask)
    found = np.empty((3, 3))
    call("LodSolverEffective", solver.pointer, str(kind).encode(), _address(found))
    return found[:len(solver.shape), :len(solver.shape)].copy()


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
