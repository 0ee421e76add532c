/* A problem as a TOML file says it: coefficient, domain, mesh, boundary, sources, method, output.
   What it says is kept as texts and numbers with their places; what only the coefficient's
   dimension can tell (is there such a face?) is judged by whoever makes a problem of it. */
#ifndef LODNET_CONFIG_PROBLEM_FILE_H
#define LODNET_CONFIG_PROBLEM_FILE_H

#include <stdio.h>

#include "base/lengths.h"
#include "grid/faces.h"

/* A text, or a number as the shortest text that gives it, and where it stands, "FILE: line L,
   column C: "KEY" in [TABLE]". Both "" if the file does not have it. */
typedef struct {
  char text[LOD_TEXT_MAX + LOD_PATH_MAX], where[LOD_WHERE_MAX];
} LodPlacedText;

/* Up to one number for each axis, x first; n = 0 if the file does not have it. */
typedef struct {
  PetscInt n;
  double   numbers[LOD_MAX_DIM];
  char     where[LOD_WHERE_MAX];
} LodPlacedNumbers;

/* What holds on a face: value is g or q, rate the r of Robin; value.where is the place. */
typedef struct {
  LodFaceKind   kind;
  LodPlacedText value, rate;
} LodPlacedFace;

typedef struct {
  LodPlacedNumbers at;
  double           rate;
} LodPlacedWell;

#define LOD_MAX_FILE_WELLS 64

/* The whole file; "", 0 and false where it says nothing. Names of input files count from the file's
   folder and are absolute here, `output` counts from the working directory. */
typedef struct {
  char             path[LOD_PATH_MAX];
  char             coefficient[LOD_PATH_MAX], dataset[LOD_TEXT_MAX];
  LodPlacedNumbers extent;
  char             mesh[LOD_PATH_MAX];
  LodPlacedNumbers coarse, fine; /* cells, whole numbers */
  PetscInt         ell;
  LodPlacedFace    faces[LOD_MAX_DIM][2]; /* [axis][low, high] */
  LodPlacedText    rhs, reaction;
  PetscInt         n_wells;
  LodPlacedWell    wells[LOD_MAX_FILE_WELLS];
  LodPlacedText    method;
  char             model[LOD_PATH_MAX];
  PetscBool        average, allow_range, correct, reconstruct;
  char             output[LOD_PATH_MAX];
  PetscBool        operators;
} LodProblemFile;

/* Reads such a file; every defect is an input error with line and column. The structure is large:
   allocate it. */
PetscErrorCode LodProblemFileRead(const char *path, LodProblemFile *file);

/* Writes a table in Markdown of all keys, as LodConfigWriteKeys. */
PetscErrorCode LodProblemFileWriteKeys(FILE *stream);

#endif
