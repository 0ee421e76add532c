/* What was found of effective tensors, for people and for programs. */
#include "base/report.h"
#include "base/text_file.h"
#include "io/json.h"
#include "solver/effective.h"

/* Part of its bounds by which a tensor may lie beyond them without a word. */
#define MOST_OUTSIDE 0.01

/* Whether a tensor is a number. */
static PetscBool IsNumber(PetscInt dim, const double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  for (PetscInt i = 0; i < dim; i++)
    for (PetscInt j = 0; j < dim; j++)
      if (tensor[i][j] != (i == j ? tensor[0][0] : 0)) return PETSC_FALSE;
  return PETSC_TRUE;
}

/* Prints a tensor after a label, a row a line; one that is a number as one. */
static void PrintTensor(const char *label, PetscInt dim,
                        const double tensor[LOD_MAX_DIM][LOD_MAX_DIM], const char *note) {
  const PetscBool number = IsNumber(dim, tensor);
  for (PetscInt i = 0; i < (number ? 1 : dim); i++) {
    printf("%-10s", i == 0 ? label : "");
    for (PetscInt j = 0; j < (number ? 1 : dim); j++)
      printf("%s%16.9g", j ? " " : "", tensor[i][j]);
    printf("%s%s\n", i == 0 && note[0] ? "  " : "", i == 0 ? note : "");
  }
}

void LodEffectiveWarn(const LodEffectiveFindings *findings) {
  for (PetscInt k = 0; k < findings->n; k++) {
    const LodEffective *effective = &findings->effective[k];
    const double outside = LodEffectiveOutsideBy(findings->grid->dim, effective, findings->bounds);
    if (outside > MOST_OUTSIDE)
      LodWarn(
          "the effective tensor (%s) lies beyond its bounds by %.2g %%, and is wrong by at least "
          "that: compare with --method fine",
          LodEffectiveName(effective->kind), 100 * outside);
  }
}

void LodEffectivePrint(const LodEffectiveFindings *findings) {
  static const char *const meaning[LOD_EFFECTIVE_KINDS] = {
      "K, periodic medium", "K, u = x_j on all faces",
      "K, u = x_j across axis j, other faces natural"};
  const PetscInt dim = findings->grid->dim;
  char           note[96];
  for (PetscInt k = 0; k < findings->n; k++) {
    const LodEffective *effective = &findings->effective[k];
    (void)snprintf(note, sizeof note, "%s, %s, %.3g s", meaning[effective->kind], findings->method,
                   effective->seconds);
    PrintTensor(LodEffectiveName(effective->kind), dim, effective->tensor, note);
  }
  PrintTensor("Voigt", dim, findings->bounds->voigt, "mean of A, bound from above");
  PrintTensor("Reuss", dim, findings->bounds->reuss, "inverse of the mean of 1/A, from below");
}

/* A tensor as a list of rows. */
static json_t *TensorJson(PetscInt dim, const double tensor[LOD_MAX_DIM][LOD_MAX_DIM]) {
  json_t *rows = json_array();
  for (PetscInt i = 0; i < dim; i++) {
    json_t *row = json_array();
    for (PetscInt j = 0; j < dim; j++)
      json_array_append_new(row, LodJsonNumber(tensor[i][j]));
    json_array_append_new(rows, row);
  }
  return rows;
}

/* All that was found. */
static json_t *FindingsJson(const LodEffectiveFindings *findings) {
  const PetscInt dim = findings->grid->dim;
  json_t        *list = json_array();
  for (PetscInt k = 0; k < findings->n; k++) {
    const LodEffective *effective = &findings->effective[k];
    json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o}", "boundary",
                                          LodEffectiveName(effective->kind), "tensor",
                                          TensorJson(dim, effective->tensor), "asymmetry",
                                          LodJsonNumber(LodEffectiveAsymmetry(dim, effective)),
                                          "seconds", LodJsonNumber(effective->seconds)));
  }
  return json_pack("{s:s, s:o, s:s, s:o*, s:o, s:o, s:o, s:o}", "version", LODNET_VERSION,
                   "coefficient", LodJsonText(findings->coefficient), "method", findings->method,
                   "model", findings->model ? LodJsonText(findings->model) : NULL, "mesh",
                   LodJsonMesh(findings->grid), "effective", list, "voigt",
                   TensorJson(dim, findings->bounds->voigt), "reuss",
                   TensorJson(dim, findings->bounds->reuss));
}

PetscErrorCode LodEffectiveReport(const LodEffectiveFindings *findings, const char *path) {
  LodTextFile file;
  PetscFunctionBeginUser;
  PetscCall(LodTextFileBegin(&file, NULL, path));
  PetscErrorCode error = LodJsonPrint(file.stream, FindingsJson(findings));
  if (error) PetscCall(LodTextFileAbort(&file));
  PetscCall(error);
  PetscCall(LodTextFileCommit(&file));
  PetscFunctionReturn(0);
}
