/* What lod-solve is asked for beside a solution: quantities of interest, or an effective tensor
   instead. */
#ifndef LODNET_COMMON_QUANTITIES_H
#define LODNET_COMMON_QUANTITIES_H

#include <argp.h>

#include "solver/quantities.h"

/* Most points, and most boxes, that a command line can name. */
#define LOD_MAX_PLACES 1024

/* What --quantities, --point, --mean, --report and --effective said. */
typedef struct {
  PetscBool        wanted; /* one of the first four was given */
  PetscInt         n_points, n_means;
  LodQuantityPlace points[LOD_MAX_PLACES], means[LOD_MAX_PLACES];
  const char      *report;
  PetscBool        effective;
  const char      *kinds; /* "periodic,flow"; NULL: periodic */
} LodQuantityOptions;

/* argp parser of these options, for a program's `children`; its input is a LodQuantityOptions,
   which it clears first. */
extern const struct argp lod_quantity_argp;

#endif
