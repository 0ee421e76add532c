/* The numbers of a coefficient: their range, and whether they make a well-posed problem. */
#include <math.h>
#include <petscsys.h>
/* After it. */
#include <petscblaslapack.h>

#include "base/error.h"
#include "base/units.h"
#include "grid/coefficient.h"
#include "grid/faces.h"

/* The smallest and the largest of count finite numbers; neither is finite if one is not. */
static void NumbersRange(size_t count, const double *values, double range[2]) {
  double least = values[0], most = values[0], spoilt = 0; /* 0 times what is not finite */
#pragma omp simd reduction(min : least) reduction(max : most) reduction(+ : spoilt)
  for (size_t i = 0; i < count; i++) {
    least = values[i] < least ? values[i] : least;
    most = values[i] > most ? values[i] : most;
    spoilt += 0 * values[i];
  }
  range[0] = least + spoilt;
  range[1] = most + spoilt;
}

/* The smallest and the largest eigenvalue of a symmetric tensor of finite numbers. */
static void TensorRange(PetscInt dim, double tensor[LOD_MAX_DIM][LOD_MAX_DIM], double range[2]) {
  double       a[LOD_MAX_DIM * LOD_MAX_DIM], eigenvalues[LOD_MAX_DIM], work[8 * LOD_MAX_DIM];
  PetscBLASInt n = (PetscBLASInt)dim, n_work = 8 * LOD_MAX_DIM, info;
  for (PetscInt p = 0; p < dim; p++)
    for (PetscInt q = 0; q < dim; q++)
      a[p * dim + q] = tensor[p][q];
  LAPACKsyev_("N", "L", &n, a, &n, eigenvalues, work, &n_work, &info);
  range[0] = info ? NAN : eigenvalues[0];
  range[1] = info ? NAN : eigenvalues[dim - 1];
}

/* The same in two dimensions, without cancellation in the smallest of a positive definite one but
   that of the determinant. */
static void PlaneRange(const double values[3], double range[2]) {
  const double middle = values[0] / 2 + values[2] / 2;
  const double radius = hypot(values[0] / 2 - values[2] / 2, values[1]);
  range[1] = middle + radius;
  range[0] = range[1] > 0 ? values[2] * (values[0] / range[1]) - values[1] * (values[1] / range[1])
                          : middle - radius;
}

/* The range of A in one cell; not finite if a component is not. */
static void CellRange(const LodCoefficient *coefficient, PetscInt position, double range[2]) {
  const PetscInt n = coefficient->components;
  const double  *values = coefficient->values + (size_t)position * (size_t)n;
  double         tensor[LOD_MAX_DIM][LOD_MAX_DIM];
  NumbersRange((size_t)n, values, range);
  if (n <= coefficient->dim || !isfinite(range[0])) return;
  if (coefficient->dim == 2) {
    PlaneRange(values, range);
    return;
  }
  LodCoefficientTensor(coefficient, position, tensor);
  TensorRange(coefficient->dim, tensor, range);
}

PetscErrorCode LodCoefficientRange(const LodCoefficient *coefficient, double *smallest,
                                   double *largest) {
  double least = INFINITY, most = -INFINITY, spoilt = 0, range[2];

  PetscFunctionBeginUser;
  if (!coefficient->mask && coefficient->components <= coefficient->dim) {
    NumbersRange(LodCoefficientCount(coefficient), coefficient->values, range);
    *smallest = range[0], *largest = range[1];
    PetscFunctionReturn(0);
  }
#pragma omp parallel for schedule(static) private(range) reduction(min : least) \
    reduction(max : most) reduction(+ : spoilt)
  for (PetscInt i = 0; i < LodCoefficientCells(coefficient); i++) {
    if (!LodCoefficientHasCell(coefficient, i)) continue;
    CellRange(coefficient, i, range);
    least = range[0] < least ? range[0] : least;
    most = range[1] > most ? range[1] : most;
    spoilt += 0 * (range[0] + range[1]);
  }
  *smallest = least + spoilt;
  *largest = most + spoilt;
  PetscFunctionReturn(0);
}

