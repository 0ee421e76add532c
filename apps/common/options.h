/* Options that several programs share: the mesh, the conditions, and the problem as a whole, which
   a problem file may say instead. What only the coefficient can tell (does --coarse divide it? is
   there such a face?) is an input error of LodProblemRead. */
#ifndef LODNET_COMMON_OPTIONS_H
#define LODNET_COMMON_OPTIONS_H

#include <argp.h>

#include "config/problem_file.h"
#include "nn/model.h"
#include "pairs/coefficient_series.h"
#include "problem/conditions.h"

/* What --mesh, --coarse, --fine, --ell, --extent and --neumann said; 0 and NULL where they were not
   given. Of cells and extents one number is entry 0 alone, the same along every axis. Where they
   come from a problem file, `.._where` are their places there. */
typedef struct {
  const char *mesh, *neumann;
  const char *coarse_where, *fine_where, *extent_where;
  PetscInt    coarse[LOD_MAX_DIM], fine[LOD_MAX_DIM], ell;
  double      extent[LOD_MAX_DIM];
  PetscBool   any_coarse;  /* set by the program, not the command line: N does not matter */
  PetscBool   any_ratio;   /* likewise: N need not divide E */
  PetscBool   any_cells;   /* likewise: --resample and --pad can be offered */
  PetscBool   keep_layers; /* likewise: more layers than cover D matter, it being a period */
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

/* Most options that say what holds on faces, and most wells, of a command line. */
#define LOD_MAX_FACE_OPTIONS 32
#define LOD_MAX_WELLS 1024

/* What --dirichlet, --flux, --robin, --well and --reaction said: the words after them. */
typedef struct {
  PetscInt n_faces, n_wells;
  struct {
    LodFaceKind kind;
    const char *text; /* "left=1" */
  } faces[LOD_MAX_FACE_OPTIONS];
  const char *wells[LOD_MAX_WELLS]; /* "0.2,0.8=1" */
  const char *reaction;
} LodConditionOptions;

/* What values and faces are, for help texts. */
#define LOD_VALUE_HELP                                                                             \
  "A VALUE is an expression, or @FILE.h5:DATASET (@FILE.h5, if that holds only one), an array "    \
  "with a number for each cell or node of the coefficient or fine mesh, of D or of the face. "     \
  "Faces are left, right (x low and high), bottom, top (y), front, back (z). "

/* argp parser of these options, for a program's `children`; its input is a LodConditionOptions,
   which it clears first. */
extern const struct argp lod_condition_argp;

/* The conditions for a coefficient of `dim` axes that was read from `path`: those of the options
   and `neumann` (faces, NULL: none), else those of a problem file (NULL: none). The caller destroys
   them. */
PetscErrorCode LodConditionOptionsResolve(const LodConditionOptions *options, const char *neumann,
                                          const LodProblemFile *file, PetscInt dim,
                                          const char *path, LodConditions *conditions);

/* What --resample, --resample-mean and --pad said; 0 and NULL where they were not given. */
typedef struct {
  PetscInt    cells[LOD_MAX_DIM];
  const char *mean;
  PetscBool   pad;
} LodResampleOptions;

/* argp parser of these options; its input is a LodResampleOptions, which it clears first. */
extern const struct argp lod_resample_argp;

/* Puts the coefficient that was read from `path` on the cells that the options ask for, and says,
   unless `quiet`, what that does to it. Padding makes D longer: growth[] times along each axis. */
PetscErrorCode LodResampleOptionsApply(const LodResampleOptions *options,
                                       const LodMeshOptions *mesh, const char *path,
                                       PetscBool quiet, LodCoefficient *coefficient,
                                       double growth[LOD_MAX_DIM]);

/* Most right-hand sides that a command line can name. */
#define LOD_MAX_RHS 64

/* What the options say that name one problem: --dataset, --rhs, --model, --allow-range, --average,
   --quiet, mesh and conditions, and the arguments: the coefficient file, and a problem file, which
   ends in .toml. */
typedef struct {
  LodMeshOptions      mesh;
  LodConditionOptions conditions;
  LodResampleOptions  resample;
  const char         *coefficient, *dataset, *model, *problem;
  const char         *mask, *walls;     /* --mask FILE:DATASET, --walls NAME */
  const char         *walls_where;      /* in messages, where a problem file says it */
  const char         *rhs[LOD_MAX_RHS]; /* --rhs may be given several times */
  const char         *rhs_where;        /* of rhs[0], in messages */
  PetscInt            n_rhs;            /* 0: none was given; rhs[0] is the default then */
  PetscBool           allow_range, average, quiet;
  PetscBool           keys; /* --keys: nothing else is asked for */
  LodProblemFile     *file; /* what `problem` says, or NULL; owned */
} LodProblemOptions;

/* argp parser of these options, of those of the mesh and of the conditions, for a program's
   `children`; its input is a LodProblemOptions that holds the defaults. Ends the program if there
   is neither one coefficient nor one problem file. */
extern const struct argp lod_problem_argp;

/* Reads the problem file, if there is one; LodProblemOptionsTakeFile then takes from it what the
   options leave open, model, average and allow_range only for a learned method. Both by every rank.
 */
PetscErrorCode LodProblemOptionsReadFile(LodProblemOptions *options);
PetscErrorCode LodProblemOptionsTakeFile(LodProblemOptions *options, PetscBool learned);
PetscErrorCode LodProblemOptionsDestroy(LodProblemOptions *options);

/* Prints all keys of a problem file, on rank 0. */
PetscErrorCode LodProblemPrintKeys(void);

/* A problem as read: mesh and coefficient, to which the conditions have been applied, and the model
   if one was named. */
typedef struct {
  LodGrid        grid;
  LodCoefficient coefficient;
  LodConditions  conditions;
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
