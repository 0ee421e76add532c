"""The shared library behind the module: where it lies, its structures, its errors."""
import ctypes
import os
import pathlib
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_int64, c_size_t, c_void_p

NAME = "liblodnet.so.0"
AXES = 3


class Error(Exception):
    """What lodnet could not do; the message is that of the library."""


class InputError(Error, ValueError):
    """An argument or a file that cannot be used."""


class FailedError(Error, RuntimeError):
    """A computation that failed while running."""


class Mesh(ctypes.Structure):
    """LodMesh of lodnet.h; lists per axis are in the order x, y, z."""
    _fields_ = [("dim", c_int), ("coarse", c_int * AXES), ("coefficient", c_int * AXES),
                ("fine", c_int * AXES), ("ell", c_int), ("natural", c_int * 2 * AXES),
                ("extent", c_double * AXES)]


class Options(ctypes.Structure):
    """LodSolverOptions."""
    _fields_ = [("method", c_int), ("model", c_void_p), ("allow_range", c_int), ("average", c_int)]


class Medium(ctypes.Structure):
    """LodMedium."""
    _fields_ = [("values", c_void_p), ("components", c_int), ("reaction", c_void_p),
                ("mask", c_void_p), ("dirichlet_walls", c_int)]


class Source(ctypes.Structure):
    """LodSource."""
    _fields_ = [("expression", c_char_p), ("function", c_void_p), ("context", c_void_p),
                ("serial", c_int), ("fine_values", c_void_p), ("cell_values", c_void_p),
                ("correct", c_int)]


class Flows(ctypes.Structure):
    """LodFlows."""
    _fields_ = [("inflow", c_double * 2 * AXES), ("inflow_walls", c_double), ("source", c_double),
                ("wells", c_double), ("reaction", c_double), ("balance", c_double),
                ("energy", c_double), ("load", c_double)]


class Sparse(ctypes.Structure):
    """LodSparse."""
    _fields_ = [("n", c_int64), ("first_row", c_int64), ("n_rows", c_int64),
                ("offsets", POINTER(c_int64)), ("columns", POINTER(c_int64)),
                ("nodes", POINTER(c_int64)), ("values", POINTER(c_double))]


class Sampler(ctypes.Structure):
    """LodSampler."""
    _fields_ = [("family", c_char_p), ("alpha", c_double), ("beta", c_double), ("scale", c_int),
                ("expression", c_char_p), ("correlation_length", c_double), ("variance", c_double),
                ("channels", c_int), ("channel_width", c_int), ("channel_low", c_int),
                ("image", c_char_p), ("logarithmic", c_int)]


class Report(ctypes.Structure):
    """LodReportOfComparison."""
    _fields_ = [(name, c_double) for name in (
        "norm_difference", "norm", "dnn_lod", "lod_fine", "dnn_fine", "coarse_fine",
        "out_of_range")]


