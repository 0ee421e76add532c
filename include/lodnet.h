/* lodnet: numerical homogenization of -div(A grad u) + c u = f as a library.

   A coarse operator for a rough coefficient A, exact (localized orthogonal decomposition) or by a
   trained network, and solutions with it; README.md and src/README.md tell the mathematics.

     LodSolver *solver = NULL;
     LodMesh    mesh;
     int        cells[] = {128, 128};
     int        error = LodMeshDefaults(2, cells, NULL, &mesh);
     if (!error) error = LodSolverCreate(MPI_COMM_WORLD, &mesh, NULL, &solver);
     if (!error) error = LodSolverSetCoefficient(solver, values);
     if (!error) error = LodSolverLoadExpression(solver, "1", load);
     if (!error) error = LodSolverSolve(solver, 1, load, solution);
     if (error) fprintf(stderr, "%s\n", LodLastError());
     LodSolverDestroy(&solver);

   Conventions. Arrays are C arrays with x fastest: the value of cell (i, j, k) of a mesh of
   cells[0] x cells[1] x cells[2] cells is values[(k * cells[1] + j) * cells[0] + i], and nodes
   likewise with cells[a] + 1 of them along axis a, boundary included. Lists per axis are in the
   order x, y, z, three entries long; those beyond the dimension are ignored. What is created is
   destroyed by its creator; destroying NULL does nothing, and the handle becomes NULL.

   Errors. Every function that returns int returns 0 (done), LODNET_FAILED or LODNET_INPUT, the same
   codes as the programs' exit statuses; LodLastError tells this thread what was wrong.

   Hosts. MPI and PETSc are started by the first call that needs them unless the host has done so,
   and are ended by LodLibraryEnd, or when the process exits, only if lodnet has started them.
   Signal handlers, the error handlers of PETSc and HDF5 and the number of threads of BLAS are,
   after each call, what they were before. Functions that take a solver on several ranks are
   collective on its communicator. The child of a fork of a process that has used lodnet is refused.
   Objects share no state: threads may work at the same time each with a solver of its own; one
   model serves any number of them. */
#ifndef LODNET_H
#define LODNET_H

/* Without the C++ bindings, which MPI has dropped: they would need a library of their own. */
#if defined __cplusplus && !defined OMPI_SKIP_MPICXX
#define OMPI_SKIP_MPICXX 1
#endif
#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined __GNUC__
#define LODNET_API __attribute__((visibility("default")))
#else
#define LODNET_API
#endif

/* Codes: the call failed while running; its input cannot be used. */
#define LODNET_FAILED 1
#define LODNET_INPUT 2

/* "0.2.0". */
LODNET_API const char *LodVersion(void);

/* What was wrong in the latest call of this thread that returned an error, "" if none or if it has
   been read: reading clears. The text stays until this thread calls it again. */
LODNET_API const char *LodLastError(void);

/* Starts MPI and PETSc now rather than with the first call that needs them, and ends what lodnet
   has started. No solver may be used after the end; there is no second start. */
LODNET_API int LodLibraryBegin(void);
LODNET_API int LodLibraryEnd(void);

/* Takes warnings and the progress of long work, instead of standard error: `done` of `total` steps
   of `label`; total 0 for a warning, or for what long work is likely to cost, said beforehand: then
   `label` is the text. NULL as function: nothing is said, as it is by default. For this thread's
   calls. */
typedef void (*LodReport)(void *context, const char *label, int64_t done, int64_t total);
LODNET_API void LodSetReport(LodReport report, void *context);

/* ---- Meshes ---- */

/* Nested Cartesian meshes on the box (0, extent[0]) x .. x (0, extent[dim-1]). Along each axis the
   coefficient's cells are a multiple of the coarse cells and the fine cells one of the
   coefficient's. */
