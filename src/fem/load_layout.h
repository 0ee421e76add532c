/* Where the integrals of a load stand. */
#ifndef LODNET_FEM_LOAD_LAYOUT_H
#define LODNET_FEM_LOAD_LAYOUT_H

#include "grid/grid.h"

/* Nodes: the integrals of f times the hat function of every fine node, [fine nodes]. Cells: the
   same over one coarse cell after the other, [coarse cell][nodes of the closed cell, F/N + 1 along
   each axis, x fastest]. Pieces: the integrals of f over the coefficient cells. */
typedef enum { LOD_LOAD_NODES, LOD_LOAD_CELLS, LOD_LOAD_PIECES } LodLoadLayout;

/* How many numbers that are. */
size_t LodLoadCount(const LodGrid *grid, LodLoadLayout layout);

/* The places of what fine cells give to their corners, place[2^d]; `cell` is a multi-index. */
typedef struct {
  LodLoadLayout layout;
  PetscInt      dim, ratio[LOD_MAX_DIM]; /* fine cells along an outer one */
  LodBox        all, own, outer; /* fine nodes; those of a closed coarse cell; cells around them */
} LodLoadMap;
LodLoadMap LodLoadMapOf(const LodGrid *grid, LodLoadLayout layout);
void       LodLoadPlaces(const LodLoadMap *map, const PetscInt cell[LOD_MAX_DIM],
                         size_t place[LOD_MAX_CORNERS]);

/* load[fine nodes] = the sum over the coarse cells of what stands in cells[], of layout cells. */
PetscErrorCode LodLoadGather(const LodGrid *grid, const double *cells, double *load);

#endif
