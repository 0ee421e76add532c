/* Making coefficients: the families of settings.h. Those that do not say otherwise are drawn on the
   unit cube, which is stretched to D.

   iid        one value uniform in [alpha, beta] for each of scale^d pieces; sample `number` has
              scale number `number` modulo their count; no scales given: the cells themselves.
   sine       (alpha + beta)/2 + (beta - alpha)/2 * sin(2 pi x) sin(2 pi y).
   expression any function of x, y, z at cell midpoints, in the units of the extents.
   lognormal  exp of a Gaussian field with covariance variance * exp(-r / correlation_length), r in
              the units of the extents.
   channels   inclusions of `channel_width` cells around straight axes with middle uniform in D,
              uniform direction and length uniform in [1/4, 3/4].
   image      grey values, averaged over each cell; the picture is stretched to fill D, its top row
              lies at the top of D and its left column at x = 0.
   reservoir  log A is a rough background in the lowest two fifths of [log alpha, log beta], and in
              the highest two fifths inside of meandering channels along y, `channel_width` cells
              wide: what a layer of the SPE10 model looks like. Two or three dimensions.
   anisotropic  tensors: the lognormal field times 1 along layers, which lie at `angle` to the x
   axis in the plane of the first and the last axis, and 1 / ratio across them. Two or three
              dimensions.
   layers     tensors: so many layers of the same thickness on top of each other along the last
              axis, A being beta in a direction of each layer's own in the plane of x and y, of
              uniform angle, and alpha across it. Two or three dimensions.
   file       coefficient number first + `number` of a dataset of many along its first axis, or the
              one that it holds.
   darcy      beta where a Gaussian field of covariance (-Laplace + 9)^-2 with natural conditions is
              positive, alpha elsewhere: the benchmark of neural operators. */
#ifndef LODNET_SAMPLE_SAMPLE_H
#define LODNET_SAMPLE_SAMPLE_H

#include "io/coefficient_file.h"
#include "io/coefficient_many.h"
#include "sample/settings.h"

/* Draws coefficient number `number` of the family into a new coefficient of cells[] cells.
   The result depends on (settings, dim, cells, seed, number) alone: the same bytes in any order of
   calls and for any number of threads. All values are finite and > 0, or an input error says why
   not (an expression that is not positive names the point and its value).

   The dataset of a config is numbered through: family 0's coefficients come first. */
PetscErrorCode LodSampleDraw(const LodSampleSettings *settings, PetscInt dim,
                             const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                             LodCoefficient *coefficient);

/* The file that a family reads, or NULL. */
const char *LodSampleInput(const LodSampleSettings *settings);

/* Defaults of one family, and its name from and to text ("iid", "sine", ...); an unknown name is an
   input error that lists the known ones. */
void           LodSampleDefaults(LodSampleSettings *settings);
const char    *LodFamilyName(LodFamily family);
void           LodFamilyList(char known[LOD_TEXT_MAX]); /* all names, "iid, sine, ..." */
PetscErrorCode LodFamilyFromName(const char *name, const char *where, LodFamily *family);

/* Sets what has another default in each family, for settings->family: alpha, beta and
   channel_width. */
void LodFamilyDefaults(LodSampleSettings *settings);

/* Whether the values of a family keep to [alpha, beta]; whether its draws differ; whether they have
   tensors, which networks and the values[] of the library do not take. */
PetscBool LodFamilyHasTensors(LodFamily family);
PetscBool LodFamilyHasRange(LodFamily family);
PetscBool LodFamilyVaries(LodFamily family);

/* Checks the parameters that the family uses, for a mesh of cells[]. */
PetscErrorCode LodSampleValidate(const LodSampleSettings *settings, PetscInt dim,
                                 const PetscInt cells[], const char *where);

/* Pieces (the scale) of sample `number` of the iid family along an axis of `cells` cells; `cells`
   for the others. */
PetscInt LodSampleScale(const LodSampleSettings *settings, PetscInt cells, PetscInt64 number);

/* What the dataset of the file family holds: how many coefficients of what cells. With dim = 0 the
   dataset tells the dimension: `many` says whether its first axis numbers coefficients, as that of
   one called `coefficients` does. */
PetscErrorCode LodSampleFileLayout(const LodSampleSettings *settings, PetscInt dim, PetscBool many,
                                   const char *where, LodCoefficientLayout *layout);

/* How the lognormal family makes its Gaussian field on this mesh: points per axis of the
   periodic grid, size[dim], and which part of the variance had to be cut off because no embedding
   of affordable size is nonnegative definite (0 unless the correlation length is near the side of D
   or above it; then the covariance is wrong by about that part). */
PetscErrorCode LodLognormalEmbedding(const LodSampleSettings *settings, PetscInt dim,
                                     const PetscInt cells[], PetscInt size[], double *clipped);

#endif
