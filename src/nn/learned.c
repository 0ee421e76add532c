/* Learned local operators: the network in the place of the corrector problems. */
#include <lodnet/model.h>
#include <string.h>

/* Cells gathered and passed forward together. */
#define CELLS_AT_ONCE 1024

/* State of the learned operators. */
typedef struct {
  LodModel             *model;       /* borrowed */
  const LodCoefficient *coefficient; /* borrowed */
  float                *inp, *out;   /* [CELLS_AT_ONCE][(2l+1)k)^d], [..][(2l+2)^d 2^d] */
} Learned;

/* Node z of the uncut patch of cell `cell` lies in the closure of D. */
static PetscBool NodeInside(const LodGrid *grid, const LodBox *nodes, PetscInt z) {
  PetscInt index[LOD_MAX_DIM];
  LodBoxIndex(nodes, z, index);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    if (index[axis] < 0 || index[axis] > grid->coarse) return PETSC_FALSE;
  return PETSC_TRUE;
}

/* Nodes of the uncut patch of a cell. */
static LodBox PatchNodes(const LodGrid *grid, PetscInt cell) {
  LodBox nodes = LodGridUncutPatchBox(grid, cell);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    nodes.size[axis]++;
  return nodes;
}

void LodClearOutside(const LodGrid *grid, PetscInt cell, double *operators) {
  const LodBox   nodes = PatchNodes(grid, cell);
  const PetscInt corners = LodGridCorners(grid);
  for (PetscInt z = 0; z < LodGridPatchNodes(grid); z++)
    if (!NodeInside(grid, &nodes, z))
      memset(operators + z * corners, 0, (size_t)corners * sizeof *operators);
}

void LodZeroSums(const LodGrid *grid, PetscInt cell, double *operators) {
  const LodBox   nodes = PatchNodes(grid, cell);
  const PetscInt corners = LodGridCorners(grid), n_nodes = LodGridPatchNodes(grid);
  double         column[LOD_MAX_CORNERS] = {0};
  PetscInt       inside = 0;
  /* The two projections, on vanishing row sums and on vanishing column sums, commute. */
  for (PetscInt z = 0; z < n_nodes; z++) {
    double *row = operators + z * corners, mean = 0;
    if (!NodeInside(grid, &nodes, z)) continue;
    for (PetscInt j = 0; j < corners; j++)
      mean += row[j] / (double)corners;
    for (PetscInt j = 0; j < corners; j++) {
      row[j] -= mean;
      column[j] += row[j];
    }
    inside++;
  }
  for (PetscInt z = 0; z < n_nodes; z++)
    for (PetscInt j = 0; j < corners && NodeInside(grid, &nodes, z); j++)
      operators[z * corners + j] -= column[j] / (double)inside;
}

/* Implements LodLocalOperators.set_coefficient. */
static PetscErrorCode SetCoefficient(LodLocalOperators *self, const LodCoefficient *coefficient) {
  Learned *learned = self->data;
  PetscFunctionBeginUser;
  PetscCheck(coefficient->dim == self->grid.dim && coefficient->cells == self->grid.coefficient,
             PETSC_COMM_SELF, PETSC_ERR_ARG_SIZ,
             "the coefficient has %" PetscInt_FMT " cells per axis, the mesh wants %" PetscInt_FMT,
             coefficient->cells, self->grid.coefficient);
  learned->coefficient = coefficient;
  PetscFunctionReturn(0);
}

/* Gathers what the network sees of the cells first <= T < last into learned->inp. */
static void Gather(const LodGrid *grid, const Learned *learned, PetscInt first, PetscInt last) {
  const size_t n_inp = (size_t)LodGridPatchValues(grid);
#pragma omp parallel for schedule(static)
  for (PetscInt cell = first; cell < last; cell++) {
    float *inp = learned->inp + (size_t)(cell - first) * n_inp;
    LodPatchGather(grid, cell, learned->coefficient->values, NULL, inp);
    LodModelNormalise(learned->model, n_inp, inp);
  }
}

/* Turns learned->out of the cells first <= T < last into operators[T - first][z][j]. */
static void Scatter(const LodGrid *grid, const Learned *learned, PetscInt first, PetscInt last,
                    double *operators) {
  const size_t size = (size_t)LodGridOperatorSize(grid);
#pragma omp parallel for schedule(static)
  for (PetscInt cell = first; cell < last; cell++) {
    const float *out = learned->out + (size_t)(cell - first) * size;
    double      *own = operators + (size_t)(cell - first) * size;
    for (size_t i = 0; i < size; i++)
      own[i] = learned->model->out_scale * (double)out[i];
    LodClearOutside(grid, cell, own);
    if (learned->model->zero_sums) LodZeroSums(grid, cell, own);
  }
}

/* Implements LodLocalOperators.compute. */
static PetscErrorCode Compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                              double *operators) {
  Learned     *learned = self->data;
  const size_t size = (size_t)LodGridOperatorSize(&self->grid);
  PetscFunctionBeginUser;
  PetscCheck(learned->coefficient, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  for (PetscInt begin = first, end; begin < last; begin = end) {
    end = begin + 1;
    if (!LodIsWanted(self, begin)) continue;
    while (end < last && end - begin < CELLS_AT_ONCE && LodIsWanted(self, end))
      end++;
    Gather(&self->grid, learned, begin, end);
    PetscCall(LodNetworkForward(learned->model->network, end - begin, learned->inp, learned->out));
    Scatter(&self->grid, learned, begin, end, operators + (size_t)(begin - first) * size);
  }
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode Destroy(LodLocalOperators *self) {
  Learned *learned = self->data;
  PetscFunctionBeginUser;
  PetscCall(PetscFree2(learned->inp, learned->out));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLearnedCreate(const LodGrid *grid, LodModel *model,
                                LodLocalOperators **operators) {
  const PetscInt  n_layers = LodNetworkLayers(model->network);
  const PetscInt *width = LodNetworkWidths(model->network);
  const size_t    cells = (size_t)PetscMin(CELLS_AT_ONCE, LodGridCells(grid));
  Learned        *learned;
  PetscFunctionBeginUser;
  PetscCall(LodGridValidate(grid, "mesh"));
  PetscCheck(width[0] == LodGridPatchValues(grid) && width[n_layers] == LodGridOperatorSize(grid),
             PETSC_COMM_SELF, PETSC_ERR_ARG_INCOMP,
             "a network of %" PetscInt_FMT " inputs and %" PetscInt_FMT
             " outputs on a mesh that has %" PetscInt_FMT " and %" PetscInt_FMT,
             width[0], width[n_layers], LodGridPatchValues(grid), LodGridOperatorSize(grid));
  PetscCall(PetscNew(&learned));
  PetscCall(PetscMalloc2(cells * (size_t)width[0], &learned->inp, cells * (size_t)width[n_layers],
                         &learned->out));
  learned->model = model;
  PetscCall(PetscNew(operators));
  **operators = (LodLocalOperators){.grid = *grid,
                                    .name = "dnn",
                                    .set_coefficient = SetCoefficient,
                                    .compute = Compute,
                                    .destroy = Destroy,
                                    .data = learned};
  PetscFunctionReturn(0);
}
