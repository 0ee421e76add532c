/* Conditions of a problem: put together, printed, freed. */
#include "problem/conditions.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

PetscErrorCode LodConditionsSetFace(LodConditions *conditions, PetscInt dim, const char *face,
                                    LodFaceKind kind, const char *value, const char *rate,
                                    const char *where) {
  PetscInt axis;
  int      side;

  PetscFunctionBeginUser;
  PetscCall(LodFaceFind(dim, face, where, &axis, &side));
  LodFaceCondition *condition = &conditions->faces[axis][side];
  LodCheckInput(condition->kind == LOD_FACE_UNSET, "%s: the face has a condition already, %s",
                where, condition->where);
  condition->kind = kind;
  if (value) PetscCall(PetscStrallocpy(value, &condition->value));
  if (rate) PetscCall(PetscStrallocpy(rate, &condition->rate));
  PetscCall(PetscStrallocpy(where, &condition->where));
  PetscFunctionReturn(0);
}

PetscErrorCode LodConditionsSetReaction(LodConditions *conditions, const char *value,
                                        const char *where) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(conditions->reaction));
  PetscCall(PetscFree(conditions->reaction_where));
  PetscCall(PetscStrallocpy(value, &conditions->reaction));
  PetscCall(PetscStrallocpy(where, &conditions->reaction_where));
  PetscFunctionReturn(0);
}

PetscErrorCode LodConditionsAddWell(LodConditions *conditions, const double point[LOD_MAX_DIM],
                                    double rate, const char *where) {
  const PetscInt n = conditions->n_wells;
  LodWell       *wells;

  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(n + 1, &wells));
  PetscCall(PetscArraycpy(wells, conditions->wells, n));
  PetscCall(PetscFree(conditions->wells));
  conditions->wells = wells;
  PetscCall(PetscArraycpy(wells[n].point, point, LOD_MAX_DIM));
  wells[n].rate = rate;
  PetscCall(PetscStrallocpy(where, &wells[n].where));
  conditions->n_wells = n + 1;
  PetscFunctionReturn(0);
}

/* What holds on a face of the grid, to which the conditions have been applied. */
static LodFaceKind Kind(const LodFaceCondition *face, PetscBool natural) {
  if (face->kind != LOD_FACE_UNSET) return face->kind;
  return natural ? LOD_FACE_NATURAL : LOD_FACE_DIRICHLET;
}

/* Prints a condition. */
static void PrintFace(FILE *stream, LodFaceKind kind, const LodFaceCondition *face) {
  const char *value = face->value ? face->value : "0", *rate = face->rate ? face->rate : "0";
  switch (kind) {
  case LOD_FACE_NATURAL:
    fputs("natural", stream);
    break;
  case LOD_FACE_FLUX:
    fprintf(stream, "A grad u . n = %s", value);
    break;
  case LOD_FACE_ROBIN:
    fprintf(stream, "A grad u . n = (%s) (%s - u)", rate, value);
    break;
  default:
    fprintf(stream, "u = %s", value);
    break;
  }
}

/* Whether two texts are the same; NULL is "0". */
static PetscBool SameText(const char *a, const char *b) {
  return (PetscBool)(strcmp(a ? a : "0", b ? b : "0") == 0);
}

/* Whether the same holds on faces number i and j = 2 axis + side. */
static PetscBool SameFaces(const LodConditions *conditions, const LodGrid *grid, PetscInt i,
                           PetscInt j) {
  const LodFaceCondition *a = &conditions->faces[i / 2][i % 2],
                         *b = &conditions->faces[j / 2][j % 2];
  return (PetscBool)(Kind(a, grid->natural[i / 2][i % 2]) == Kind(b, grid->natural[j / 2][j % 2]) &&
                     SameText(a->value, b->value) && SameText(a->rate, b->rate));
}