typedef struct {
  int dim;            /* 1, 2 or 3 */
  int coarse[3];      /* coarse cells per axis: unknowns of the compressed problem */
  int coefficient[3]; /* cells per axis in which A is constant */
  int fine[3];        /* fine cells per axis, on which correctors are computed */
  int ell;            /* layers of coarse cells around a patch's centre; the largest N - 1 cover D,
                         more change nothing but the sizes of arrays */
  int natural[3][2];  /* [axis][low, high]: A grad u . n = 0 on that face of the box, else u = 0,
                         unless LodSolverSetFace says what holds there */
  double extent[3];   /* side lengths */
} LodMesh;

/* Opaque: a solver, and a trained model. */
typedef struct LodSolver LodSolver;
typedef struct LodModel  LodModel;

/* The mesh that the programs take for a coefficient of cells[dim] cells on the unit box: with a
   model the one that it was trained for, else coarse cells of 8 coefficient cells each along every
   axis (where there are not as many cells along all axes, of the first of 8, 4, 2, 7, 5, 3 that
   divides all), 2 fine cells per coefficient cell, and l = 2 (1 in three dimensions). Where none of
   these divides, coarse is 0 and has to be chosen, but for LODNET_METHOD_FINE. Everything may be
   changed afterwards; LodSolverCreate checks. */
LODNET_API int LodMeshDefaults(int dim, const int *cells, const LodModel *model, LodMesh *mesh);

/* ---- Models ---- */

/* Reads model.h5 (path NULL: the model that comes with lodnet). A model is not changed by its use.
   Destroy it after the solvers that use it. */
LODNET_API int LodModelOpen(const char *path, LodModel **model);
LODNET_API int LodModelClose(LodModel **model);

/* ---- Solvers ---- */

/* How solutions come about: by the exact compressed operator, by the learned one, by the full fine
   problem or by plain Q1 on the coarse mesh. */
typedef enum {
  LODNET_METHOD_LOD,
  LODNET_METHOD_DNN,
  LODNET_METHOD_FINE,
  LODNET_METHOD_COARSE
} LodSolverMethod;

/* Zero is a default for everything: exact, values outside of what the model was trained for
   refused. */
typedef struct {
  LodSolverMethod method;
  const LodModel *model;       /* for LODNET_METHOD_DNN; borrowed */
  int             allow_range; /* take coefficients outside of the model's training range */
  int             average;     /* learned operators averaged over the symmetries of the cube */
} LodSolverOptions;

/* A solver on the ranks of `comm`; options NULL: the defaults. */
LODNET_API int LodSolverCreate(MPI_Comm comm, const LodMesh *mesh, const LodSolverOptions *options,
                               LodSolver **solver);
LODNET_API int LodSolverDestroy(LodSolver **solver);

/* The nodes on which loads and solutions live, nodes[3], and their number: those of the coarse
   mesh, or of the fine mesh for LODNET_METHOD_FINE. */
LODNET_API int LodSolverNodes(const LodSolver *solver, int nodes[3], size_t *count);

/* Takes A, one positive number per coefficient cell, the same on all ranks, and computes the
   operator. The values are copied. */
LODNET_API int LodSolverSetCoefficient(LodSolver *solver, const double *values);

/* f as a function. */
typedef double (*LodFunction)(void *context, const double point[3]);

/* ---- Other problems than A a number and u = 0 on the boundary ----

   -div(A grad u) + c u = f, where first the conditions are said and then what D is made of: a
   condition holds from the next coefficient or medium on. */

/* What holds on a face: u = g, A grad u . n = 0, A grad u . n = q, A grad u . n = r (g - u). */
typedef enum {
  LODNET_FACE_DIRICHLET,
  LODNET_FACE_NATURAL,
  LODNET_FACE_FLUX,
  LODNET_FACE_ROBIN
} LodSolverFace;

/* Says what holds on "left", "right", "bottom", "top", "front" or "back", in place of what held
   before. `value` is g or q and `rate` r, expressions in the coordinates of the box or
   "@FILE.h5:DATASET" (lod-solve --help); NULL: 0. Whether they are right is seen with the next
   medium. */
LODNET_API int LodSolverSetFace(LodSolver *solver, const char *face, LodSolverFace kind,
                                const char *value, const char *rate);

