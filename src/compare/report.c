/* What a comparison found, for people (a table) and for programs (report.json). */
#include "base/text_file.h"
#include "compare/compare_private.h"
#include "io/json.h"

/* Prints one row of the table: a label and a number a method; a number below 0 is a dash. */
static void PrintRow(const char *label, const char *format, const double numbers[4]) {
  char text[32];

  printf("  %-32s", label);
  for (int i = 0; i < 4; i++) {
    (void)snprintf(text, sizeof text, numbers[i] < 0 ? "-" : format, numbers[i]);
    printf("%12s", text);
  }
  putchar('\n');
}

/* Prints the coercivity constants, which may be negative, and what that means. */
static void PrintCoercivity(const LodComparison *c) {
  static const char *const operators[2] = {"exact", "learned"};

  printf("  %-32s%12.3g%12.3g%12s%12s\n",
         "coercivity, v'Sv / |grad v|^2 >=", c->checks[0].coercivity, c->checks[1].coercivity, "-",
         "-");
  for (int i = 0; i < 2; i++)
    if (!(c->checks[i].coercivity > 0))
      printf("  the %s operator is not coercive: do not trust its solution\n", operators[i]);
}

/* |S_lod - S_dnn| / |S_lod|; 0 where both are, as on a mesh without unknowns. */
static double RelativeNorm(const LodComparison *c) {
  return c->norm_difference > 0 ? c->norm_difference / c->norm : 0 * c->norm_difference;
}

/* Prints errors against the fine solution. */
static void PrintErrors(const LodComparison *c) {
  const LodFieldErrors *of = &c->errors;
  if (c->field[0]) {
    PrintRow("u_ms: energy error against fine", "%.3e",
             (double[]){of->energy[0], of->energy[1], of->coarse_energy, -1});
    PrintRow("u_ms: L2 error against fine", "%.3e",
             (double[]){of->l2[0], of->l2[1], c->coarse_fine, -1});
  }
  PrintRow("u_H: L2 error against fine", "%.3e",
           (double[]){c->lod_fine, c->dnn_fine, c->coarse_fine, -1});
  PrintRow("u_H: L2 error against lod", "%.3e", (double[]){-1, c->dnn_lod, -1, -1});
}

PetscErrorCode LodComparisonPrint(const LodComparison *c) {
  PetscFunctionBeginUser;
  printf("  %-32s%12s%12s%12s%12s\n", "", "lod", "dnn", "coarse Q1", "fine");
  PrintErrors(c);
  PrintRow("seconds for the operator", "%.3g",
           (double[]){c->seconds_operator[0], c->seconds_operator[1], -1, -1});
  PrintRow("seconds for the solve", "%.3g",
           (double[]){c->seconds_solve[0], c->seconds_solve[1], -1, -1});
  PrintRow("seconds in all", "%.3g",
           (double[]){c->seconds_operator[0] + c->seconds_solve[0],
                      c->seconds_operator[1] + c->seconds_solve[1], c->seconds_coarse,
                      c->seconds_fine});
  if (c->field[0])
    PrintRow("seconds for u_ms", "%.3g",
             (double[]){c->errors.seconds[0], c->errors.seconds[1], -1, -1});
  PrintRow("zero sums, largest violation", "%.1e",
           (double[]){c->checks[0].kernel_residual, c->checks[1].kernel_residual, -1, -1});
  PrintRow("symmetry, |S - S^T| / |S|", "%.1e",
           (double[]){c->checks[0].symmetry_defect, c->checks[1].symmetry_defect, -1, -1});
  PrintCoercivity(c);
  printf("  patches outside the range of the training: %.3g %%\n", 100 * c->out_of_range);
  printf("  spectral norms: |S_lod - S_dnn| = %.3e, |S_lod| = %.3e, relative %.3e\n",
         c->norm_difference, c->norm, RelativeNorm(c));
  if (c->field[0])
    printf(
        "  u_H is the coarse solution, which approximates averages of u; u_ms = u_H with the exact "
        "correctors is the\n  approximation of u itself (relative errors)\n");
  PetscFunctionReturn(0);
}

