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

/* Up to one number for each axis, x first, and as text, "0.2,0.8"; n = 0 if the file does not have
 * it.
 */
typedef struct {
  PetscInt n;
  double   numbers[LOD_MAX_DIM];
  char     text[80], where[LOD_WHERE_MAX];
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

/* A box from corner to corner, as text "0,0:0.5,1". */
typedef struct {
  LodPlacedNumbers from, to;
  char             text[164];
} LodPlacedBox;

/* Most wells, points and boxes of a file. */
#define LOD_MAX_FILE_PLACES 64

/* The whole file; "", 0 and false where it says nothing. Names of input files count from the file's
   folder and are absolute here, `output` and `report` count from the working directory. */
typedef struct {
  char             path[LOD_PATH_MAX];
  char             coefficient[LOD_PATH_MAX], dataset[LOD_TEXT_MAX];
  LodPlacedNumbers resample; /* cells, whole numbers */
  char             resample_mean[LOD_TEXT_MAX];
  PetscBool        pad;
  LodPlacedNumbers extent;
  char             mask[LOD_PATH_MAX];
  LodPlacedText    walls;
  char             mesh[LOD_PATH_MAX];
  LodPlacedNumbers coarse, fine; /* cells, whole numbers */
  PetscInt         ell;
  LodPlacedFace    faces[LOD_MAX_DIM][2]; /* [axis][low, high] */
  LodPlacedText    rhs, reaction;
  PetscInt         n_wells;
  LodPlacedWell    wells[LOD_MAX_FILE_PLACES];
  LodPlacedText    method;
  char             model[LOD_PATH_MAX];
  PetscBool        average, allow_range, correct, reconstruct;
  char             output[LOD_PATH_MAX];
  PetscBool        operators, quantities;
  char             report[LOD_PATH_MAX];
  PetscInt         n_points, n_means;
  LodPlacedNumbers points[LOD_MAX_FILE_PLACES];
  LodPlacedBox     means[LOD_MAX_FILE_PLACES];
} LodProblemFile;

/* Reads such a file; every defect is an input error with line and column. The structure is large:
   allocate it. */
PetscErrorCode LodProblemFileRead(const char *path, LodProblemFile *file);

/* Writes a table in Markdown of all keys, as LodConfigWriteKeys. */
PetscErrorCode LodProblemFileWriteKeys(FILE *stream);

#endif