void LodConditionsPrint(FILE *stream, const LodConditions *conditions, const LodGrid *grid) {
  const PetscInt n = 2 * grid->dim;
  for (PetscInt i = 0; i < n; i++) {
    PetscInt first = 0, count = 0;
    while (!SameFaces(conditions, grid, first, i))
      first++;
    if (first < i) continue; /* printed with that one */
    for (PetscInt j = i; j < n; j++)
      count += SameFaces(conditions, grid, i, j) ? 1 : 0;
    fputs(i ? "; " : "", stream);
    PrintFace(stream, Kind(&conditions->faces[i / 2][i % 2], grid->natural[i / 2][i % 2]),
              &conditions->faces[i / 2][i % 2]);
    fputs(count == n ? " on all faces" : " on", stream);
    for (PetscInt j = i; j < n && count < n; j++)
      if (SameFaces(conditions, grid, i, j))
        fprintf(stream, "%s %s", j == i ? "" : ",", lod_face_names[j / 2][j % 2]);
  }
}

/* Opens a text for writing; Close gives it to the caller. */
static PetscErrorCode OpenText(char **written, size_t *length, FILE **stream) {
  PetscFunctionBeginUser;
  *written = NULL;
  *stream = open_memstream(written, length);
  PetscCheck(*stream, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for the text of the conditions");
  PetscFunctionReturn(0);
}

/* Closes it and copies what was written to *text, the caller's. */
static PetscErrorCode CloseText(FILE *stream, char **written, char **text) {
  PetscFunctionBeginUser;
  const int      failed = ferror(stream) | fclose(stream);
  PetscErrorCode error = failed ? PETSC_ERR_MEM : PetscStrallocpy(*written, text);
  free(*written);
  PetscCheck(!error, PETSC_COMM_SELF, error, "no memory for the text of the conditions");
  PetscFunctionReturn(0);
}

PetscErrorCode LodConditionsBoundaryText(const LodConditions *conditions, const LodGrid *grid,
                                         char **text) {
  char  *written;
  size_t length;
  FILE  *stream;

  PetscFunctionBeginUser;
  PetscCall(OpenText(&written, &length, &stream));
  for (PetscInt i = 0; i < 2 * grid->dim; i++) {
    const LodFaceCondition *face = &conditions->faces[i / 2][i % 2];
    fprintf(stream, "%s%s: ", i ? "\n" : "", lod_face_names[i / 2][i % 2]);
    PrintFace(stream, Kind(face, grid->natural[i / 2][i % 2]), face);
  }
  PetscCall(CloseText(stream, &written, text));
  PetscFunctionReturn(0);
}

PetscErrorCode LodConditionsWellsText(const LodConditions *conditions, PetscInt dim, char **text) {
  char  *written;
  size_t length;
  FILE  *stream;

  PetscFunctionBeginUser;
  PetscCall(OpenText(&written, &length, &stream));
  for (PetscInt i = 0; i < conditions->n_wells; i++) {
    const LodWell *well = &conditions->wells[i];
    fputs(i ? "\n" : "", stream);
    for (PetscInt axis = 0; axis < dim; axis++)
      fprintf(stream, "%s%.15g", axis ? "," : "", well->point[axis]);
    fprintf(stream, "=%.15g", well->rate);
  }
  PetscCall(CloseText(stream, &written, text));
  PetscFunctionReturn(0);
}

PetscErrorCode LodConditionsClearWells(LodConditions *conditions) {
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < conditions->n_wells; i++)
    PetscCall(PetscFree(conditions->wells[i].where));
  PetscCall(PetscFree(conditions->wells));
  conditions->n_wells = 0;
  PetscFunctionReturn(0);
}

PetscErrorCode LodConditionsDestroy(LodConditions *conditions) {
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < 2 * LOD_MAX_DIM; i++) {
    LodFaceCondition *face = &conditions->faces[i / 2][i % 2];
    PetscCall(PetscFree(face->value));
    PetscCall(PetscFree(face->rate));
    PetscCall(PetscFree(face->where));
    face->kind = LOD_FACE_UNSET;
  }
  PetscCall(PetscFree(conditions->reaction));
  PetscCall(PetscFree(conditions->reaction_where));
  PetscCall(LodConditionsClearWells(conditions));
  PetscFunctionReturn(0);
}
