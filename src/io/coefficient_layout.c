/* What the shape of a dataset says of the coefficient in it. */
#include <math.h>

#include "base/error.h"
#include "io/coefficient_file.h"

/* Two entries of a tensor that should be equal may differ by this part of its largest. */
#define SYMMETRY 1e-12

/* How many of the last axes are those of a tensor in `dim` dimensions, given that many axes are
   left for cells: 0, 1 (its diagonal) or 2; -1 if they do not fit. */
static int TensorAxes(PetscInt dim, int n_axes, const hsize_t *shape) {
  const int axes = n_axes - (int)dim;
  if (axes < 0 || axes > 2 || (axes > 0 && dim == 1)) return -1;
  for (int axis = 0; axis < axes; axis++)
    if (shape[n_axes - 1 - axis] != (hsize_t)dim) return -1;
  return axes;
}

/* The dimension that a shape has by itself: (a, b, 2), (a, b, 2, 2), (a, b, c, 3), (a, b, c, 3, 3)
   have tensors; (2, 2, 2) is a cube of numbers, as every other shape of at most three axes is of
   cells. */
static PetscInt DimensionOf(int n_axes, const hsize_t *shape) {
  if (n_axes == 3 && shape[2] == 2 && (shape[0] != 2 || shape[1] != 2)) return 2;
  if (n_axes == 4 && shape[3] == 2) return 2;
  return PetscMin(n_axes, LOD_MAX_DIM);
}

/* The attribute `dimension` of a dataset; 0 if there is none. */
static PetscErrorCode ReadDimension(const LodHdf5Dataset *dataset, PetscInt *dimension) {
  PetscInt64 value;
  PetscBool  exists;
  PetscFunctionBeginUser;
  *dimension = 0;
  PetscCall(LodHdf5HasAttribute(dataset->file, dataset->name, "dimension", &exists));
  if (!exists) PetscFunctionReturn(0);
  PetscCall(LodHdf5ReadBounded(dataset->file, dataset->name, "dimension", 1, LOD_MAX_DIM, &value));
  *dimension = (PetscInt)value;
  PetscFunctionReturn(0);
}

/* Finds the cells that the first n_axes of a shape make, x being the last; (1, n) and (n, 1), which
   is how MATLAB writes lists, are n cells in one dimension unless `keep`. */
static PetscErrorCode FindCells(const char *where, const char *text, int n_axes,
                                const hsize_t *shape, PetscBool keep,
                                LodCoefficientLayout *layout) {
  double values = 1;

  PetscFunctionBeginUser;
  for (int axis = 0; axis < n_axes; axis++) {
    LodCheckInput(shape[axis] > 0, "%s: shape %s: the dataset is empty", where, text);
    values *= (double)shape[axis];
  }
  LodCheckInput(values < (double)PETSC_MAX_INT, "%s: shape %s: too many cells", where, text);
  layout->dim = n_axes;
  for (int axis = 0; axis < LOD_MAX_DIM; axis++)
    layout->cells[axis] = axis < n_axes ? (PetscInt)shape[n_axes - 1 - axis] : 1;
  if (!keep && n_axes == 2 && shape[0] != shape[1] && PetscMin(shape[0], shape[1]) == 1) {
    layout->dim = 1;
    layout->cells[0] = (PetscInt)values;
    layout->cells[1] = 1;
  }
  PetscFunctionReturn(0);
}