/* Says which wells there are, in place of those before: sources in points[n][3], the integral of f
   over the surroundings of each being its rate. */
LODNET_API int LodSolverSetWells(LodSolver *solver, int n, const double (*points)[3],
                                 const double *rates);

/* What D is made of. Zero is a default for everything but A. Tensors in a cell are symmetric,
   positive definite: their diagonal, or the upper triangle by rows (xx xy yy, or xx xy xz yy yz
   zz). Learned operators take A as a number and nothing else. */
typedef struct {
  const double        *values;          /* A, [cell][component] */
  int                  components;      /* 0 or 1: a number; d: diagonal; d (d + 1) / 2: a tensor */
  const double        *reaction;        /* c >= 0, one number per cell; NULL: 0 */
  const unsigned char *mask;            /* per cell, 0: outside of D; NULL: all are inside */
  int                  dirichlet_walls; /* u = 0 where the mask ends; else A grad u . n = 0 */
} LodMedium;

/* Takes the medium, the same on all ranks; everything is copied. The operator is computed when it
   is first needed. */
LODNET_API int LodSolverSetMedium(LodSolver *solver, const LodMedium *medium);

/* A right-hand side f, given in one of four ways as for the loads below; with none f = 0. `correct`
   (LODNET_METHOD_LOD): with load correctors, which see f, q, r and g on the fine scale; then the
   operator is computed anew. */
typedef struct {
  const char   *expression; /* also "@FILE.h5:DATASET" */
  LodFunction   function;
  void         *context; /* of the function */
  int           serial;  /* the function is called by one thread at a time */
  const double *fine_values;
  const double *cell_values;
  int           correct;
} LodSource;

/* Solves the problem for one f, solution[count of nodes], on every rank; the functions below tell
   of the latest solution found here. Where every face lets flow through as given and c = 0, u is
   found up to a constant, its mean being 0, and loads that do not add up to 0 are refused. In holes
   solutions are 0. */
LODNET_API int LodSolverSolveProblem(LodSolver *solver, const LodSource *f, double *solution);

/* The solution on the fine mesh, fine[nodes], with the correctors that the coarse one leaves out
   (with a model the exact ones): that is close to the full fine solution in values and gradients.
 */
LODNET_API int LodSolverFineSolution(LodSolver *solver, double *fine);

/* Its flux, flux[coefficient cell][dim]: the means of -A grad u. */
LODNET_API int LodSolverFlux(LodSolver *solver, double *flux);

/* What flows, and the energy, of the solution on the fine mesh; inflow is positive. */
typedef struct {
  double inflow[3][2];            /* [axis][low, high]: through every face of the box */
  double inflow_walls;            /* through walls of holes with u = 0 */
  double source, wells, reaction; /* the integral of f, the sum of rates, the integral of c u */
  double balance;                 /* inflows + source + wells - reaction: 0 but for errors */
  double energy, load;            /* a(u, u), l(u) */
} LodFlows;
LODNET_API int LodSolverFlows(LodSolver *solver, LodFlows *flows);

/* The effective tensor K of the medium, tensor[3][3] with zeros beyond the dimension, by the
   solver's method; kind: "periodic", "linear" or "flow" (lod-solve --help). The solver has no
   conditions and no natural faces, the medium no reaction. */
LODNET_API int LodSolverEffective(LodSolver *solver, const char *kind, double tensor[3][3]);

/* ---- Loads and solutions ---- */

/* Loads: load[count of nodes] of a right-hand side f, the integrals of f times the hat function of
   every node (LodSolverNodes), from f as an expression ("1 + x*y", see lod-solve --help); a
   function, called at quadrature points by several threads unless `serial`; its Q1 function with
   values at all nodes of the fine mesh; or one value per coefficient cell. */
LODNET_API int LodSolverLoadExpression(LodSolver *solver, const char *expression, double *load);
LODNET_API int LodSolverLoadFunction(LodSolver *solver, LodFunction function, void *context,
                                     int serial, double *load);
