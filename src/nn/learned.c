/* Learned local operators: the network in the place of the corrector problems.

   With an encoder every coarse cell is encoded once and patches gather codes, the analogue of
   shared elimination; without one the head takes whole patches. Everything else is the same. */
#include "nn/learned.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/events.h"
#include "base/progress.h"
#include "base/units.h"
#include "lod/average.h"
#include "lod/baseline.h"
#include "lod/structure.h"
#include "nn/anchors.h"
#include "nn/network_run.h"
#include "nn/row.h"

/* Cells gathered and passed forward together. */
#define CELLS_AT_ONCE 1024

/* Inputs of the network that a thread looks through at a time. */
#define INPUTS_AT_ONCE ((size_t)16384)

/* State of the learned operators. */
typedef struct {
  const LodModel *model;       /* borrowed */
  LodNetworkRun  *run;         /* of its network, with buffers of our own */
  LodCoefficient  coefficient; /* 2^-exponent A, which single precision holds */
  int             exponent;    /* 0 unless the model is scale-equivariant */
  PetscBool       is_set;      /* there is a coefficient */
  double          largest[2];  /* inputs of encoder and head up to which no float overflows */
  LodRowOrder     order;
  PetscInt        n_patch, n_inp, n_code; /* n_code 0: no encoder */
  PetscInt        n_piece;                /* what it takes of a cell */
  double         *baseline;               /* LodBaselineCreate, or NULL */
  LodAnchors      anchors;                /* n = 0 unless exact for constants */
  float          *anchor_out;             /* [anchors.n][operator size]: Psi_1 */
  float          *values;                 /* [CELLS_AT_ONCE][n_patch]; with encoder [..][n_piece] */
  float          *inp, *out; /* of the head: [CELLS_AT_ONCE][n_inp], [..][operator size] */
  double          factor;    /* (h / h of the training)^(d-2), by which S_T scales */
  double         *scale;     /* [CELLS_AT_ONCE]: s of model.h */
  float          *codes;     /* [N^d + 1][n_code], last that of a cell outside D */
  float (*means)[LOD_MODEL_MAX_EXTRAS];  /* [N^d]: those of LodModelPiece */
  PetscInt *taken;                       /* [pieces]: LodNetworkTaken */
  double    seconds[LOD_LEARNED_PHASES]; /* of the latest call of compute */
} Learned;

/* Adds the time since *start to a phase and starts anew. */
static void Clock(Learned *learned, LodLearnedPhase phase, double *start) {
  const double now = LodSeconds();
  learned->seconds[phase] += now - *start;
  *start = now;
}

/* Copies a coefficient, for a scale-equivariant model divided by the power of two in the middle of
   its values: the network computes in single precision, and whatever scale A has, the same numbers
   come out, times that power. */
