/* Losses of local operators (loss.h). */
#include "train/loss.h"

#include <petscblaslapack.h>
#include <string.h>

#include "base/error.h"
#include "fem/element.h"
#include "lod/structure.h"

/* Most numbers of a local operator. */
#define MOST_NUMBERS LOD_MAX_STRUCTURED_NUMBERS
/* Eigenvalues of a stiffness below this part of the largest belong to its kernel. */
#define KERNEL 1e-10

/* What the loss needs for patches whose cut has a certain number of nodes per axis. */
typedef struct {
  PetscInt n;     /* nodes; 0: no patch is cut like that */
  double  *rows;  /* energy: R[n][n] */
  double  *modes; /* moments: orthonormal affine functions, [dim][n] */
  double   scale; /* moments: 1 / mean eigenvalue of R */
} Metric;

struct LodLoss {
  LodLossKind kind;
  PetscBool   zero_sums;
  double      weight;
  PetscInt    dim, ell, corners, size; /* size: numbers of an operator */
  LodBox      sizes;                   /* number of nodes per axis - 1, as an index of metrics */
  Metric     *metrics;
  double      columns[LOD_MAX_CORNERS * LOD_MAX_CORNERS]; /* energy: C */
};

/* Replaces the symmetric matrix[n][n] by its pseudo-inverse, scaled so that the mean of the
   eigenvalues outside the kernel, which has dimension 1, is 1. */
static PetscErrorCode PseudoInverse(PetscInt n, double *matrix) {
  PetscBLASInt order, length, info = 0;
  double      *vectors, *values, *work, sum = 0;
  PetscFunctionBeginUser;
  PetscCall(PetscBLASIntCast(n, &order));
  length = 4 * order;
  PetscCall(PetscMalloc3((size_t)n * (size_t)n, &vectors, n, &values, length, &work));
  PetscCall(PetscArraycpy(vectors, matrix, (size_t)n * (size_t)n));
  LAPACKsyev_("V", "U", &order, vectors, &order, values, work, &length, &info);
  if (info) PetscCall(PetscFree3(vectors, values, work));
  PetscCheck(info == 0, PETSC_COMM_SELF, PETSC_ERR_LIB, "LAPACK's dsyev failed: %d", (int)info);
  for (PetscInt k = 0; k < n; k++) {
    values[k] = values[k] > KERNEL * values[n - 1] ? 1 / values[k] : 0;
    sum += values[k];
  }
  PetscCall(PetscArrayzero(matrix, (size_t)n * (size_t)n));
  for (PetscInt k = 0; k < n; k++) {
    const double *vector = vectors + (size_t)k * (size_t)n;
    for (PetscInt i = 0; i < n; i++)
      for (PetscInt j = 0; j < n; j++)
        matrix[(size_t)i * (size_t)n + (size_t)j] +=
            values[k] * (double)(n - 1) / sum * vector[i] * vector[j];
  }
  PetscCall(PetscFree3(vectors, values, work));
  PetscFunctionReturn(0);
}

/* Sides of a unit cell: the energies compare, and units cancel. */
static const double unit[LOD_MAX_DIM] = {1, 1, 1};

/* The energy's R for patches of the given nodes. */
static PetscErrorCode EnergyRows(const LodBox *nodes, Metric *metric) {
  const PetscInt corners = (PetscInt)1 << nodes->dim;
  double         element[LOD_MAX_CORNERS * LOD_MAX_CORNERS];
  LodBox         cells = *nodes;
  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < nodes->dim; axis++)
    cells.size[axis]--;
  LodElementStiffness(nodes->dim, unit, element);
  PetscCall(PetscCalloc1((size_t)metric->n * (size_t)metric->n, &metric->rows));
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    PetscInt index[LOD_MAX_DIM], node[LOD_MAX_CORNERS];
    for (PetscInt a = 0; a < corners; a++) {
      LodBoxIndex(&cells, cell, index);
      for (PetscInt axis = 0; axis < nodes->dim; axis++)
        index[axis] += a >> axis & 1;
      node[a] = LodBoxPosition(nodes, index);
    }
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = 0; b < corners; b++)
        metric->rows[(size_t)node[a] * (size_t)metric->n + (size_t)node[b]] +=
            element[a * corners + b];
  }
  PetscCall(PseudoInverse(metric->n, metric->rows));
  PetscFunctionReturn(0);
}

