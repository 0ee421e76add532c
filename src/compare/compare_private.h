/* What the files of the comparison share. */
#ifndef LODNET_COMPARE_COMPARE_PRIVATE_H
#define LODNET_COMPARE_COMPARE_PRIVATE_H

#include "compare/compare.h"
#include "compare/evaluation.h"

/* cross-sections.csv, and one picture for each section. */
PetscErrorCode LodCrossSectionsWrite(const LodComparison *comparison, const LodGrid *grid,
                                     const char *directory);

/* Names draw number `number` of a family on a mesh of `cells` cells per axis; rows[n] are named
   already. The name tells the family and what is special about it, then, where one family has
   several of that name or an earlier row the same folder, a number. */
void LodEvaluationName(const LodSampleSettings *family, PetscInt cells, PetscInt number,
                       const LodEvaluationRow *rows, PetscInt n, char name[LOD_EVALUATION_NAME]);

/* A row's name as that of a folder: letters, digits and points stay, the rest becomes dashes. */
void LodEvaluationFolder(const char *name, char folder[LOD_EVALUATION_NAME]);

/* Pictures of the coefficient, of three solutions, the errors of two of them and their difference,
   on the middle plane in three dimensions; in one the curves of the errors. */
PetscErrorCode LodComparisonPictures(const LodComparison *comparison, const LodGrid *grid,
                                     const LodCoefficient *coefficient, const char *directory);

/* LodOutputsCheck (file.h) of cross sections and pictures, whatever the dimension. */
PetscErrorCode LodPicturesCheckOutputs(const char *directory, PetscInt n_inputs,
                                       const char *const inputs[]);

#endif