int LodCoefficientExponent(const LodCoefficient *coefficient) {
  const size_t n_cells = (size_t)LodCoefficientCells(coefficient);
  double       largest = 0;
  if (!coefficient->mask) {
    largest = LodUnitsLargest(LodCoefficientCount(coefficient), coefficient->values);
  } else { /* outside D anything may stand */
    for (size_t i = 0; i < LodCoefficientCount(coefficient); i++)
      if (coefficient->mask[i / (size_t)coefficient->components])
        largest = PetscMax(largest, fabs(coefficient->values[i]));
  }
  for (size_t i = 0; coefficient->reaction && i < n_cells; i++)
    if (LodCoefficientHasCell(coefficient, (PetscInt)i))
      largest = PetscMax(largest, coefficient->reaction[i]);
  for (PetscInt axis = 0; axis < coefficient->dim; axis++)
    for (int side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(coefficient, axis, side);
      if (coefficient->robin[axis][side])
        largest = PetscMax(
            largest, LodUnitsLargest((size_t)LodBoxCount(&face), coefficient->robin[axis][side]));
    }
  return LodUnitsExponent(largest);
}

/* Raises the error of a cell whose A is no good, with its range as it is. */
static PetscErrorCode RefuseCell(const LodCoefficient *coefficient, PetscInt position,
                                 double smallest, const char *where) {
  const LodBox   box = LodBoxCells(coefficient->dim, coefficient->cells);
  const PetscInt n = coefficient->components;
  const double  *values = coefficient->values + (size_t)position * (size_t)n;
  char           cell[LOD_PLACE_TEXT];

  PetscFunctionBeginUser;
  LodBoxPlace(&box, position, cell);
  LodCheckInput(n > 1, "%s: cell %s is %.9g; every value must be finite and greater than 0", where,
                cell, values[0]);
  for (PetscInt i = 0; i < n; i++)
    LodCheckInput(isfinite(values[i]), "%s: cell %s: component %d of A is %.9g, must be finite",
                  where, cell, (int)i, values[i]);
  LodInputError("%s: cell %s: A has the eigenvalue %.9g; every A must be positive definite", where,
                cell, smallest);
}

/* Checks A in every cell of D. */
static PetscErrorCode ValidateTensors(const LodCoefficient *coefficient, const char *where) {
  double range[2];

  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < LodCoefficientCells(coefficient); i++) {
    if (!LodCoefficientHasCell(coefficient, i)) continue;
    CellRange(coefficient, i, range);
    if (!isfinite(range[0]) || !isfinite(range[1]) || !(range[0] > 0))
      PetscCall(RefuseCell(coefficient, i, range[0], where));
  }
  PetscFunctionReturn(0);
}

/* Checks that the numbers of a box are finite and not negative. */
static PetscErrorCode ValidateRates(const LodCoefficient *coefficient, const LodBox *box,
                                    const double *rates, const char *what, const char *where) {
  const LodBox all = LodBoxCells(coefficient->dim, coefficient->cells);
  char         cell[LOD_PLACE_TEXT];

  PetscFunctionBeginUser;
  for (PetscInt i = 0; rates && i < LodBoxCount(box); i++) {
    PetscInt index[LOD_MAX_DIM];
    LodBoxIndex(box, i, index);
    if (!LodCoefficientHasCell(coefficient, LodBoxPosition(&all, index))) continue;
    LodCheckInput(isfinite(rates[i]) && rates[i] >= 0,
                  "%s: cell %s: %s is %.9g, must be finite and not negative", where,
                  LodBoxPlace(box, i, cell), what, rates[i]);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodCoefficientValidate(const LodCoefficient *coefficient, const char *where) {
  const LodBox all = LodBoxCells(coefficient->dim, coefficient->cells);
  char         what[64];

  PetscFunctionBeginUser;
  PetscCall(ValidateTensors(coefficient, where));
  PetscCall(ValidateRates(coefficient, &all, coefficient->reaction, "the reaction c", where));
  for (PetscInt axis = 0; axis < coefficient->dim; axis++)
    for (int side = 0; side < 2; side++) {
      const LodBox face = LodCoefficientFaceBox(coefficient, axis, side);
      (void)snprintf(what, sizeof what, "the rate of Robin face %s", lod_face_names[axis][side]);
      PetscCall(ValidateRates(coefficient, &face, coefficient->robin[axis][side], what, where));
    }
  PetscFunctionReturn(0);
}