/* The affine functions of mean 0 on the given nodes, and the scale of the moments' R. */
static PetscErrorCode MomentModes(const LodBox *nodes, double weight, Metric *metric) {
  const PetscInt n = metric->n, dim = nodes->dim;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1((size_t)(dim * n), &metric->modes));
  for (PetscInt axis = 0; axis < dim; axis++) {
    double *mode = metric->modes + axis * n, square = 0;
    for (PetscInt z = 0; z < n; z++) {
      PetscInt index[LOD_MAX_DIM];
      LodBoxIndex(nodes, z, index);
      mode[z] = (double)index[axis] - 0.5 * (double)(nodes->size[axis] - 1);
      square += mode[z] * mode[z];
    }
    for (PetscInt z = 0; z < n; z++)
      mode[z] /= PetscSqrtReal(square);
  }
  metric->scale = (double)(n - 1) / ((double)(n - 1) + weight * (double)dim);
  PetscFunctionReturn(0);
}

/* The metric of patches that are cut as `inside` says. */
static Metric *MetricOf(const LodLoss *loss, const LodBox *inside) {
  PetscInt index[LOD_MAX_DIM] = {0, 0, 0};
  for (PetscInt axis = 0; axis < loss->dim; axis++)
    index[axis] = inside->size[axis] - 1;
  return &loss->metrics[LodBoxPosition(&loss->sizes, index)];
}

/* Makes the metrics of all patches of a grid. */
static PetscErrorCode CreateMetrics(const LodGrid *grid, LodLoss *loss) {
  PetscFunctionBeginUser;
  for (PetscInt cell = 0; cell < LodGridCells(grid); cell++) {
    const LodBox inside = LodGridInsideNodes(grid, cell);
    Metric      *metric = MetricOf(loss, &inside);
    LodBox       nodes = inside;
    if (metric->n) continue;
    metric->n = LodBoxCount(&inside);
    for (PetscInt axis = 0; axis < grid->dim; axis++)
      nodes.first[axis] = 0;
    if (loss->kind == LOD_LOSS_ENERGY) PetscCall(EnergyRows(&nodes, metric));
    if (loss->kind == LOD_LOSS_MOMENTS) PetscCall(MomentModes(&nodes, loss->weight, metric));
  }
  PetscFunctionReturn(0);
}

