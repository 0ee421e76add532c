/* Quantities of interest: the list of names and values, energies, and printing. */
#include "solver/quantities.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/report.h"
#include "fem/element.h"
#include "fem/nodal.h"
#include "grid/faces.h"
#include "solver/quantities_private.h"

/* Largest part of its energy norm by which a field may be wrong for certain without a word. */
#define MOST_WRONG_ENERGY 0.1

/* Entries by which the list grows. */
#define ITEMS_AT_ONCE 16

PetscErrorCode LodQuantitiesAdd(LodQuantities *quantities, double value, const char *format, ...) {
  va_list arguments;
  PetscFunctionBeginUser;
  if (quantities->n % ITEMS_AT_ONCE == 0)
    PetscCall(PetscRealloc((size_t)(quantities->n + ITEMS_AT_ONCE) * sizeof *quantities->items,
                           &quantities->items));
  LodQuantity *item = &quantities->items[quantities->n++];
  item->value = value;
  va_start(arguments, format);
  (void)vsnprintf(item->name, sizeof item->name, format, arguments);
  va_end(arguments);
  PetscFunctionReturn(0);
}

PetscErrorCode LodQuantitiesDestroy(LodQuantities *quantities) {
  PetscFunctionBeginUser;
  PetscCall(PetscFree(quantities->items));
  *quantities = (LodQuantities){0};
  PetscFunctionReturn(0);
}

double LodQuantitiesValue(const LodQuantities *quantities, const char *name) {
  for (PetscInt i = 0; i < quantities->n; i++)
    if (!strcmp(quantities->items[i].name, name)) return quantities->items[i].value;
  return (double)NAN;
}

PetscBool LodQuantityCellIsInside(const LodCoefficient *coefficient, const PetscInt cells[],
                                  const PetscInt index[LOD_MAX_DIM], PetscInt *position) {
  *position = 0;
  for (PetscInt axis = coefficient->dim - 1; axis >= 0; axis--) {
    const PetscInt ratio = cells[axis] / coefficient->cells[axis];
    if (ratio == 0) return PETSC_TRUE; /* a coarse mesh: there are no holes */
    *position = *position * coefficient->cells[axis] + index[axis] / ratio;
  }
  return LodCoefficientHasCell(coefficient, *position);
}

/* Sum of a[i] b[i]. */
static double Product(size_t count, const double *a, const double *b) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += a[i] * b[i];
  return sum;
}

/* a(u, u) of a function on the fine mesh, cell by cell. */
static double FineEnergy(const LodGrid *grid, const LodCoefficient *coefficient, const double *u) {
  const PetscInt corners = LodGridCorners(grid);
  const LodBox   cells = LodBoxCells(grid->dim, grid->fine);
  const LodBox   nodes = LodBoxNodes(grid->dim, grid->fine);
  LodCellTables  tables;
  double         matrix[LOD_MAX_CORNERS_SQUARED], own[LOD_MAX_CORNERS], energy = 0;
  LodCellTablesInit(grid, grid->fine, &tables);
  for (PetscInt cell = 0; cell < LodBoxCount(&cells); cell++) {
    PetscInt index[LOD_MAX_DIM], node[LOD_MAX_DIM];
    LodBoxIndex(&cells, cell, index);
    for (PetscInt a = 0; a < corners; a++) {
      LodCornerNode(index, a, node);
      own[a] = u[LodBoxPosition(&nodes, node)];
    }
    LodCellMatrix(&tables, coefficient, index, matrix);
    for (PetscInt a = 0; a < corners; a++)
      for (PetscInt b = 0; b < corners; b++)
        energy += own[a] * matrix[a * corners + b] * own[b];
  }
  return energy;
}

/* a(u, u): of u_ms cell by cell, else by the form on the mesh of the solution. */
static double Energy(const LodQuantityProblem *problem, const LodSolveResult *result) {
  const LodGrid *grid = problem->grid;
  if (result->fine) return FineEnergy(grid, problem->coefficient, result->fine);
  return Product((size_t)LodNodeCount(grid->dim, result->cells), result->values, result->form);
}

/* l(u). */
static PetscErrorCode Load(const LodQuantityProblem *problem, const LodQuantityField *u,
                           double *load_of_u) {
  const LodGrid *grid = problem->grid;
  const size_t   n_nodes = (size_t)LodNodeCount(grid->dim, u->cells);
  double        *load;
  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(n_nodes, &load));
  PetscErrorCode error = LodLoadRestrict(grid, problem->data->load, u->cells, load);
  if (!error) *load_of_u = Product(n_nodes, load, u->values);
  PetscCall(PetscFree(load));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Warns of a fine-scale field of a compressed solution that is far off, where u = 0 is all that is
   given of u. For the fine solution u and any other function v that is 0 there,
   a(v, v) - l(v) = a(v - u, v) is at most |v - u| |v| in the norm of a: a bound from below. */
static void WarnOfEnergy(const LodQuantityProblem *problem, const LodSolveResult *result,
                         double energy, double load) {
  const double wrong = energy > 0 ? fabs(energy - load) / energy : 0;
  if (!result->fine || !LodMethodCompresses(result->method) || problem->data->boundary) return;
  if (wrong <= MOST_WRONG_ENERGY) return;
  LodWarn(
      "the fine-scale field is wrong by at least %.3g %% of its energy norm: a(u, u) = %.6g and "
      "l(u) = %.6g should be the same; the contrast is high, and the localised operator may "
      "have lost its coercivity: more layers (ell) may help; compare with --method fine",
      100 * wrong, energy, load);
}

