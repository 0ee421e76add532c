/* What a problem is beside its coefficient and f, as options and problem files say it: as text. */
#ifndef LODNET_PROBLEM_CONDITIONS_H
#define LODNET_PROBLEM_CONDITIONS_H

#include "grid/grid.h"

/* What holds on a face of D. Unset: u = 0, unless the grid has it natural. */
typedef enum {
  LOD_FACE_UNSET,
  LOD_FACE_DIRICHLET, /* u = g */
  LOD_FACE_NATURAL,   /* A grad u . n = 0 */
  LOD_FACE_FLUX,      /* A grad u . n = q */
  LOD_FACE_ROBIN      /* A grad u . n = r (g - u) */
} LodFaceKind;

/* A value's text is an expression of x, y, z, or `@FILE.h5` or `@FILE.h5:DATASET`: an array on the
   cells or nodes of the coefficient or the fine mesh, of D or of the face, recognised by its shape.
   Strings are owned. */
typedef struct {
  LodFaceKind kind;
  char       *value; /* g or q; NULL: 0 */
  char       *rate;  /* r of Robin; NULL: 0 */
  char       *where; /* in messages: "--dirichlet left", "problem.toml: boundary.left" */
} LodFaceCondition;

/* A source in a point: the integral of f over its surroundings is `rate`. */
typedef struct {
  double point[LOD_MAX_DIM]; /* in the coordinates of D */
  double rate;
  char  *where; /* in messages; owned */
} LodWell;

typedef struct {
  LodFaceCondition faces[LOD_MAX_DIM][2];     /* [axis][low, high] */
  char            *reaction, *reaction_where; /* c; NULL: 0; owned */
  PetscInt         n_wells;
  LodWell         *wells; /* owned */
} LodConditions;

#endif
