/* What a problem is beside its coefficient and f, as options and problem files say it: as text. */
#ifndef LODNET_PROBLEM_CONDITIONS_H
#define LODNET_PROBLEM_CONDITIONS_H

#include <stdio.h>

#include "grid/faces.h"

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

/* Say what holds on a face of D, in its interior, and of a well; texts are copied, NULL is 0,
   `where` is what messages call it. No face of that name, and a second condition on a face, are
   input errors. A cleared structure is empty: u = 0, c = 0, no wells. Whether values are right is
   seen when they are read (data.h). */
PetscErrorCode LodConditionsSetFace(LodConditions *conditions, PetscInt dim, const char *face,
                                    LodFaceKind kind, const char *value, const char *rate,
                                    const char *where);
PetscErrorCode LodConditionsSetReaction(LodConditions *conditions, const char *value,
                                        const char *where);
PetscErrorCode LodConditionsAddWell(LodConditions *conditions, const double point[LOD_MAX_DIM],
                                    double rate, const char *where);
PetscErrorCode LodConditionsClearWells(LodConditions *conditions);
PetscErrorCode LodConditionsDestroy(LodConditions *conditions);

/* Prints what holds on the faces, for people: "u = 1 on left; u = 0 on right; natural on bottom,
   top". The conditions have been applied to the grid (data.h). */
void LodConditionsPrint(FILE *stream, const LodConditions *conditions, const LodGrid *grid);

/* The same for files, a line for each face ("left: u = 1"), and the wells, a line for each
   ("0.2,0.8=1"); *text is the caller's, to be freed with PetscFree. */
PetscErrorCode LodConditionsBoundaryText(const LodConditions *conditions, const LodGrid *grid,
                                         char **text);
PetscErrorCode LodConditionsWellsText(const LodConditions *conditions, PetscInt dim, char **text);

#endif