/* All quantities of a field. */
static PetscErrorCode AddAll(const LodQuantityProblem *problem, const LodQuantityParts *parts,
                             const LodSolveResult *result, const LodQuantityField *u,
                             LodQuantities *quantities) {
  double load = 0;
  PetscFunctionBeginUser;
  PetscCall(LodQuantitiesAddFlows(problem, parts, result, u, quantities));
  PetscCall(Load(problem, u, &load));
  const double energy = Energy(problem, result);
  WarnOfEnergy(problem, result, energy, load);
  PetscCall(LodQuantitiesAdd(quantities, energy, "energy"));
  PetscCall(LodQuantitiesAdd(quantities, load, "load"));
  if (problem->request) PetscCall(LodQuantitiesAddPlaces(problem, u, quantities));
  PetscFunctionReturn(0);
}

/* Whether integrals over coefficient cells are asked for, which want the fine mesh. */
static PetscBool NeedsFine(const LodCoefficient *coefficient) {
  return (PetscBool)(coefficient->reaction || coefficient->mask ||
                     LodCoefficientHasRobin(coefficient));
}

PetscErrorCode LodQuantitiesCompute(const LodQuantityProblem *problem,
                                    const LodQuantityParts *parts, const LodSolveResult *result,
                                    LodQuantities *quantities) {
  const LodGrid   *grid = problem->grid;
  LodQuantityField u = {result->cells, result->values};
  double          *prolongated = NULL;
  PetscErrorCode   error = 0;
  PetscFunctionBeginUser;
  *quantities = (LodQuantities){.of = LodMethodCompresses(result->method) ? "u_H" : "u"};
  if (result->fine) {
    u = (LodQuantityField){grid->fine, result->fine};
    if (LodMethodCompresses(result->method)) quantities->of = "u_ms";
  } else if (NeedsFine(problem->coefficient)) {
    PetscCall(PetscMalloc1(LodNodeCount(grid->dim, grid->fine), &prolongated));
    error = LodNodesProlongate(grid->dim, u.cells, u.values, grid->fine, prolongated);
    u = (LodQuantityField){grid->fine, prolongated};
  }
  if (!error) error = AddAll(problem, parts, result, &u, quantities);
  PetscCall(PetscFree(prolongated));
  if (error) PetscCall(LodQuantitiesDestroy(quantities));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Whether faces along several axes have u given: a node where they meet has one flow for both. */
static PetscBool GivenFacesMeet(const LodGrid *grid) {
  PetscInt n_axes = 0;
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    n_axes += !grid->natural[axis][0] || !grid->natural[axis][1];
  return (PetscBool)(n_axes > 1);
}

/* Prints the inflows of all faces in one line, and what they are worth where faces meet. */
static void PrintInflows(const LodQuantities *quantities, const LodGrid *grid) {
  char name[96];
  printf("inflow    ");
  for (PetscInt axis = 0; axis < grid->dim; axis++)
    for (int side = 0; side < 2; side++) {
      (void)snprintf(name, sizeof name, "inflow_%s", lod_face_names[axis][side]);
      printf("%s%s %.9g", axis || side ? ", " : "", lod_face_names[axis][side],
             LodQuantitiesValue(quantities, name));
    }
  const double walls = LodQuantitiesValue(quantities, "inflow_walls");
  if (!isnan(walls)) printf(", walls %.9g", walls);
  putchar('\n');
  if (GivenFacesMeet(grid) || !isnan(walls))
    printf(
        "          (where faces or walls with given u meet, the flow of each is right to the order "
        "of the mesh width; the sum is exact)\n");
}

void LodQuantitiesPrint(const LodQuantities *quantities, const LodGrid *grid) {
  const double wells = LodQuantitiesValue(quantities, "wells");
  const double reaction = LodQuantitiesValue(quantities, "reaction");
  const double balance = LodQuantitiesValue(quantities, "balance");
  printf("quantities of %s%s\n", quantities->of,
         !strcmp(quantities->of, "u_H") ? " (--reconstruct: of the fine-scale field)" : "");
  PrintInflows(quantities, grid);
  printf("balance   inflow + source %.9g", LodQuantitiesValue(quantities, "source"));
  if (!isnan(wells)) printf(" + wells %.9g", wells);
  if (!isnan(reaction)) printf(" - reaction %.9g", reaction);
  if (isnan(balance))
    printf(" - outflow through walls = 0\n");
  else
    printf(" = %.3g\n", balance);
  printf("energy    a(u, u) = %.9g, l(u) = %.9g\n", LodQuantitiesValue(quantities, "energy"),
         LodQuantitiesValue(quantities, "load"));
  for (PetscInt i = 0; i < quantities->n; i++) {
    const LodQuantity *item = &quantities->items[i];
    if (!strncmp(item->name, "point ", 6))
      printf("point     %s: %.9g\n", item->name + 6, item->value);
    if (!strncmp(item->name, "mean ", 5))
      printf("mean      %s: %.9g\n", item->name + 5, item->value);
  }
}
