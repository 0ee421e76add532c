/* Between patches and the network: what it takes, and the baseline of what it gives (model.h). */
#include "nn/row.h"

#include <math.h>
#include <string.h>

#include "lod/structure.h"

/* A grid that has the signature's patches; its N means nothing. */
static LodGrid PatchGrid(const LodSignature *signature) {
  return (LodGrid){LOD_UNIT_CUBE(signature->dim, 1, signature->ratio, signature->ratio),
                   .ell = signature->ell};
}

/* Fills in the parts that a network with encoder has. */
static void EncoderShape(const LodGrid *grid, const LodNetworkSettings *settings,
                         LodNetworkShape *shape) {
  const PetscInt n_encoder = settings->n_encoder, n_codes = settings->n_codes;
  shape->n_encoder = n_encoder;
  shape->encoder[0] =
      LodModelPieceInputs(grid->dim, LodGridCoefficientRatio(grid, 0), settings->structure.lines);
  for (PetscInt l = 0; l < n_encoder; l++)
    shape->encoder[l + 1] = settings->encoder[l];
  shape->dim = grid->dim;
  shape->n_rings = grid->ell + 1;
  for (PetscInt ring = 0; ring < PetscMin(shape->n_rings, LOD_MAX_RINGS); ring++)
    shape->taken[ring] =
        n_codes ? settings->codes[PetscMin(ring, n_codes - 1)] : shape->encoder[n_encoder];
  shape->n_pieces = LodGridPatchCells(grid);
  shape->n_extras = LodModelExtrasCount(grid->dim, settings->structure.bounds);
}

LodNetworkShape LodModelShape(const LodGrid *grid, const LodNetworkSettings *settings) {
  const PetscInt  n_hidden = settings->n_hidden;
  LodNetworkShape shape = {
      .activation = settings->activation, .n_pieces = 1, .n_head = n_hidden + 1};
  shape.head[0] = LodGridPatchValues(grid);
  if (settings->n_encoder > 0) {
    EncoderShape(grid, settings, &shape);
    shape.head[0] = LodNetworkHeadInputs(&shape);
  }
  for (PetscInt l = 0; l < n_hidden; l++)
    shape.head[l + 1] = settings->hidden[l];
  shape.head[n_hidden + 1] = LodGridOperatorSize(grid);
  return shape;
}

/* Position in R_T(A) of value v of patch cell c. */
static PetscInt ValuePosition(const LodGrid *grid, PetscInt c, PetscInt v) {
  const PetscInt k = LodGridCoefficientRatio(grid, 0), across = 2 * grid->ell + 1;
  const LodBox   cells = LodBoxCube(grid->dim, across), values = LodBoxCube(grid->dim, k);
  const LodBox   patch = LodBoxCube(grid->dim, across * k);
  PetscInt       cell[LOD_MAX_DIM], value[LOD_MAX_DIM];
  LodBoxIndex(&cells, c, cell);
  LodBoxIndex(&values, v, value);
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    value[axis] += cell[axis] * k;
  return LodBoxPosition(&patch, value);
}

PetscErrorCode LodRowOrderCreate(const LodModel *model, PetscInt symmetry, LodRowOrder *order) {
  const LodGrid          grid = PatchGrid(&model->signature);
  const LodNetworkShape *shape = LodNetworkShapeOf(model->network);
  const PetscInt         n_cells = LodGridPatchCells(&grid), n = LodGridPatchValues(&grid);
  PetscInt              *turned;
  PetscFunctionBeginUser;
  *order = (LodRowOrder){.n_values = n, .n_pieces = shape->n_pieces, .per_piece = n / n_cells};
  PetscCall(PetscMalloc1(n, &turned));
  PetscErrorCode error = PetscMalloc2(n, &order->order, order->per_piece, &order->centre);
  if (error) PetscCall(PetscFree(turned));
  PetscCall(error);
  LodSymmetryTable(grid.dim, symmetry, (2 * grid.ell + 1) * grid.coefficient[0], turned);
  for (PetscInt i = 0; i < n; i++) {
    const PetscInt piece = i / order->per_piece, value = i % order->per_piece;
    order->order[i] = turned[shape->n_encoder ? ValuePosition(&grid, piece, value) : i];
  }
  for (PetscInt i = 0; i < order->per_piece; i++)
    order->centre[i] = ValuePosition(&grid, n_cells / 2, i);
  PetscCall(PetscFree(turned));
  PetscFunctionReturn(0);
}

PetscErrorCode LodRowOrderDestroy(LodRowOrder *order) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree2(order->order, order->centre));
  PetscFunctionReturn(0);
}

/* t of one value of A. */
static inline float Transform(const LodModel *model, float value) {
  return model->structure.scale_equivariant ? logf(value) : value;
}

/* Along an axis of a cube of n = k^dim values, on which neighbours are `stride` apart: harmonic
   means of the lines along it and arithmetic means of the slabs across it, to means[n / k + k]
   unless that is NULL, and from them Cardwell and Parsons' bounds. */
