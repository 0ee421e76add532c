/* Version, errors, start and end, and the checks that the functions of lodnet.h share. */
#include "solver/library.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/process.h"
#include "base/report.h"
#include "base/start.h"

const char *LodVersion(void) {
  return LODNET_VERSION;
}

const char *LodLastError(void) {
  return LodErrorTake();
}

int LodLibraryBegin(void) {
  LOD_LIBRARY_CALL(0);
}

int LodLibraryEnd(void) {
  return LodErrorStatus(LodFinalize());
}

/* What a thread has given to LodSetReport. */
static _Thread_local struct {
  LodReport report;
  void     *context;
} chosen;

/* Hands a line on; implements LodReporter.say. */
static void HandOnLine(void *unused, LodSaying kind, const char *text) {
  (void)unused, (void)kind;
  chosen.report(chosen.context, text, 0, 0);
}

/* Hands the progress of a loop on, its first step and then ten times a second at most; implements
 * LodReporter.follow. */
static double HandOnProgress(void *unused, const LodProgress *progress, LodLoopState state) {
  (void)unused;
  if (state == LOD_LOOP_RUNS)
    chosen.report(chosen.context, progress->label, progress->done, progress->total);
  return state == LOD_LOOP_BEGINS ? 0 : 0.1;
}

void LodSetReport(LodReport report, void *context) {
  const LodReporter reporter = {.say = HandOnLine, .follow = HandOnProgress};
  chosen.report = report;
  chosen.context = context;
  LodReportTo(report ? &reporter : NULL);
}

void LodFree(void *values) {
  free(values);
}

PetscErrorCode LodPointerCheck(const void *pointer, const char *where, const char *name) {
  PetscFunctionBeginUser;
  LodCheckInput(pointer, "%s: %s is NULL", where, name);
  PetscFunctionReturn(0);
}

PetscErrorCode LodArrayCheckFinite(size_t count, const double *values, const char *where,
                                   const char *name) {
  PetscFunctionBeginUser;
  PetscCall(LodPointerCheck(values, where, name));
  for (size_t i = 0; i < count; i++)
    LodCheckInput(isfinite(values[i]), "%s: %s[%zu] is %.6g, must be finite", where, name, i,
                  values[i]);
  PetscFunctionReturn(0);
}

PetscErrorCode LodMeshCheckCells(int dim, const int *cells, const char *where) {
  double count = 1;
  PetscFunctionBeginUser;
  LodCheckInput(dim >= 1 && dim <= LOD_MAX_DIM, "%s: dim is %d, must be 1, 2 or 3", where, dim);
  PetscCall(LodPointerCheck(cells, where, "cells"));
  for (int axis = 0; axis < dim; axis++) {
    LodCheckInput(cells[axis] >= 1, "%s: cells[%d] is %d, must be at least 1", where, axis,
                  cells[axis]);
    count *= (double)cells[axis];
  }
  LodCheckInput(count < (double)PETSC_MAX_INT,
                "%s: cells: %.0f in all are more than an index counts", where, count);
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientAround(int dim, const int *cells, const double *values,
                                    const char *where, LodCoefficient *coefficient) {
  PetscFunctionBeginUser;
  PetscCall(LodMeshCheckCells(dim, cells, where));
  PetscCall(LodPointerCheck(values, where, "values"));
  /* Only read: the structure has no const member, since coefficients mostly own their values. */
  *coefficient =
      (LodCoefficient){.dim = dim, .components = 1, .values = (double *)(uintptr_t)values};
  for (int axis = 0; axis < LOD_MAX_DIM; axis++)
    coefficient->cells[axis] = axis < dim ? cells[axis] : 1;
  PetscFunctionReturn(0);
}
