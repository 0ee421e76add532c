/* The options of lod-sample: which coefficients, and where they go. */
#ifndef LODNET_COMMON_SAMPLE_OPTIONS_H
#define LODNET_COMMON_SAMPLE_OPTIONS_H

#include <argp.h>

#include "sample/sample.h"

/* What the command line says. */
typedef struct {
  LodSampleSettings settings;
  PetscInt          dim, cells[LOD_MAX_DIM], n_cells, n_extent; /* n_: numbers given of them */
  PetscInt          from[LOD_MAX_DIM];                          /* --resample: cells of the file */
  PetscInt64        seed, number;                               /* number < 0: not given */
  PetscInt          count;                                      /* 0: one, in a file for one */
  const char       *output, *mean;
  int               quiet, family_given;
  unsigned long     given; /* which of the families' own options were used, a bit each */
} LodSampleOptions;

/* argp parser of them, for a program's `children`; its input is a LodSampleOptions, which it sets
   to the defaults first. Ends the program if an option has no meaning for the family. Cells are
   complete then, but for those of a file, which only the file can tell. */
extern const struct argp lod_sample_argp;

#endif