LODNET_API int LodSolverLoadNodes(LodSolver *solver, const double *fine_values, double *load);
LODNET_API int LodSolverLoadCells(LodSolver *solver, const double *cell_values, double *load);

/* Solves for n_rhs loads[n_rhs][count] into solutions[n_rhs][count], on every rank; what faces and
   wells give is added to the loads, which are of f alone. Without load correctors; refused where D
   has holes. */
LODNET_API int LodSolverSolve(LodSolver *solver, int n_rhs, const double *loads, double *solutions);

/* A sparse matrix by rows over the free nodes (those without u = 0): row r of this rank's rows has
   the entries offsets[r] <= e < offsets[r + 1], columns[e] ascending, values[e]; its number is
   first_row + r, and nodes[r] is the node (of LodSolverNodes) that it belongs to. Borrowed from the
   solver until its next coefficient or its end. Refused where D has holes, the matrix also where it
   would be singular. */
typedef struct {
  int64_t        n, first_row, n_rows; /* of the whole matrix; this rank's */
  const int64_t *offsets, *columns, *nodes;
  const double  *values;
} LodSparse;

/* The operator of the present coefficient (the compressed one for LOD and DNN), and the mass matrix
   of Q1 on the same nodes. */
LODNET_API int LodSolverMatrix(LodSolver *solver, LodSparse *matrix);
LODNET_API int LodSolverMass(LodSolver *solver, LodSparse *mass);

/* Local operators of this rank's coarse cells first <= T < last (LOD and DNN):
   operators[T - first][z][j], z over the (2l+2)^d nodes of the uncut patch, j over the corners of
   T. Borrowed like the matrix. */
LODNET_API int LodSolverLocalOperators(LodSolver *solver, int64_t *first, int64_t *last,
                                       const double **operators);

/* ---- Coefficients ---- */

/* What a family of coefficients is drawn with; LodSamplerDefaults fills it in. The families are
   those of lod-sample --help. */
typedef struct {
  const char *family; /* "iid", "sine", "expression", "lognormal", "channels", "image", "darcy",
                         "reservoir" */
  double      alpha, beta;                          /* range of values */
  int         scale;                                /* iid: pieces per axis; 0: the cells */
  const char *expression;                           /* expression */
  double      correlation_length;                   /* lognormal */
  double      variance;                             /* lognormal */
  int         channels, channel_width, channel_low; /* channels */
  const char *image;                                /* image: a PNG file */
  int         logarithmic;                          /* image */
} LodSampler;

LODNET_API int LodSamplerDefaults(const char *family, LodSampler *sampler);

/* Draws coefficient `number` of a seed into values[cells]; the same arguments, the same numbers. */
LODNET_API int LodSamplerDraw(const LodSampler *sampler, int dim, const int *cells, int64_t seed,
                              int64_t number, double *values);

/* Reads and writes coefficient files; `dataset` NULL: "coefficient". LodFree frees *values. */
LODNET_API int LodCoefficientFileRead(const char *path, const char *dataset, int *dim, int cells[3],
                                      double **values);
LODNET_API int LodCoefficientFileWrite(const char *path, int dim, const int *cells,
                                       const double *values);
LODNET_API void LodFree(void *values);

/* ---- LOD against network ---- */

/* What lod-compare reports; errors are relative. */
typedef struct {
  double norm_difference, norm;           /* spectral, of the matrices: |S - S_hat|, |S| */
  double dnn_lod;                         /* L2, learned against exact solution */
  double lod_fine, dnn_fine, coarse_fine; /* L2, against the fine solution */
  double out_of_range;                    /* part of the patches outside of the model's training */
} LodReportOfComparison;

/* Compares on one rank, for f given as an expression; solutions are on the coarse nodes (may be
   NULL). */
LODNET_API int LodCompareMethods(const LodMesh *mesh, const LodModel *model, const double *values,
                                 const char *expression, int allow_range,
                                 LodReportOfComparison *report, double *lod, double *dnn);

#ifdef __cplusplus
}
#endif
#endif