static PetscErrorCode CopyScaled(Learned *learned, const LodCoefficient *coefficient) {
  double smallest, largest;
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCheckPlain(coefficient, "--method dnn", "the medium"));
  PetscCall(LodCoefficientRange(coefficient, &smallest, &largest));
  learned->exponent = 0;
  if (learned->model->structure.scale_equivariant)
    learned->exponent = (int)floor(0.5 * ((double)ilogb(smallest) + (double)ilogb(largest)));
  LodCheckInput(ldexp(smallest, -learned->exponent) >= (double)FLT_MIN &&
                    ldexp(largest, -learned->exponent) <= (double)FLT_MAX,
                "the coefficient has values from %.9g to %.9g: the single precision in which "
                "networks compute cannot hold them; use the method lod",
                smallest, largest);
  LodUnitsScale(-learned->exponent, LodCoefficientCount(coefficient), coefficient->values,
                learned->coefficient.values);
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.set_coefficient. */
static PetscErrorCode SetCoefficient(LodLocalOperators *self, const LodCoefficient *coefficient) {
  Learned *learned = self->data;
  PetscFunctionBeginUser;
  learned->is_set = PETSC_FALSE;
  PetscCall(CopyScaled(learned, coefficient));
  learned->is_set = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* Refuses inputs of encoder (stage 0) or head (1), inp[n], for which a float may overflow between
   them and the output. */
static PetscErrorCode CheckInputs(Learned *learned, int stage, size_t n, const float *inp) {
  const LodNetwork *network = learned->model->network;
  float             largest = 0;
  double            bound = 0;
  PetscFunctionBeginUser;
#pragma omp parallel for reduction(max : largest) schedule(static)
  for (size_t begin = 0; begin < n; begin += INPUTS_AT_ONCE)
    largest = fmaxf(largest, LodLargestSingle(PetscMin(INPUTS_AT_ONCE, n - begin), inp + begin));
  if ((double)largest <= learned->largest[stage]) PetscFunctionReturn(0);
  for (double room = 16; room >= 1; room /= 16) { /* with room first: the next may be larger */
    bound = stage == 0 ? LodNetworkEncoderBound(network, room * (double)largest)
                       : LodNetworkHeadBound(network, room * (double)largest);
    learned->largest[stage] = room * (double)largest;
    if (bound <= (double)FLT_MAX) PetscFunctionReturn(0);
  }
  learned->largest[stage] = 0;
  LodInputError("the model's weights may take inputs of %.3g to numbers of %.3g, beyond single "
                "precision: they are no operators",
                (double)largest, bound);
}

/* Encodes the coarse cells that patches of first <= T < last see, each once: whole layers. */
static PetscErrorCode EncodeCells(const LodGrid *grid, Learned *learned, PetscInt first,
                                  PetscInt last) {
  const PetscInt per_layer = LodCellCount(grid->dim - 1, grid->coarse), ell = grid->ell;
  const PetscInt low = PetscMax(0, first / per_layer - ell) * per_layer;
  const PetscInt high =
      PetscMin(grid->coarse[grid->dim - 1], (last - 1) / per_layer + ell + 1) * per_layer;
  const PetscInt n = learned->n_piece;
  LodGrid        alone = *grid;
  double         start = LodSeconds();
  PetscFunctionBeginUser;
  alone.ell = 0; /* the patch of a cell is the cell */
  for (PetscInt begin = low; begin < high; begin += CELLS_AT_ONCE) {
    const PetscInt end = PetscMin(begin + CELLS_AT_ONCE, high);
    PetscCall(LodEventBegin(LOD_EVENT_GATHER));
#pragma omp parallel for schedule(static)
    for (PetscInt cell = begin; cell < end; cell++) {
      float *piece = learned->values + (size_t)(cell - begin) * (size_t)n;
      LodPatchGather(&alone, cell, learned->coefficient.values, NULL, piece);
      LodModelPiece(learned->model, piece, piece, learned->means[cell]);
    }
    PetscCall(LodEventEnd(LOD_EVENT_GATHER));
    PetscCall(CheckInputs(learned, 0, (size_t)(end - begin) * (size_t)n, learned->values));
    Clock(learned, LOD_LEARNED_GATHER, &start);
    PetscCall(LodEventBegin(LOD_EVENT_NETWORK));
    PetscCall(LodNetworkEncode(learned->run, end - begin, learned->values,
                               learned->codes + (size_t)begin * (size_t)learned->n_code));
    PetscCall(LodEventEnd(LOD_EVENT_NETWORK));
    Clock(learned, LOD_LEARNED_NETWORK, &start);
  }
  PetscFunctionReturn(0);
}

/* Gathers the codes of one patch into the head's input. */
static void GatherCodes(const LodGrid *grid, const Learned *learned, PetscInt cell, float *inp,
                        double *scale) {
  const LodModel *model = learned->model;
  const size_t    n_code = (size_t)learned->n_code;
  const LodBox    mesh = LodBoxCells(grid->dim, grid->coarse);
  const LodBox    patch = LodGridUncutPatchBox(grid, cell);
  const size_t    n_extras = (size_t)LodNetworkShapeOf(model->network)->n_extras;
  const double    reference = LodModelReference(model, (double)learned->means[cell][0], scale);
  for (PetscInt p = 0; p < LodBoxCount(&patch); p++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(&patch, p, index);
    const PetscInt seen = LodBoxPosition(&mesh, index);
    const size_t   place = (size_t)(seen < 0 ? LodGridCells(grid) : seen);
    const size_t   taken = (size_t)learned->taken[p];
    memcpy(inp, learned->codes + place * n_code, taken * sizeof *inp);
    inp += taken;
    if (seen < 0)
      memset(inp, 0, n_extras * sizeof *inp);
    else
      LodModelExtras(model, learned->means[seen], reference, inp);
    inp += n_extras;
  }
}

/* Makes the head's input of the cells first <= T < last. */
static void Gather(const LodGrid *grid, const Learned *learned, PetscInt first, PetscInt last) {
#pragma omp parallel for schedule(static)
  for (PetscInt cell = first; cell < last; cell++) {
    const size_t i = (size_t)(cell - first);
    float       *inp = learned->inp + i * (size_t)learned->n_inp;
    if (learned->n_code) {
      GatherCodes(grid, learned, cell, inp, &learned->scale[i]);
    } else {
      float *patch = learned->values + i * (size_t)learned->n_patch;
      LodPatchGather(grid, cell, learned->coefficient.values, NULL, patch);
      LodModelRow(learned->model, &learned->order, patch, inp, &learned->scale[i]);
    }
    learned->scale[i] = ldexp(learned->scale[i], learned->exponent);
  }
}

/* Turns learned->out of the cells first <= T < last into operators[T - first][z][j]. */
static void Scatter(const LodGrid *grid, const Learned *learned, PetscInt first, PetscInt last,
                    double *operators) {
  const LodModel *model = learned->model;
  const size_t    size = (size_t)LodGridOperatorSize(grid);
#pragma omp parallel for schedule(static)
  for (PetscInt cell = first; cell < last; cell++) {
    const size_t  i = (size_t)(cell - first);
    const LodBox  inside = LodGridInsideNodes(grid, cell);
    const float  *out = learned->out + i * size;
    const double *base =
        learned->baseline ? LodBaselineFind(grid, learned->baseline, &inside) : NULL;
    const double unit = learned->factor * learned->scale[i] * model->out_scale;
    double      *own = operators + i * size;
    for (size_t o = 0; o < size; o++)
      own[o] = unit * (double)out[o];
    if (model->structure.exact_constants) {
      const PetscInt anchor = LodAnchorsFind(&learned->anchors, &inside);
      for (size_t o = 0; o < size; o++)
        own[o] -= unit * (double)learned->anchor_out[(size_t)anchor * size + o];
    }
    LodOperatorClearOutside(grid->ell, &inside, own);
    if (model->structure.zero_sums) LodOperatorZeroSums(grid->ell, &inside, own);
    for (size_t o = 0; o < size && base; o++)
      own[o] += learned->scale[i] * base[o];
  }
}

/* Refuses operators[T - first][z][j] of the cells first <= T < last that are not finite. */
static PetscErrorCode CheckOperators(const LodGrid *grid, PetscInt first, PetscInt last,
                                     const double *operators) {
  const size_t size = (size_t)LodGridOperatorSize(grid);
  PetscInt     worst = last;
  PetscFunctionBeginUser;
#pragma omp parallel for reduction(min : worst) schedule(static)
  for (PetscInt cell = first; cell < last; cell++) {
    const double *own = operators + (size_t)(cell - first) * size;
    if (!isfinite(LodUnitsLargest(size, own))) worst = PetscMin(worst, cell);
  }
  PetscCheck(worst == last, PETSC_COMM_SELF, PETSC_ERR_FP,
             "the learned operator of coarse cell %" PetscInt_FMT " is not finite: the model does "
             "not fit these values of A",
             worst);
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.compute. */
static PetscErrorCode Compute(LodLocalOperators *self, PetscInt first, PetscInt last,
                              const LodComputeOptions *options, double *operators) {
  Learned     *learned = self->data;
  const size_t size = (size_t)LodGridOperatorSize(&self->grid);
  PetscFunctionBeginUser;
  PetscCheck(learned->is_set, PETSC_COMM_SELF, PETSC_ERR_ORDER, "no coefficient is set");
  PetscCall(PetscArrayzero(learned->seconds, LOD_LEARNED_PHASES));
  if (learned->n_code) PetscCall(EncodeCells(&self->grid, learned, first, last));
  double start = LodSeconds();
  for (PetscInt begin = first, end; begin < last; begin = end) {
    end = begin + 1;
    if (!LodComputeIsWanted(options, begin)) continue;
    while (end < last && end - begin < CELLS_AT_ONCE && LodComputeIsWanted(options, end))
      end++;
    PetscCall(LodEventBegin(LOD_EVENT_GATHER));
    Gather(&self->grid, learned, begin, end);
    PetscCall(LodEventEnd(LOD_EVENT_GATHER));
    PetscCall(
        CheckInputs(learned, 1, (size_t)(end - begin) * (size_t)learned->n_inp, learned->inp));
    Clock(learned, LOD_LEARNED_GATHER, &start);
    PetscCall(LodEventBegin(LOD_EVENT_NETWORK));
    PetscCall(LodNetworkHead(learned->run, end - begin, learned->inp, learned->out));
    PetscCall(LodEventEnd(LOD_EVENT_NETWORK));
    Clock(learned, LOD_LEARNED_NETWORK, &start);
    PetscCall(LodEventBegin(LOD_EVENT_SCATTER));
    Scatter(&self->grid, learned, begin, end, operators + (size_t)(begin - first) * size);
    PetscCall(LodEventEnd(LOD_EVENT_SCATTER));
    PetscCall(CheckOperators(&self->grid, begin, end, operators + (size_t)(begin - first) * size));
    Clock(learned, LOD_LEARNED_SCATTER, &start);
  }
  PetscFunctionReturn(0);
}

/* Implements LodLocalOperators.destroy. */
static PetscErrorCode Destroy(LodLocalOperators *self) {
  Learned *learned = self->data;
  PetscFunctionBeginUser;
  PetscCall(LodNetworkRunDestroy(&learned->run));
  PetscCall(LodCoefficientDestroy(&learned->coefficient));
  PetscCall(LodRowOrderDestroy(&learned->order));
  PetscCall(PetscFree(learned->baseline));
  PetscCall(LodAnchorsDestroy(&learned->anchors));
  PetscCall(PetscFree(learned->anchor_out));
  PetscCall(PetscFree4(learned->values, learned->inp, learned->out, learned->scale));
  PetscCall(PetscFree3(learned->codes, learned->means, learned->taken));
  PetscCall(PetscFree(self->data));
  PetscFunctionReturn(0);
}

/* What the network says of constants. */
static PetscErrorCode SetUpAnchors(const LodGrid *grid, Learned *learned) {
  LodAnchors *anchors = &learned->anchors;
  PetscFunctionBeginUser;
  PetscCall(LodAnchorsCreate(grid, learned->model, anchors));
  PetscCall(
      PetscMalloc1((size_t)anchors->n * (size_t)LodGridOperatorSize(grid), &learned->anchor_out));
  PetscCall(LodNetworkForward(learned->run, anchors->n, anchors->rows, learned->anchor_out));
  PetscFunctionReturn(0);
}

/* Allocates the buffers, and encodes what lies outside D. */
static PetscErrorCode SetUp(const LodGrid *grid, Learned *learned) {
  const LodModel        *model = learned->model;
  const LodNetworkShape *shape = LodNetworkShapeOf(model->network);
  const size_t           cells = (size_t)PetscMin(CELLS_AT_ONCE, LodGridCells(grid));
  const size_t           all = (size_t)LodGridCells(grid);
  PetscFunctionBeginUser;
  PetscCall(LodCoefficientCreate(grid->dim, grid->coefficient, &learned->coefficient));
  learned->factor = pow(grid->extent[0] * (double)model->signature.coarse / (double)grid->coarse[0],
                        (double)(grid->dim - 2));
  PetscCall(LodRowOrderCreate(model, 0, &learned->order));
  PetscCall(LodNetworkRunCreate(model->network, (PetscInt)cells, &learned->run));
  learned->n_patch = LodGridPatchValues(grid);
  learned->n_inp = LodNetworkHeadInputs(shape);
  learned->n_code = shape->n_encoder ? shape->encoder[shape->n_encoder] : 0;
  learned->n_piece = shape->n_encoder ? shape->encoder[0] : 0;
  const size_t n_values = (size_t)(learned->n_code ? learned->n_piece : learned->n_patch);
  PetscCall(PetscCalloc4(cells * n_values, &learned->values, cells * (size_t)learned->n_inp,
                         &learned->inp, cells * (size_t)LodGridOperatorSize(grid), &learned->out,
                         cells, &learned->scale));
  if (model->structure.baseline) PetscCall(LodBaselineCreate(grid, &learned->baseline));
  if (model->structure.exact_constants) PetscCall(SetUpAnchors(grid, learned));
  if (learned->n_code == 0) PetscFunctionReturn(0);
  PetscCall(PetscMalloc3((all + 1) * (size_t)learned->n_code, &learned->codes, all, &learned->means,
                         shape->n_pieces, &learned->taken));
  for (PetscInt piece = 0; piece < shape->n_pieces; piece++)
    learned->taken[piece] = LodNetworkTaken(shape, piece);
  PetscCall(LodNetworkEncode(learned->run, 1, learned->values, /* zeros */
                             learned->codes + all * (size_t)learned->n_code));
  PetscFunctionReturn(0);
}

/* Checks that a model's network fits a mesh. */
static PetscErrorCode CheckFits(const LodGrid *grid, const LodModel *model) {
  const LodNetworkShape *shape = LodNetworkShapeOf(model->network);
  const PetscInt         ratio = LodGridCoefficientRatio(grid, 0);
  const PetscInt         n_values = shape->n_encoder
                                        ? LodModelPieceInputs(grid->dim, ratio, model->structure.lines)
                                        : LodGridPatchValues(grid);
  const PetscInt         n_pieces = shape->n_encoder ? LodGridPatchCells(grid) : 1;
  PetscFunctionBeginUser;
  LodCheckInput(
      LodGridHasCubicCells(grid),
      "mesh: learned operators need coarse cells of equal sides, divided alike along every "
      "axis: choose coarse cells and extents to make them so, or the method lod");
  PetscCheck((shape->n_encoder ? shape->encoder : shape->head)[0] == n_values &&
                 shape->n_pieces == n_pieces &&
                 shape->head[shape->n_head] == LodGridOperatorSize(grid),
             PETSC_COMM_SELF, PETSC_ERR_ARG_INCOMP,
             "a network of %" PetscInt_FMT " inputs and %" PetscInt_FMT
             " outputs on a mesh whose patches have %" PetscInt_FMT " values and operators "
             "%" PetscInt_FMT " numbers",
             LodNetworkInputs(shape), shape->head[shape->n_head], LodGridPatchValues(grid),
             LodGridOperatorSize(grid));
  PetscFunctionReturn(0);
}

PetscErrorCode LodLearnedCreate(const LodGrid *grid, const LodModel *model, PetscBool average,
                                LodLocalOperators **operators) {
  static const LodLocalOperators kind = {
      .name = "dnn", .set_coefficient = SetCoefficient, .compute = Compute, .destroy = Destroy};
  LodLocalOperators *made;
  PetscFunctionBeginUser;
  *operators = NULL;
  PetscCall(LodGridValidate(grid, "mesh"));
  PetscCall(CheckFits(grid, model));
  PetscCall(LodLocalOperatorsCreate(grid, &kind, sizeof(Learned), &made));
  ((Learned *)made->data)->model = model;
  PetscErrorCode error = SetUp(grid, made->data);
  if (error) PetscCall(LodLocalOperatorsDestroy(&made));
  PetscCall(error);
  if (average) PetscCall(LodAveragedCreate(made, &made));
  *operators = made;
  PetscFunctionReturn(0);
}

PetscErrorCode LodLearnedSeconds(const LodLocalOperators *operators,
                                 double                   seconds[LOD_LEARNED_PHASES]) {
  const Learned *learned = operators->data;
  PetscFunctionBeginUser;
  PetscCheck(operators->compute == Compute, PETSC_COMM_SELF, PETSC_ERR_ARG_WRONG,
             "the operators must come from LodLearnedCreate");
  PetscCall(PetscArraycpy(seconds, learned->seconds, LOD_LEARNED_PHASES));
  PetscFunctionReturn(0);
}
