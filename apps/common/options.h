/* Options that several programs share: the mesh, and the problem as a whole. What only the
   coefficient can tell (does --coarse divide it?) is an input error of LodMeshOptionsResolve. */
#ifndef LODNET_COMMON_OPTIONS_H
#define LODNET_COMMON_OPTIONS_H

#include <argp.h>

#include "nn/model.h"
#include "pairs/coefficient_series.h"

/* What --mesh, --coarse, --fine, --ell, --extent and --neumann said; 0 and NULL where they were not
   given. Of cells and extents one number is entry 0 alone, the same along every axis. */
typedef struct {
  const char *mesh, *neumann;
  PetscInt    coarse[LOD_MAX_DIM], fine[LOD_MAX_DIM], ell;
  double      extent[LOD_MAX_DIM];
  PetscBool   any_coarse; /* set by the program, not the command line: N does not matter */
} LodMeshOptions;

/* argp parser of the mesh options, for a program's `children`; its input is a LodMeshOptions, which
   it clears first. */
extern const struct argp lod_mesh_argp;

/* The mesh for a coefficient of cells[dim] that was read from `path`. Single options come first,
   then --mesh, then the signature of a model (NULL: none: N = E/k, F = E*q, l), then the rule of
   LodGridDefaults. Without a signature no more layers are taken than cover the mesh, which changes
   nothing but sizes; a network wants those it was trained for. A mesh made for another E, or
   numbers that do not divide each other, are input errors. `origin` (optional) tells where the
   values came from, and whether layers were left out. */
PetscErrorCode LodMeshOptionsResolve(const LodMeshOptions *options, PetscInt dim,
                                     const PetscInt cells[], const char *path,
                                     const LodSignature *signature, LodGrid *grid,
                                     char origin[LOD_TEXT_MAX]);

/* Most right-hand sides that a command line can name. */
#define LOD_MAX_RHS 64

/* What the options say that name one problem: --dataset, --rhs, --model, --allow-range, --average,
   --quiet, the mesh, and the coefficient file, the one argument. */
typedef struct {
  LodMeshOptions mesh;
  const char    *coefficient, *dataset, *model;
  const char    *rhs[LOD_MAX_RHS]; /* --rhs may be given several times */
  PetscInt       n_rhs;            /* 0: none was given; rhs[0] is the default then */
  PetscBool      allow_range, average, quiet;
} LodProblemOptions;

/* argp parser of these options and of the mesh options, for a program's `children`; its input is a
   LodProblemOptions that holds the defaults. Ends the program if there is not one coefficient. */
extern const struct argp lod_problem_argp;

/* A problem as read: mesh, coefficient, and the model if one was named. */
typedef struct {
  LodGrid        grid;
  LodCoefficient coefficient;
  LodModel      *model;
  char           origin[LOD_TEXT_MAX]; /* where the mesh came from */
} LodProblem;

/* Reads what the options name, and checks that model, mesh and coefficient fit together. With
   `series`, the coefficient file holds many, of which the first is read, and the series stays open.
   Collective: an error on one rank is one on all, and so is input that is not the same. */
PetscErrorCode LodProblemRead(const LodProblemOptions *options, LodCoefficientSeries *series,
                              LodProblem *problem);
PetscErrorCode LodProblemDestroy(LodProblem *problem);

/* Prints the mesh, "d = 2, N = 8, E = 64, F = 128, l = 2 (where it came from)". */
void LodProblemPrintMesh(const LodProblem *problem);

#endif
