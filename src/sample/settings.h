/* What a family of coefficients is drawn with. */
#ifndef LODNET_SAMPLE_SETTINGS_H
#define LODNET_SAMPLE_SETTINGS_H

#include "base/lengths.h"
#include "grid/grid.h"

#define LOD_MAX_SCALES 16

typedef enum {
  LOD_FAMILY_IID,         /* uniform in [alpha, beta], iid on `scales[i]` pieces per axis */
  LOD_FAMILY_SINE,        /* (alpha+beta)/2 + (beta-alpha)/2 * sin(2 pi x) sin(2 pi y) ... */
  LOD_FAMILY_EXPRESSION,  /* any expression of x, y, z at cell midpoints */
  LOD_FAMILY_LOGNORMAL,   /* exp of a Gaussian field, exponential covariance */
  LOD_FAMILY_CHANNELS,    /* thin high- or low-value inclusions in a background */
  LOD_FAMILY_IMAGE,       /* grey values of a PNG mapped to [alpha, beta] */
  LOD_FAMILY_DARCY,       /* beta where a Gaussian field is positive, else alpha; 12 and 3 */
  LOD_FAMILY_RESERVOIR,   /* meandering channels of high values in a rough background of low ones */
  LOD_FAMILY_ANISOTROPIC, /* lognormal, smaller across layers that lie at an angle: tensors */
  LOD_FAMILY_LAYERS, /* layers, each with a direction of its own in which A is larger: tensors */
  LOD_FAMILY_FILE    /* coefficients that an HDF5 file holds */
} LodFamily;

/* How many families there are. */
#define LOD_FAMILY_COUNT (LOD_FAMILY_FILE + 1)

/* One [[sample]] table: a family and its parameters; `count` coefficients are drawn from it. */
typedef struct {
  LodFamily family;
  PetscInt  count;                  /* >= 1 */
  double    alpha, beta;            /* see LodFamilyHasRange: 0 < alpha <= beta; 1, 5 */
  PetscInt  n_scales;               /* iid: the coefficients go through the scales in turn */
  PetscInt  scales[LOD_MAX_SCALES]; /* iid: pieces per axis; each must divide E; default E only */
  char      expression[LOD_TEXT_MAX];
  double    correlation_length; /* lognormal, anisotropic, reservoir: > 0; default 0.1, in units of
                                   extent[] */
  double    variance;      /* lognormal, anisotropic: >= 0, of log A; default 1; its median is 1 */
  double    ratio;         /* anisotropic: > 0, A along layers over A across them; 10 */
  double    angle;         /* anisotropic: -360 to 360 degrees from the x axis to the layers; 30 */
  PetscInt  layers;        /* layers: how many along the last axis; default 8 */
  PetscInt  channels;      /* channels, reservoir: how many; default 8 */
  PetscInt  channel_width; /* channels, reservoir: in cells of T_eps; default 1, reservoir 5 */
  PetscBool channel_low;   /* channels: alpha in a background of beta; default beta in alpha */
  char      image[LOD_PATH_MAX];   /* image: PNG file; relative to the config's directory */
  PetscBool logarithmic;           /* image: map grey to [alpha, beta] in log scale */
  char      file[LOD_PATH_MAX];    /* file: HDF5 file; relative to the config's directory */
  char      dataset[LOD_TEXT_MAX]; /* file: its dataset; empty: coefficient, else coefficients */
  PetscInt  first;                 /* file: which of its coefficients is number 0; default 0 */
  double    extent[LOD_MAX_DIM];   /* expression, lognormal, reservoir: side lengths of D; 1 */
} LodSampleSettings;

#endif
