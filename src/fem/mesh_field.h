/* Functions given by values on a mesh. */
#ifndef LODNET_FEM_MESH_FIELD_H
#define LODNET_FEM_MESH_FIELD_H

#include "base/field.h"
#include "grid/grid.h"

/* The function on a box of `dim` axes (0: a point) with side lengths extent[] that has values[] on
   the mesh of cells[]: constant on its cells, or with `at_nodes` Q1. values[] must be finite and
   are taken over, also if there is an error; `where` and `name` are borrowed (field.h). */
PetscErrorCode LodFieldFromMesh(PetscInt dim, const double extent[], const PetscInt cells[],
                                PetscBool at_nodes, double *values, const char *where,
                                const char *name, int n_threads, LodField **field);

#endif