/* Tells axes of cells from those of tensors. */
static PetscErrorCode FindAxes(const LodHdf5Dataset *dataset, const char *where, const char *text,
                               PetscBool many, LodCoefficientLayout *layout) {
  const int      n_axes = dataset->rank - (many ? 1 : 0);
  const hsize_t *shape = dataset->dims + (many ? 1 : 0);
  PetscInt       given;

  PetscFunctionBeginUser;
  PetscCall(ReadDimension(dataset, &given));
  const PetscInt  dim = given ? given : n_axes > 0 ? DimensionOf(n_axes, shape) : 0;
  const PetscBool list = (PetscBool)(given == 1 && n_axes == 2 && /* (1, n) */
                                     PetscMin(shape[0], shape[1]) == 1);
  const int       axes = dim ? TensorAxes(dim, n_axes, shape) : -1;
  LodCheckInput(axes >= 0 || list || !given,
                "%s: the attribute dimension is %" PetscInt_FMT
                ", which shape %s does not fit: cells, then nothing, d or d, d for tensors",
                where, given, text);
  LodCheckInput(axes >= 0 || list,
                "%s: shape %s has %d axes; a coefficient has 1, 2 or 3 (its dimension)%s, tensors "
                "have d or d, d more at the end",
                where, text, dataset->rank,
                many                 ? ", many have one more in front"
                : dataset->rank == 4 ? "; for many use --many"
                                     : "");
  PetscCall(FindCells(where, text, n_axes - PetscMax(axes, 0), shape,
                      (PetscBool)(given > 1 || axes > 0), layout));
  layout->components = axes == 1 ? dim : axes == 2 ? dim * (dim + 1) / 2 : 1;
  layout->stored = axes == 1 ? dim : axes == 2 ? dim * dim : 1;
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientCheckLayout(const LodHdf5Dataset *dataset, const char *where,
                                         PetscBool many, LodCoefficientLayout *layout) {
  char text[LOD_SHAPE_TEXT];

  PetscFunctionBeginUser;
  LodCheckInput(dataset->rank <= 8, "%s: has %d axes; a coefficient has 1, 2 or 3 (its dimension)",
                where, dataset->rank);
  (void)LodHdf5ShapeText(dataset->rank, dataset->dims, text);
  *layout = (LodCoefficientLayout){.count = 1, .boolean = (PetscBool)(dataset->kind == H5T_ENUM)};
  PetscCall(FindAxes(dataset, where, text, many, layout));
  if (!many) PetscFunctionReturn(0);
  LodCheckInput(dataset->dims[0] > 0, "%s: shape %s: the dataset is empty", where, text);
  LodCheckInput(dataset->dims[0] < PETSC_MAX_INT, "%s: shape %s: too many coefficients", where,
                text);
  layout->count = (PetscInt)dataset->dims[0];
  PetscFunctionReturn(0);
}

/* Takes the upper triangle of a stored tensor; returns how far the lower one is from it, relative
   to the largest entry. */
static double TakeTriangle(PetscInt dim, const double *stored, double *values) {
  double largest = 0, difference = 0;
  for (PetscInt p = 0; p < dim; p++)
    for (PetscInt q = p; q < dim; q++) {
      const double upper = stored[p * dim + q], lower = stored[q * dim + p];
      values[LodTensorComponent(dim, p, q)] = upper == lower ? upper : upper / 2 + lower / 2;
      largest = PetscMax(largest, fabs(upper));
      difference = PetscMax(difference, fabs(upper - lower));
    }
  return difference > 0 ? difference / largest : 0;
}

PetscErrorCode LodCoefficientFromStored(const LodCoefficientLayout *layout, const double *stored,
                                        const char *where, LodCoefficient *coefficient) {
  const PetscInt dim = layout->dim, n = coefficient->components, size = layout->stored;
  const LodBox   all = LodBoxCells(dim, layout->cells);
  char           place[LOD_PLACE_TEXT];

  PetscFunctionBeginUser;
  if (size == n) {
    if (stored != coefficient->values)
      PetscCall(PetscArraycpy(coefficient->values, stored, LodCoefficientCount(coefficient)));
    PetscFunctionReturn(0);
  }
  for (PetscInt i = 0; i < LodBoxCount(&all); i++) {
    const double *tensor = stored + (size_t)i * (size_t)size;
    if (TakeTriangle(dim, tensor, coefficient->values + (size_t)i * (size_t)n) <= SYMMETRY)
      continue;
    LodInputError("%s: cell %s: A is not symmetric: its entries [p][q] and [q][p] must be equal",
                  where, LodBoxPlace(&all, i, place));
  }
  PetscFunctionReturn(0);
}