/* Makes the matrices of a loss whose numbers are set. */
static PetscErrorCode CreateMatrices(const LodGrid *grid, LodLoss *loss) {
  PetscFunctionBeginUser;
  PetscCall(PetscCalloc1(LodBoxCount(&loss->sizes), &loss->metrics));
  PetscCall(CreateMetrics(grid, loss));
  LodElementStiffness(grid->dim, unit, loss->columns);
  PetscCall(PseudoInverse(loss->corners, loss->columns));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLossCreate(const LodGrid *grid, const LodTrainingSettings *settings,
                             PetscBool zero_sums, LodLoss **loss) {
  const PetscInt  size = LodGridOperatorSize(grid);
  const PetscBool plain = (PetscBool)(settings->loss == LOD_LOSS_ENTRIES && !zero_sums);
  LodLoss        *made;
  PetscFunctionBeginUser;
  *loss = NULL;
  LodCheckInput(settings->loss != LOD_LOSS_ENERGY || zero_sums,
                "the energy loss needs zero_sums: it does not see constants");
  PetscCheck(plain || size <= MOST_NUMBERS, PETSC_COMM_SELF, PETSC_ERR_SUP,
             "local operators of %" PetscInt_FMT " numbers; zero_sums and the losses but entries "
             "take at most %d",
             size, MOST_NUMBERS);
  PetscCall(PetscNew(&made));
  *made = (LodLoss){.kind = settings->loss,
                    .zero_sums = zero_sums,
                    .weight = settings->moment_weight,
                    .dim = grid->dim,
                    .ell = grid->ell,
                    .corners = LodGridCorners(grid),
                    .size = size,
                    .sizes = LodBoxCube(grid->dim, 2 * grid->ell + 2)};
  PetscErrorCode error = plain ? 0 : CreateMatrices(grid, made);
  if (error) PetscCall(LodLossDestroy(&made));
  PetscCall(error);
  *loss = made;
  PetscFunctionReturn(0);
}

PetscErrorCode LodLossDestroy(LodLoss **loss) {
  LodLoss *old = *loss;
  PetscFunctionBeginUser;
  *loss = NULL;
  if (!old) PetscFunctionReturn(0);
  for (PetscInt i = 0; i < LodBoxCount(&old->sizes) && old->metrics; i++) {
    PetscCall(PetscFree(old->metrics[i].rows));
    PetscCall(PetscFree(old->metrics[i].modes));
  }
  PetscCall(PetscFree(old->metrics));
  PetscCall(PetscFree(old));
  PetscFunctionReturn(0);
}

/* gradient = R error C of the energy; all are [n][corners]. */
static void EnergyGradient(const LodLoss *loss, const Metric *metric, const double *error,
                           double *gradient) {
  const PetscInt corners = loss->corners, n = metric->n;
  double         turned[MOST_NUMBERS];
  memset(turned, 0, (size_t)(n * corners) * sizeof *turned);
  memset(gradient, 0, (size_t)(n * corners) * sizeof *gradient);
  for (PetscInt z = 0; z < n; z++)
    for (PetscInt i = 0; i < corners; i++)
      for (PetscInt j = 0; j < corners; j++)
        turned[z * corners + j] += error[z * corners + i] * loss->columns[i * corners + j];
  for (PetscInt z = 0; z < n; z++)
    for (PetscInt y = 0; y < n; y++)
      for (PetscInt j = 0; j < corners; j++)
        gradient[z * corners + j] +=
            metric->rows[(size_t)z * (size_t)n + (size_t)y] * turned[y * corners + j];
}

/* gradient = R error of the moments. */
static void MomentGradient(const LodLoss *loss, const Metric *metric, const double *error,
                           double *gradient) {
  const PetscInt corners = loss->corners, n = metric->n;
  for (PetscInt i = 0; i < n * corners; i++)
    gradient[i] = metric->scale * error[i];
  for (PetscInt axis = 0; axis < loss->dim; axis++) {
    const double *mode = metric->modes + axis * n;
    double        moment[LOD_MAX_CORNERS] = {0};
    for (PetscInt z = 0; z < n; z++)
      for (PetscInt j = 0; j < corners; j++)
        moment[j] += loss->weight * metric->scale * mode[z] * error[z * corners + j];
    for (PetscInt z = 0; z < n; z++)
      for (PetscInt j = 0; j < corners; j++)
        gradient[z * corners + j] += mode[z] * moment[j];
  }
}

/* The gradient of all rows by that of the rows inside. */
static void Gradient(const LodLoss *loss, const LodBox *inside, double *operators) {
  const Metric *metric = MetricOf(loss, inside);
  const size_t  row = (size_t)loss->corners * sizeof(double);
  const LodBox  nodes = LodBoxCube(loss->dim, 2 * loss->ell + 2);
  double        error[MOST_NUMBERS], gradient[MOST_NUMBERS];
  PetscInt      place[MOST_NUMBERS / 2];
  if (loss->kind == LOD_LOSS_ENTRIES) return;
  for (PetscInt z = 0; z < metric->n; z++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(inside, z, index);
    place[z] = LodBoxPosition(&nodes, index) * loss->corners;
    memcpy(error + z * loss->corners, operators + place[z], row);
  }
  if (loss->kind == LOD_LOSS_ENERGY)
    EnergyGradient(loss, metric, error, gradient);
  else
    MomentGradient(loss, metric, error, gradient);
  for (PetscInt z = 0; z < metric->n; z++)
    memcpy(operators + place[z], gradient + z * loss->corners, row);
}

/* P of the model. */
static void Project(const LodLoss *loss, const LodBox *inside, double *operators) {
  LodOperatorClearOutside(loss->ell, inside, operators);
  if (loss->zero_sums) LodOperatorZeroSums(loss->ell, inside, operators);
}

double LodLossApply(const LodLoss *loss, const LodBox *inside, float *difference) {
  double error[MOST_NUMBERS], gradient[MOST_NUMBERS], sum = 0;
  if (!loss->metrics) {
    for (PetscInt i = 0; i < loss->size; i++)
      sum += (double)difference[i] * (double)difference[i];
    return 0.5 * sum;
  }
  for (PetscInt i = 0; i < loss->size; i++)
    error[i] = (double)difference[i];
  Project(loss, inside, error);
  memcpy(gradient, error, (size_t)loss->size * sizeof *error);
  Gradient(loss, inside, gradient);
  for (PetscInt i = 0; i < loss->size; i++)
    sum += error[i] * gradient[i];
  Project(loss, inside, gradient);
  for (PetscInt i = 0; i < loss->size; i++)
    difference[i] = (float)gradient[i];
  return 0.5 * sum;
}