static void AxisMeans(PetscInt k, PetscInt stride, PetscInt n, const float *values, float *means,
                      float bounds[2]) {
  const PetscInt n_lines = n / k;
  float          lower = 0, upper = 0;
  for (PetscInt line = 0; line < n_lines; line++) {
    const float *first = values + line / stride * stride * k + line % stride;
    float        resistance = 0;
    for (PetscInt i = 0; i < k; i++)
      resistance += 1 / first[i * stride];
    const float mean = (float)k / resistance;
    if (means) means[line] = mean;
    lower += mean;
  }
  for (PetscInt i = 0; i < k; i++) {
    float conductance = 0;
    for (PetscInt begin = i * stride; begin < n; begin += stride * k)
      for (PetscInt v = begin; v < begin + stride; v++)
        conductance += values[v];
    const float mean = conductance / (float)n_lines;
    if (means) means[n_lines + i] = mean;
    upper += 1 / mean;
  }
  bounds[0] = lower / (float)n_lines;
  bounds[1] = (float)k / upper;
}

void LodModelPiece(const LodModel *model, const float *values, float *piece,
                   float means[LOD_MODEL_MAX_EXTRAS]) {
  const PetscInt k = model->signature.ratio, dim = model->signature.dim, n = LodPower(k, dim);
  const PetscInt n_inputs = LodModelPieceInputs(dim, k, model->structure.lines),
                 n_means = n / k + k;
  const float scale = (float)model->inp_scale;
  double      sum = 0;
  for (PetscInt axis = 0, stride = 1;
       axis < dim && (model->structure.bounds || model->structure.lines); axis++, stride *= k) {
    float bounds[2];
    AxisMeans(k, stride, n, values, model->structure.lines ? piece + n + axis * n_means : NULL,
              bounds);
    for (PetscInt i = 0; i < 2 && model->structure.bounds; i++)
      means[1 + 2 * axis + i] = Transform(model, bounds[i]);
  }
  for (PetscInt i = 0; i < n; i++) {
    piece[i] = Transform(model, values[i]);
    sum += (double)piece[i];
  }
  for (PetscInt i = n; i < n_inputs; i++)
    piece[i] = Transform(model, piece[i]);
  const float mean = (float)(sum / (double)n);
  for (PetscInt i = 0; i < n_inputs; i++)
    piece[i] = (piece[i] - mean) * scale;
  means[0] = mean;
}

void LodModelExtras(const LodModel *model, const float *means, double reference, float *extras) {
  const PetscInt n_bounds = model->structure.bounds ? 2 * model->signature.dim : 0;
  extras[0] = (float)(((double)means[0] - reference) * model->inp_scale);
  extras[1] = 1;
  for (PetscInt i = 1; i <= n_bounds; i++)
    extras[1 + i] = (means[i] - means[0]) * (float)model->inp_scale;
}

double LodModelReference(const LodModel *model, double mean, double *scale) {
  *scale = model->structure.scale_equivariant ? exp(mean) : 1;
  return model->structure.scale_equivariant ? mean : model->inp_shift;
}

/* m_T of a patch, as LodModelPiece gives it. */
static double CentreMean(const LodModel *model, const LodRowOrder *order, const float *patch) {
  double sum = 0;
  for (PetscInt i = 0; i < order->per_piece; i++)
    sum += (double)Transform(model, patch[order->centre[i]]);
  return (double)(float)(sum / (double)order->per_piece);
}

/* The row of a network without encoder. */
static void PlainRow(const LodModel *model, const LodRowOrder *order, const float *patch,
                     double reference, float *row) {
  const float shift = (float)reference, scale = (float)model->inp_scale;
  for (PetscInt i = 0; i < order->n_values; i++) {
    const float value = patch[order->order[i]];
    row[i] = value > 0 ? (Transform(model, value) - shift) * scale : 0;
  }
}

/* The row of a network with encoder; a piece outside D has no positive value. */
static void PiecesRow(const LodModel *model, const LodRowOrder *order, const float *patch,
                      double reference, float *row) {
  const LodNetworkShape *shape = LodNetworkShapeOf(model->network);
  const PetscInt         n = order->per_piece, n_inputs = shape->encoder[0];
  float                  means[LOD_MODEL_MAX_EXTRAS];
  for (PetscInt p = 0; p < order->n_pieces; p++, row += n_inputs + shape->n_extras) {
    for (PetscInt i = 0; i < n; i++)
      row[i] = patch[order->order[p * n + i]];
    if (row[0] > 0) {
      LodModelPiece(model, row, row, means);
      LodModelExtras(model, means, reference, row + n_inputs);
    } else
      memset(row, 0, (size_t)(n_inputs + shape->n_extras) * sizeof *row);
  }
}

void LodModelRow(const LodModel *model, const LodRowOrder *order, const float *patch, float *row,
                 double *scale) {
  const double reference = LodModelReference(model, CentreMean(model, order, patch), scale);
  if (LodNetworkShapeOf(model->network)->n_encoder)
    PiecesRow(model, order, patch, reference, row);
  else
    PlainRow(model, order, patch, reference, row);
}
