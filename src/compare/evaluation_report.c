/* An evaluation as a table for programs and one for people. */
#include <math.h>
#include <string.h>

#include "base/text_file.h"
#include "compare/evaluation.h"

/* Prints text as a field of CSV: in quotes, those in it doubled (RFC 4180). */
static void PrintField(FILE *stream, const char *text) {
  fputc('"', stream);
  for (; *text; text++) {
    if (*text == '"') fputc('"', stream);
    fputc(*text, stream);
  }
  fputc('"', stream);
}

/* Prints the numbers of one row for one right-hand side as a line of CSV. */
static void PrintCsvRow(FILE *stream, const LodEvaluationRow *row, PetscBool average, PetscInt dim,
                        int f) {
  const double values[] = {row->smallest,   row->largest,   row->norm_difference, row->norm,
                           row->dnn_lod[f], row->energy[f], row->lod_fine[f],     row->dnn_fine[f]};
  const double fields[] = {row->errors.l2[0], row->errors.l2[1], row->errors.energy[0],
                           row->errors.energy[1]};
  PrintField(stream, row->name);
  fputc(',', stream);
  PrintField(stream, LodEvaluationRhs(dim, f));
  fprintf(stream, ",%s", row->in_range ? "yes" : "no");
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    fputc(',', stream);
    LodNumberPrint(stream, values[i], "");
  }
  fprintf(stream, ",%s", average ? "yes" : "no");
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
    fputc(',', stream);
    LodNumberPrint(stream, f == 0 ? fields[i] : NAN, "");
  }
  fputc('\n', stream);
}

/* Writes evaluation.csv. */
static PetscErrorCode WriteCsv(const LodEvaluation *evaluation, PetscInt dim,
                               const char *directory) {
  LodTextFile file;
  PetscFunctionBeginUser;
  PetscCall(LodTextFileBegin(&file, directory, "evaluation.csv"));
  fprintf(file.stream, "coefficient,rhs,in_training_range,smallest,largest,norm_difference,norm,"
                       "l2_dnn_lod,energy_dnn_lod,l2_lod_fine,l2_dnn_fine,average,"
                       "l2_lod_ms_fine,l2_dnn_ms_fine,energy_lod_ms_fine,energy_dnn_ms_fine\n");
  for (PetscInt i = 0; i < evaluation->n_rows; i++)
    for (int f = 0; f < LOD_EVALUATION_RHS; f++)
      PrintCsvRow(file.stream, &evaluation->rows[i], evaluation->average, dim, f);
  PetscCall(LodTextFileCommit(&file));
  PetscFunctionReturn(0);
}

/* Writes evaluation.md. */
static PetscErrorCode WriteMarkdown(const LodEvaluation *evaluation, const char *model_path,
                                    PetscInt dim, const char *directory) {
  LodTextFile file;
  PetscFunctionBeginUser;
  PetscCall(LodTextFileBegin(&file, directory, "evaluation.md"));
  FILE *stream = file.stream;
  fprintf(
      stream,
      "Model `%s`%s. Relative errors; *: values outside the range of the training. Columns f: "
      "learned to exact coarse solution, L2, for f = %s, %s, %s; energy: the same in the energy "
      "norm, f = 1; u_ms: the fine-scale field of the exact and of the learned solution against "
      "the fine solution, L2 and energy, f = 1.\n\n",
      model_path, evaluation->average ? ", averaged over the symmetries of the cube" : "",
      LodEvaluationRhs(dim, 0), LodEvaluationRhs(dim, 1), LodEvaluationRhs(dim, 2));
  fprintf(
      stream,
      "| coefficient | \\|S-S^\\|/\\|S\\| | f = 1 | f = x | f = sin sin | energy | u_ms exact | "
      "u_ms learned | energy u_ms exact | energy u_ms learned "
      "|\n|---|---|---|---|---|---|---|---|---|---|\n");
  for (PetscInt i = 0; i < evaluation->n_rows; i++) {
    const LodEvaluationRow *row = &evaluation->rows[i];
    fputs("| ", stream);
    LodPrintCell(stream, row->name, "\\|*_`<");
    fprintf(stream, "%s | %.2e ", row->in_range ? "" : " *", row->norm_difference / row->norm);
    for (int f = 0; f < LOD_EVALUATION_RHS; f++)
      fprintf(stream, "| %.3g %% ", 100 * row->dnn_lod[f]);
    fprintf(stream, "| %.3g %% | %.3g %% | %.3g %% | %.3g %% | %.3g %% |\n", 100 * row->energy[0],
            100 * row->errors.l2[0], 100 * row->errors.l2[1], 100 * row->errors.energy[0],
            100 * row->errors.energy[1]);
  }
  PetscCall(LodTextFileCommit(&file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodEvaluationWrite(const LodEvaluation *evaluation, PetscInt dim,
                                  const char *model_path, const char *directory) {
  PetscFunctionBeginUser;
  PetscCall(LodDirectoryMake(directory));
  PetscCall(WriteCsv(evaluation, dim, directory));
  PetscCall(WriteMarkdown(evaluation, model_path, dim, directory));
  PetscFunctionReturn(0);
}
