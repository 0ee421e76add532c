/* What the functions of lodnet.h share: thin, each checks its arguments and calls the parts. */
#ifndef LODNET_SOLVER_LIBRARY_H
#define LODNET_SOLVER_LIBRARY_H

#include <lodnet.h>

#include "base/session.h"
#include "grid/coefficient.h"

/* The body of a function of lodnet.h: a session around one call that returns PetscErrorCode. */
#define LOD_LIBRARY_CALL(call)                                                                     \
  PetscErrorCode library_error = LodSessionBegin();                                                \
  if (!library_error) library_error = (call);                                                      \
  return LodSessionEnd(library_error)

/* Input errors, `WHERE: QUANTITY is ...`, of a pointer that is NULL and of numbers that are not
   finite. */
PetscErrorCode LodPointerCheck(const void *pointer, const char *where, const char *name);
PetscErrorCode LodArrayCheckFinite(size_t count, const double *values, const char *where,
                                   const char *name);

/* The mesh as the parts know it, checked; where any coarse mesh does, one is chosen if there is
 * none.
 */
PetscErrorCode LodMeshToGrid(const LodMesh *mesh, const char *where, PetscBool any_coarse,
                             LodGrid *grid);

/* Checks a dimension and cells[dim], and that their number fits an index. */
PetscErrorCode LodMeshCheckCells(int dim, const int *cells, const char *where);

/* A coefficient around values[] that are the caller's, without a copy: not to be destroyed. */
PetscErrorCode LodCoefficientAround(int dim, const int *cells, const double *values,
                                    const char *where, LodCoefficient *coefficient);

#endif