# Arguments of the functions that return a code.
ARGUMENTS = {
    "LodMeshDefaults": [c_int, POINTER(c_int), c_void_p, POINTER(Mesh)],
    "LodModelOpen": [c_char_p, POINTER(c_void_p)],
    "LodModelClose": [POINTER(c_void_p)],
    "LodSolverCreate": [c_void_p, POINTER(Mesh), POINTER(Options), POINTER(c_void_p)],
    "LodSolverDestroy": [POINTER(c_void_p)],
    "LodSolverNodes": [c_void_p, POINTER(c_int), POINTER(c_size_t)],
    "LodSolverSetCoefficient": [c_void_p, c_void_p],
    "LodSolverSetFace": [c_void_p, c_char_p, c_int, c_char_p, c_char_p],
    "LodSolverSetWells": [c_void_p, c_int, c_void_p, c_void_p],
    "LodSolverSetMedium": [c_void_p, POINTER(Medium)],
    "LodSolverSolveProblem": [c_void_p, POINTER(Source), c_void_p],
    "LodSolverFineSolution": [c_void_p, c_void_p],
    "LodSolverFlux": [c_void_p, c_void_p],
    "LodSolverFlows": [c_void_p, POINTER(Flows)],
    "LodSolverEffective": [c_void_p, c_char_p, c_void_p],
    "LodSolverLoadExpression": [c_void_p, c_char_p, c_void_p],
    "LodSolverLoadNodes": [c_void_p, c_void_p, c_void_p],
    "LodSolverLoadCells": [c_void_p, c_void_p, c_void_p],
    "LodSolverSolve": [c_void_p, c_int, c_void_p, c_void_p],
    "LodSolverMatrix": [c_void_p, POINTER(Sparse)],
    "LodSolverMass": [c_void_p, POINTER(Sparse)],
    "LodSolverLocalOperators": [c_void_p, POINTER(c_int64), POINTER(c_int64),
                                POINTER(POINTER(c_double))],
    "LodSamplerDefaults": [c_char_p, POINTER(Sampler)],
    "LodSamplerDraw": [POINTER(Sampler), c_int, POINTER(c_int), c_int64, c_int64, c_void_p],
    "LodCoefficientFileRead": [c_char_p, c_char_p, POINTER(c_int), POINTER(c_int),
                               POINTER(POINTER(c_double))],
    "LodCoefficientFileWrite": [c_char_p, c_int, POINTER(c_int), c_void_p],
    "LodCompareMethods": [POINTER(Mesh), c_void_p, c_void_p, c_char_p, c_int, POINTER(Report),
                          c_void_p, c_void_p],
}


def _paths():
    """Where the library may lie: where LODNET_LIBRARY says, else under the prefix of this module."""
    if os.environ.get("LODNET_LIBRARY"):
        yield os.environ["LODNET_LIBRARY"]
        return
    for folder in pathlib.Path(__file__).resolve().parents:
        for pattern in (NAME, f"lib*/{NAME}", f"lib/*-linux-gnu*/{NAME}"):
            yield from map(str, sorted(folder.glob(pattern)))
    yield NAME  # wherever the system's loader looks


def _open():
    """The library, with the arguments of its functions."""
    path = next(_paths())
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"lodnet: {error}; the environment variable LODNET_LIBRARY may name "
                          f"{NAME}") from error
    for name, arguments in ARGUMENTS.items():
        getattr(library, name).argtypes = arguments
    library.LodLastError.restype = library.LodVersion.restype = c_char_p
    library.LodFree.argtypes = [c_void_p]
    library.LodFree.restype = None
    return library


LIBRARY = _open()


def call(name, *arguments):
    """Calls a function of the library, which releases the interpreter's lock, and raises what its
    code says."""
    code = getattr(LIBRARY, name)(*arguments)
    if code:
        message = LIBRARY.LodLastError().decode(errors="replace")
        raise (InputError if code == 2 else FailedError)(message)


def communicator(comm):
    """An MPI_Comm to be passed on: of mpi4py's communicator, or of this process alone for None."""
    if comm is None:
        return c_void_p(ctypes.addressof(ctypes.c_char.in_dll(LIBRARY, "ompi_mpi_comm_self")))
    from mpi4py import MPI  # pylint: disable=import-outside-toplevel
    return c_void_p.from_address(MPI._addressof(comm))


def text(value):
    """A string as the library takes it; None stays None."""
    return None if value is None else os.fsencode(value)


class Handle:
    """An object of the library that is destroyed along with this one."""

    def __init__(self, create, destroy, *arguments):
        self.pointer = c_void_p()
        self._destroy = destroy
        call(create, *arguments, byref(self.pointer))

    def close(self):
        """Frees the object; it cannot be used any more."""
        if self.pointer:
            call(self._destroy, byref(self.pointer))

    def __del__(self):
        if getattr(self, "pointer", None):
            getattr(LIBRARY, self._destroy)(byref(self.pointer))
