/* Coefficients on other cells: averaged to a mesh that does not divide theirs, or continued beyond
   the end of D.

   What a coefficient on other cells stands for is a choice, and none keeps all that matters: the
   arithmetic mean of A is the effective coefficient along layers and too large otherwise, the
   harmonic mean that across layers and too small otherwise (bounds of Voigt and Reuss); the
   geometric mean lies between them, and is the effective coefficient of isotropic media in two
   dimensions where their contrast is low or the law of log A symmetric (Keller, J. Math. Phys. 5
   (1964)). */
#ifndef LODNET_GRID_RESAMPLE_H
#define LODNET_GRID_RESAMPLE_H

#include "grid/coefficient.h"

typedef enum { LOD_MEAN_GEOMETRIC, LOD_MEAN_ARITHMETIC, LOD_MEAN_HARMONIC } LodMean;

/* A mean's name ("geometric"), and back; an unknown one is an input error that lists them. */
const char    *LodMeanName(LodMean mean);
PetscErrorCode LodMeanFromName(const char *name, const char *where, LodMean *mean);

/* Means of A over D, A being a number. */
typedef struct {
  double arithmetic, geometric, harmonic;
} LodMeans;
LodMeans LodCoefficientVolumeMeans(const LodCoefficient *coefficient);

/* Says what has become of the means of a coefficient: "arithmetic 1.5, was 1.6 (-6.2 %), ..". */
void LodMeansCompare(const LodCoefficient *before, const LodCoefficient *after, char text[256]);

/* Makes a coefficient of cells[] whose value in each cell is the mean of `from` over it, old cells
   weighted by the volume of what they share with it. Where the new cells divide the old ones
   nothing changes but their number. Allocates *to; the mean of the same kind over D is kept. What
   is no number A in all of the box is an input error, `where` being its place; so in
   LodCoefficientPad. */
PetscErrorCode LodCoefficientResample(const LodCoefficient *from, const PetscInt cells[],
                                      LodMean mean, const char *where, LodCoefficient *to);

/* Makes a coefficient of cells[], at least as many as `from` has along every axis, by repeating the
   last cells. Its cells have the size of the old ones: D is longer. Allocates *to. */
PetscErrorCode LodCoefficientPad(const LodCoefficient *from, const PetscInt cells[],
                                 const char *where, LodCoefficient *to);

#endif
