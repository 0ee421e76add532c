/* Matrices by rows: PETSc's as plain arrays, and the mass matrix. */
#include "solver/sparse_private.h"

#include <math.h>

#include "fem/element.h"
#include "fem/stencil.h"

PetscErrorCode LodSparseDestroy(LodSparseRows *rows) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(rows->offsets));
  PetscCall(PetscFree(rows->columns));
  PetscCall(PetscFree(rows->nodes));
  PetscCall(PetscFree(rows->values));
  *rows = (LodSparseRows){0};
  PetscFunctionReturn(0);
}

/* Starts a matrix of n rows, n_rows of them from first_row on, with room for `n_entries`. */
static PetscErrorCode Begin(const LodGrid *grid, const PetscInt cells[], PetscInt first,
                            PetscInt last, size_t n_entries, LodSparseRows *rows) {
  const LodBox free_nodes = LodGridFreeNodes(grid, cells), all = LodBoxNodes(grid->dim, cells);
  const size_t n_rows = (size_t)(last - first);
  PetscFunctionBeginUser;
  *rows =
      (LodSparseRows){.n = LodBoxCount(&free_nodes), .first_row = first, .n_rows = last - first};
  PetscCall(PetscCalloc1(n_rows + 1, &rows->offsets));
  PetscCall(PetscMalloc1(n_rows, &rows->nodes));
  PetscCall(PetscMalloc1(n_entries, &rows->columns));
  PetscCall(PetscMalloc1(n_entries, &rows->values));
  for (PetscInt row = first; row < last; row++) {
    PetscInt node[LOD_MAX_DIM];
    LodBoxIndex(&free_nodes, row, node);
    rows->nodes[row - first] = LodBoxPosition(&all, node);
  }
  PetscFunctionReturn(0);
}

/* Entries of this rank's rows of a matrix. */
static PetscErrorCode CountEntries(Mat matrix, PetscInt first, PetscInt last, size_t *count) {
  PetscFunctionBeginUser;
  *count = 0;
  for (PetscInt row = first; row < last; row++) {
    PetscInt n;
    PetscCall(MatGetRow(matrix, row, &n, NULL, NULL));
    *count += (size_t)n;
    PetscCall(MatRestoreRow(matrix, row, &n, NULL, NULL));
  }
  PetscFunctionReturn(0);
}

/* Copies the entries of the rows. */
static PetscErrorCode CopyRows(Mat matrix, int exponent, LodSparseRows *rows) {
  int64_t entry = 0;
  double  spoilt = 0; /* 0 times what is not finite */
  PetscFunctionBeginUser;
  for (int64_t r = 0; r < rows->n_rows; r++) {
    const PetscInt     row = (PetscInt)(rows->first_row + r);
    const PetscInt    *columns;
    const PetscScalar *values;
    PetscInt           n;
    PetscCall(MatGetRow(matrix, row, &n, &columns, &values));
    for (PetscInt i = 0; i < n; i++, entry++) {
      rows->columns[entry] = columns[i];
      rows->values[entry] = ldexp(values[i], exponent);
      spoilt += 0 * rows->values[entry];
    }
    PetscCall(MatRestoreRow(matrix, row, &n, &columns, &values));
    rows->offsets[r + 1] = entry;
  }
  PetscCheck(spoilt == 0, PETSC_COMM_SELF, PETSC_ERR_FP,
             "the matrix has entries that are too large for double precision: choose other units "
             "for A");
  PetscFunctionReturn(0);
}

PetscErrorCode LodSparseFromMatrix(const LodGrid *grid, const PetscInt cells[], Mat matrix,
                                   int exponent, LodSparseRows *rows) {
  PetscInt first, last;
  size_t   n_entries;
  PetscFunctionBeginUser;
  PetscCall(MatGetOwnershipRange(matrix, &first, &last));
  PetscCall(CountEntries(matrix, first, last, &n_entries));
  PetscErrorCode error = Begin(grid, cells, first, last, n_entries, rows);
  if (!error) error = CopyRows(matrix, exponent, rows);
  if (error) PetscCall(LodSparseDestroy(rows));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Fills the rows of the mass matrix. */
static void FillMass(const LodGrid *grid, const PetscInt cells[], LodSparseRows *rows) {
  const LodBox   free_nodes = LodGridFreeNodes(grid, cells);
  const PetscInt width = LodPower(3, grid->dim);
  double         zero = 0, one = 1;
  int64_t        entry = 0;
  LodGrid        one_cell = *grid;
  LodCellTables  tables;
  /* The form of A = 0 and c = 1 on a coefficient mesh of one cell. */
  const LodCoefficient mass = {
      .dim = grid->dim, .cells = {1, 1, 1}, .components = 1, .values = &zero, .reaction = &one};
  const LodCellMatrices source = {grid, &mass, cells, &tables, NULL};
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    one_cell.coefficient[axis] = 1;
  LodCellTablesInit(&one_cell, cells, &tables);
  for (int64_t r = 0; r < rows->n_rows; r++) {
    double   stencil[LOD_MAX_STENCIL];
    PetscInt node[LOD_MAX_DIM], columns[LOD_MAX_STENCIL];
    LodBoxIndex(&free_nodes, (PetscInt)(rows->first_row + r), node);
    LodRowStencil(&source, node, stencil);
    LodRowNeighbours(&free_nodes, node, columns);
    for (PetscInt i = 0; i < width; i++) {
      if (columns[i] < 0) continue;
      rows->columns[entry] = columns[i];
      rows->values[entry++] = stencil[i];
    }
    rows->offsets[r + 1] = entry;
  }
}

PetscErrorCode LodSparseMass(MPI_Comm comm, const LodGrid *grid, const PetscInt cells[],
                             LodSparseRows *rows) {
  const LodBox free_nodes = LodGridFreeNodes(grid, cells);
  PetscInt     n = LodBoxCount(&free_nodes), n_rows = PETSC_DECIDE, last;
  PetscFunctionBeginUser;
  PetscCall(PetscSplitOwnership(comm, &n_rows, &n));
  PetscCallMPI(MPI_Scan(&n_rows, &last, 1, MPIU_INT, MPI_SUM, comm));
  const size_t   n_entries = (size_t)n_rows * (size_t)LodPower(3, grid->dim);
  PetscErrorCode error = Begin(grid, cells, last - n_rows, last, n_entries, rows);
  if (error)
    PetscCall(LodSparseDestroy(rows));
  else
    FillMass(grid, cells, rows);
  PetscCall(error);
  PetscFunctionReturn(0);
}
