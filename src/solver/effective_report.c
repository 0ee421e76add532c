/* What was found of effective tensors, for people and for programs. */
#include <math.h>

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

/* A tensor and its bounds, as means over samples; or standard deviations. */
typedef struct {
  LodEffective       effective; /* seconds: of all samples */
  LodEffectiveBounds bounds;
} Statistic;

/* Mean and standard deviation of a number of every sample, the numbers standing `stride` doubles
   apart; the latter 0 of one sample. */
static void Deviate(PetscInt samples, size_t stride, const double *numbers, double *mean,
                    double *deviation) {
  double square = 0;
  *mean = 0;
  for (PetscInt sample = 0; sample < samples; sample++)
    *mean += numbers[(size_t)sample * stride] / (double)samples;
  for (PetscInt sample = 0; sample < samples; sample++)
    square = hypot(square, numbers[(size_t)sample * stride] - *mean);
  *deviation = samples > 1 ? square / sqrt((double)(samples - 1)) : 0;
}

/* The statistics of kind number k. */
static void Evaluate(const LodEffectiveFindings *findings, PetscInt k, Statistic *mean,
                     Statistic *deviation) {
  const LodEffective *effective = findings->effective + k;
  const size_t        stride = (size_t)findings->n * sizeof *effective / sizeof(double);
  const size_t        bounds_stride = sizeof *findings->bounds / sizeof(double);
  *mean = *deviation = (Statistic){.effective.kind = effective->kind};
  for (PetscInt i = 0; i < findings->grid->dim; i++)
    for (PetscInt j = 0; j < findings->grid->dim; j++) {
      Deviate(findings->samples, stride, &effective->tensor[i][j], &mean->effective.tensor[i][j],
              &deviation->effective.tensor[i][j]);
      Deviate(findings->samples, bounds_stride, &findings->bounds->voigt[i][j],
              &mean->bounds.voigt[i][j], &deviation->bounds.voigt[i][j]);
      Deviate(findings->samples, bounds_stride, &findings->bounds->reuss[i][j],
              &mean->bounds.reuss[i][j], &deviation->bounds.reuss[i][j]);
    }
  for (PetscInt sample = 0; sample < findings->samples; sample++)
    mean->effective.seconds += findings->effective[sample * findings->n + k].seconds;
}

void LodEffectiveWarn(const LodEffectiveFindings *findings) {
  for (PetscInt k = 0; k < findings->n; k++) {
    double worst = 0;
    for (PetscInt sample = 0; sample < findings->samples; sample++)
      worst = PetscMax(worst, LodEffectiveOutsideBy(findings->grid->dim,
                                                    &findings->effective[sample * findings->n + k],
                                                    &findings->bounds[sample]));
    if (worst > MOST_OUTSIDE)
      LodWarn(
          "the effective tensor (%s) lies beyond its bounds by %.2g %%, and is wrong by at least "
          "that: compare with --method fine",
          LodEffectiveName(findings->effective[k].kind), 100 * worst);
  }
}

void LodEffectivePrint(const LodEffectiveFindings *findings) {
  static const char *const meaning[LOD_EFFECTIVE_KINDS] = {
      "periodic medium", "u = x_j on all faces", "u = x_j across axis j, other faces natural"};
  const PetscInt  dim = findings->grid->dim;
  const PetscBool many = (PetscBool)(findings->samples > 1);
  Statistic       mean, deviation;
  char            note[96];
  for (PetscInt k = 0; k < findings->n; k++) {
    Evaluate(findings, k, &mean, &deviation);
    (void)snprintf(note, sizeof note, "%s, %s, %s, %.3g s", many ? "mean of K" : "K",
                   meaning[mean.effective.kind], findings->method, mean.effective.seconds);
    PrintTensor(LodEffectiveName(mean.effective.kind), dim, mean.effective.tensor, note);
    if (many) PrintTensor("+-", dim, deviation.effective.tensor, "standard deviation of a sample");
  }
  PrintTensor("Voigt", dim, mean.bounds.voigt, "mean of A, bound from above");
  PrintTensor("Reuss", dim, mean.bounds.reuss,
              many ? "mean of the bounds from below" : "inverse of the mean of 1/A, from below");
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

/* The tensors of kind k of all samples, NULL of one. */
static json_t *SamplesJson(const LodEffectiveFindings *findings, PetscInt k) {
  json_t *list = findings->samples > 1 ? json_array() : NULL;
  for (PetscInt sample = 0; sample < findings->samples && list; sample++)
    json_array_append_new(list, TensorJson(findings->grid->dim,
                                           findings->effective[sample * findings->n + k].tensor));
  return list;
}

/* All that was found. */
static json_t *FindingsJson(const LodEffectiveFindings *findings) {
  const PetscInt  dim = findings->grid->dim;
  const PetscBool many = (PetscBool)(findings->samples > 1);
  json_t         *list = json_array();
  Statistic       mean, deviation;
  for (PetscInt k = 0; k < findings->n; k++) {
    Evaluate(findings, k, &mean, &deviation);
    json_array_append_new(list,
                          json_pack("{s:s, s:o, s:o*, s:o*, s:o, s:o}", "boundary",
                                    LodEffectiveName(mean.effective.kind), "tensor",
                                    TensorJson(dim, mean.effective.tensor), "deviation",
                                    many ? TensorJson(dim, deviation.effective.tensor) : NULL,
                                    "samples", SamplesJson(findings, k), "asymmetry",
                                    LodJsonNumber(LodEffectiveAsymmetry(dim, &mean.effective)),
                                    "seconds", LodJsonNumber(mean.effective.seconds)));
  }
  return json_pack("{s:s, s:o, s:s, s:o*, s:o, s:I, s:o, s:o, s:o}", "version", LODNET_VERSION,
                   "coefficient", LodJsonText(findings->coefficient), "method", findings->method,
                   "model", findings->model ? LodJsonText(findings->model) : NULL, "mesh",
                   LodJsonMesh(findings->grid), "samples", (json_int_t)findings->samples,
                   "effective", list, "voigt", TensorJson(dim, mean.bounds.voigt), "reuss",
                   TensorJson(dim, mean.bounds.reuss));
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
