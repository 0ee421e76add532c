/* The plans by which coarse cells are condensed: what cell_plan.c works out and
   cell_condensation.c computes with. */
#ifndef LODNET_LOD_CELL_PLAN_PRIVATE_H
#define LODNET_LOD_CELL_PLAN_PRIVATE_H

#include "fem/element.h"
#include "lod/cell_condensation_private.h"

/* Most times that a cell is halved. */
enum { LOD_CELL_MOST_DEPTH = 48 };

/* A fine node of a leaf of cells with sources. */
typedef struct {
  int place;     /* in the leaf's front */
  int entry;     /* of the front: node and source column; -1: the node's source is another leaf's */
  PetscInt node; /* among the nodes of the closed coarse cell */
} LodLeafNode;

/* One piece of the cell. A leaf has a template of its front (functionals and padding in place) and,
   for every fine cell and corner pair, the place of its entry; another piece has two halves and a
   plan. */
typedef struct {
  LodBox        box;     /* fine cells, relative to the coarse cell */
  int           half[2]; /* numbers of the halves; -1: a leaf */
  int           depth;
  LodMergePlan *plan;   /* owned by this piece */
  double       *start;  /* leaf: the front before stiffness is added */
  int          *places; /* leaf: [fine cell][pair a <= b] */
  LodLeafNode  *nodes;  /* leaf of cells with sources: its nodes, x fastest */
  size_t        front;  /* of its front where the fronts of all pieces are kept */
  size_t        values; /* of its variables' values behind these fronts */
} LodCellPiece;

struct LodCellCondensation {
  LodGrid       grid;
  PetscBool     has_source;
  LodBox        inside;                  /* fine cells of a coarse cell, r = F/N along each axis */
  LodCellTables tables;                  /* of the fine mesh */
  double       *functional[LOD_MAX_DIM]; /* interpolation_private.h */
  double       *parts;  /* [coefficient cell][z][j]: corner stiffness for A = 1 there */
  double       *corner; /* [boundary node][j]: Lam_j at the boundary nodes */
  int           n_pieces;
  LodCellPiece *pieces;                           /* pieces[0] is the whole cell */
  size_t        depth_start[LOD_CELL_MOST_DEPTH]; /* workspace: two fronts a depth */
  size_t        depth_size[LOD_CELL_MOST_DEPTH];
  size_t        workspace;
  size_t        all_fronts, all_values; /* doubles of the fronts and values of all pieces */
  LodVariables  variables;              /* boundary nodes, functionals, source, tests */
  PetscInt      n_nodes;                /* boundary nodes, the first of the variables */
};

#endif
