/* Comparison of lodnet.h. */
#include <string.h>

#include "compare/compare.h"
#include "solver/library.h"

/* What the user sees of the findings. */
static void Show(const LodComparison *found, const LodGrid *grid, LodReportOfComparison *report,
                 double *lod, double *dnn) {
  const size_t bytes = (size_t)LodNodeCount(grid->dim, grid->coarse) * sizeof(double);
  *report = (LodReportOfComparison){.norm_difference = found->norm_difference,
                                    .norm = found->norm,
                                    .dnn_lod = found->dnn_lod,
                                    .lod_fine = found->lod_fine,
                                    .dnn_fine = found->dnn_fine,
                                    .coarse_fine = found->coarse_fine,
                                    .out_of_range = found->out_of_range};
  if (lod) memcpy(lod, found->lod, bytes);
  if (dnn) memcpy(dnn, found->dnn, bytes);
}

/* LodCompareMethods. */
static PetscErrorCode Compare(const LodMesh *mesh, const LodModel *model, const double *values,
                              const char *expression, int allow_range,
                              LodReportOfComparison *report, double *lod, double *dnn) {
  static const char where[] = "LodCompareMethods";
  LodGrid           grid;
  LodCoefficient    coefficient;
  LodComparison     found;
  PetscFunctionBeginUser;
  PetscCall(LodMeshToGrid(mesh, where, PETSC_FALSE, &grid));
  PetscCall(LodPointerCheck(model, where, "model"));
  PetscCall(LodPointerCheck(expression, where, "expression"));
  PetscCall(LodPointerCheck(report, where, "report"));
  PetscCall(LodCoefficientAround(mesh->dim, mesh->coefficient, values, where, &coefficient));
  PetscCall(LodCoefficientValidate(&coefficient, "LodCompareMethods: values"));
  PetscCall(LodModelFits(model, "the model", &grid, &coefficient, "LodCompareMethods: values",
                         (PetscBool)(allow_range != 0)));
  LodLibrariesLock();
  PetscErrorCode error =
      LodComparisonComputeText(PETSC_COMM_SELF, &grid, &coefficient, NULL, expression,
                               &(LodComparisonOptions){.model = model}, &found);
  if (!error) Show(&found, &grid, report, lod, dnn);
  const PetscErrorCode freed = LodComparisonDestroy(&found);
  LodLibrariesUnlock();
  PetscCall(error);
  PetscCall(freed);
  PetscFunctionReturn(0);
}

int LodCompareMethods(const LodMesh *mesh, const LodModel *model, const double *values,
                      const char *expression, int allow_range, LodReportOfComparison *report,
                      double *lod, double *dnn) {
  LOD_LIBRARY_CALL(Compare(mesh, model, values, expression, allow_range, report, lod, dnn));
}
