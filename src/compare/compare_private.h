/* What the files of the comparison share. */
#ifndef LODNET_COMPARE_PRIVATE_H
#define LODNET_COMPARE_PRIVATE_H

#include <lodnet/compare.h>

/* The Q1 function with nodal values values[(cells+1)^dim] at a point of the unit cube. */
double LodQ1Value(PetscInt dim, PetscInt cells, const double *values,
                  const double point[LOD_MAX_DIM]);

/* cross-sections.csv, and one picture for each section. */
PetscErrorCode LodCrossSectionsWrite(const LodComparison *comparison, const LodGrid *grid,
                                     const char *directory);

/* Pictures of the coefficient, both solutions and their difference, on the plane z = 1/2 in three
   dimensions; none in one. */
PetscErrorCode LodComparisonPictures(const LodComparison *comparison, const LodGrid *grid,
                                     const LodCoefficient *coefficient, const char *directory);

#endif
