/* solution.h5 and its ParaView companion. */
#ifndef LODNET_IO_SOLUTION_H
#define LODNET_IO_SOLUTION_H

#include "grid/coefficient.h"
#include "io/hdf5_file.h"
#include "io/hdf5_stream.h"

/* The fine-scale field and its fluxes; everything is borrowed. */
typedef struct {
  const double *fine;         /* [fine nodes]: u_ms, or the fine solution */
  const double *interpolated; /* [fine nodes]: the Q1 function of `values` below; NULL: the same */
  const double *flux;         /* [coefficient cell][d]: means of -A grad u */
  const double *face_flux[LOD_MAX_DIM]; /* [axis][faces across it], equilibrate.h; NULL: none */
  const PetscInt *face_cells;           /* of the mesh whose faces they are, per axis */
  double          imbalance;            /* of face_flux, see there */
} LodSolutionFields;

typedef struct {
  const LodGrid *grid;
  const char    *method;  /* lod, dnn, fine or coarse */
  PetscBool      average; /* dnn: operators averaged over the symmetries of the cube */
  PetscBool      correct; /* lod: with correctors of the right-hand side */
  const char    *rhs;     /* the expression */
  const char    *boundary, *wells, *reaction; /* as text, a line a face and a well; NULL: u = 0
                                                 where no face is natural, none, 0 */
  const PetscInt       *cells;  /* of the mesh the solution lives on: coarse, or fine for fine */
  const double         *values; /* at all its nodes, x fastest */
  double                seconds_operator, seconds_solve;
  const double         *operators;   /* local operators of all cells [cell][z][j], or NULL */
  const LodCoefficient *coefficient; /* what the operators or fields are of; needed with them, and
                                        where there is a mask */
  const LodSolutionFields *fields;   /* or NULL */
  /* Quantities of interest: how many, their names, one a line, of which function they are, and
     their values (not of a series, which takes them sample by sample). */
  PetscInt      n_quantities;
  const char   *quantity_names, *quantities_of;
  const double *quantities;
} LodSolution;

/* Writes solution.h5, atomically: `solution`, shape (z, y, x), its axes `x`, `y`, `z`, attributes
   method, average (1 or 0), those of mesh_attributes.h, natural (names of the natural faces), rhs,
   correct, and if given boundary, wells and reaction (lines of text), seconds_operator,
   seconds_solve, version, and, if local operators are given, `local_operators`
   and what they belong to, the `coefficient` and, if it has them, `reaction` and the rates of Robin
   faces, `robin_left`.. (coefficient_file.h), so that a later run can start from them. With fields
   also `fine_solution` (z, y, x at the fine nodes), `flux` (z, y, x, component), `face_flux_x`,
   `_y` and `_z` (z, y, x; along its axis one more than cells) with the attribute `imbalance`, and
   `coefficient`. With quantities `quantities` (n), whose attributes `names` (lines of text) and
   `of` say what they are.

   Where the coefficient has a mask, u at nodes that touch no cell of D is NaN, and so are
   A and fluxes of cells outside.

   Also the file of LodSolutionVtkPath, if that names one: the mesh and the values once more, as a
   legacy VTK file of structured points, the one format of image data that VTK and ParaView of every
   age, PyVista, VisIt and meshio all open, in one to three dimensions, at z = 0 in two. With fields
   it holds them on the fine mesh: at its points `fine_solution` and, interpolated, `solution`; in
   its cells `coefficient` (a tensor as `coefficient_xx`, ...) and the vectors `flux`. That is 16
   bytes a fine node and 32 a fine cell (up to 72 with tensors). */
PetscErrorCode LodSolutionWrite(const LodSolution *solution, const char *path);

/* Many solutions in one file, written one by one: `solution` has the shape (samples, right-hand
   sides, nodes per axis); axes and attributes as above, `rhs` being the expressions one a line. The
   file gets its name at Commit; LodHdf5StreamAbort removes it. */
typedef LodHdf5Stream LodSolutionSeries;

PetscErrorCode LodSolutionSeriesBegin(const char *path, const LodSolution *kind, PetscInt samples,
                                      PetscInt n_rhs, LodSolutionSeries *series);
/* values[n_rhs][nodes] of one sample. */
PetscErrorCode LodSolutionSeriesWrite(LodSolutionSeries *series, PetscInt sample,
                                      const double *values);
/* quantities[n_rhs][kind->n_quantities] of one sample, where there are any: `quantities` has the
   shape (samples, right-hand sides, n). */
PetscErrorCode LodSolutionSeriesWriteQuantities(LodSolutionSeries *series, PetscInt sample,
                                                const double *quantities);
/* `kind` as at the beginning, with its seconds. */
PetscErrorCode LodSolutionSeriesCommit(LodSolutionSeries *series, const LodSolution *kind);

/* The operators of an earlier solution, and the coefficient that they belong to. Owned. */
typedef struct {
  LodCoefficient coefficient;
  double        *operators; /* [cell][z][j] of all cells */
} LodPrevious;

/* Reads them from a solution file that was written with local operators, by method lod and on this
   grid; everything else is an input error that says what differs. */
PetscErrorCode LodPreviousRead(const char *path, const LodGrid *grid, LodPrevious *previous);
PetscErrorCode LodPreviousDestroy(LodPrevious *previous);

/* The name of the ParaView companion of `path`: .vtk in place of .h5 or .hdf5 (else appended); ""
   if `path` is a device or a pipe, beside which nothing belongs. */
PetscErrorCode LodSolutionVtkPath(const char *path, char vtk[LOD_PATH_MAX]);

#endif