/* What was checked of one operator, as a JSON object. */
static json_t *ChecksJson(const LodChecks *checks) {
  return json_pack("{s:o, s:o, s:o}", "kernel_residual", LodJsonNumber(checks->kernel_residual),
                   "symmetry_defect", LodJsonNumber(checks->symmetry_defect), "coercivity",
                   LodJsonNumber(checks->coercivity));
}

/* The errors of the fine-scale fields, as a JSON object. */
static json_t *FieldsJson(const LodComparison *c) {
  const LodFieldErrors *of = &c->errors;
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "energy_lod",
                   LodJsonNumber(of->energy[0]), "energy_dnn", LodJsonNumber(of->energy[1]),
                   "energy_coarse", LodJsonNumber(of->coarse_energy), "l2_lod",
                   LodJsonNumber(of->l2[0]), "l2_dnn", LodJsonNumber(of->l2[1]), "seconds_lod",
                   LodJsonNumber(of->seconds[0]), "seconds_dnn", LodJsonNumber(of->seconds[1]));
}

/* Norms, errors and times as a JSON object. */
static json_t *FindingsJson(const LodComparison *c) {
  return json_pack(
      "{s:{s:o, s:o, s:o}, s:{s:o, s:o, s:o, s:o}, s:o, s:o, s:o, s:{s:o, s:o, s:o, s:o, s:o, "
      "s:o}}",
      "spectral_norm", "difference", LodJsonNumber(c->norm_difference), "lod",
      LodJsonNumber(c->norm), "relative", LodJsonNumber(RelativeNorm(c)), "relative_l2", "lod_fine",
      LodJsonNumber(c->lod_fine), "dnn_fine", LodJsonNumber(c->dnn_fine), "coarse_fine",
      LodJsonNumber(c->coarse_fine), "dnn_lod", LodJsonNumber(c->dnn_lod), "checks_lod",
      ChecksJson(&c->checks[0]), "checks_dnn", ChecksJson(&c->checks[1]), "out_of_range",
      LodJsonNumber(c->out_of_range), "seconds", "lod_operator",
      LodJsonNumber(c->seconds_operator[0]), "lod_solve", LodJsonNumber(c->seconds_solve[0]),
      "dnn_operator", LodJsonNumber(c->seconds_operator[1]), "dnn_solve",
      LodJsonNumber(c->seconds_solve[1]), "coarse", LodJsonNumber(c->seconds_coarse), "fine",
      LodJsonNumber(c->seconds_fine));
}

PetscErrorCode LodComparisonCheckOutputs(const char *directory, PetscInt n_inputs,
                                         const char *const inputs[]) {
  const char *const report = "report.json";
  PetscFunctionBeginUser;
  PetscCall(LodOutputsCheck(directory, 1, &report, n_inputs, inputs));
  PetscCall(LodPicturesCheckOutputs(directory, n_inputs, inputs));
  PetscFunctionReturn(0);
}

PetscErrorCode LodComparisonWrite(const LodComparison *comparison, const LodGrid *grid,
                                  const LodCoefficient *coefficient, const char *coefficient_path,
                                  const char *model_path, const char *rhs, const char *directory) {
  LodTextFile report;

  PetscFunctionBeginUser;
  PetscCall(LodDirectoryMake(directory));
  PetscCall(LodTextFileBegin(&report, directory, "report.json"));
  json_t *object =
      json_pack("{s:s, s:o, s:o, s:b, s:b, s:o, s:o}", "version", LODNET_VERSION, "coefficient",
                LodJsonText(coefficient_path), "model", LodJsonText(model_path), "average",
                comparison->average, "correct", comparison->correct, "rhs", LodJsonText(rhs),
                "mesh", LodJsonMesh(grid));
  json_object_update_new(object, FindingsJson(comparison));
  if (comparison->field[0]) json_object_set_new(object, "fine_scale", FieldsJson(comparison));
  PetscErrorCode error = LodJsonPrint(report.stream, object);
  if (error) PetscCall(LodTextFileAbort(&report));
  PetscCall(error);
  PetscCall(LodTextFileCommit(&report));
  PetscCall(LodCrossSectionsWrite(comparison, grid, directory));
  PetscCall(LodComparisonPictures(comparison, grid, coefficient, directory));
  PetscFunctionReturn(0);
}
