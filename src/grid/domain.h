/* Domains that are not all of the box: what the mask of a coefficient makes of cells and nodes.

   The mask says of every coefficient cell whether it is in D. At natural walls, A grad u . n = 0
   there, cells outside contribute nothing, and nodes that touch none inside are no unknowns. At
   Dirichlet walls u = 0: the fine nodes on a wall are no unknowns either, and coarse hat functions
   are cut, that is set to 0 at them. Nodes on faces of the box are told by LodGridFreeNodes; what
   is here knows the mask alone. Without a mask every cell and node is inside. */
#ifndef LODNET_GRID_DOMAIN_H
#define LODNET_GRID_DOMAIN_H

#include "grid/coefficient.h"

typedef enum {
  LOD_NODE_INSIDE, /* touches D, and no Dirichlet wall holds it */
  LOD_NODE_WALL,   /* on a Dirichlet wall: u = 0 */
  LOD_NODE_OUTSIDE /* touches no cell that meets D: u is not defined; 0 in memory, NaN in files */
} LodNodePlace;

/* The place of a node of the fine or of the coarse mesh (cells[]: grid->fine or grid->coarse). At
   natural walls a coarse node is inside if a coarse cell around it meets D, even where the node
   itself does not lie in D: its hat function is then an unknown. At Dirichlet walls the node's own
   place counts. */
LodNodePlace LodDomainNode(const LodGrid *grid, const LodCoefficient *coefficient,
                           const PetscInt cells[], const PetscInt node[LOD_MAX_DIM]);

/* The same of a node of any mesh that refines the coefficient mesh. */
LodNodePlace LodDomainFineNode(const LodCoefficient *coefficient, const PetscInt cells[],
                               const PetscInt node[LOD_MAX_DIM]);

/* How many coefficient cells of a coarse cell lie in D. */
PetscInt LodDomainCoarseCell(const LodGrid *grid, const LodCoefficient *coefficient,
                             const PetscInt index[LOD_MAX_DIM]);

/* Whether a cell of the fine mesh lies in D. */
PetscBool LodDomainHasFineCell(const LodGrid *grid, const LodCoefficient *coefficient,
                               const PetscInt index[LOD_MAX_DIM]);

/* values[nodes of the mesh] = outside at nodes outside, wall at those on a Dirichlet wall; the
   others are left. Nothing is done without a mask. */
void LodDomainFillNodes(const LodGrid *grid, const LodCoefficient *coefficient,
                        const PetscInt cells[], double outside, double wall, double *values);

/* Gives a coefficient a mask, mask[z][y][x] != 0 in D (copied), and walls. What A, c and r are
   outside of D is replaced by harmless numbers, so that files may hold anything there: NaN, 0. An
   input error if no cell is in D; a mask of ones is none. */
PetscErrorCode LodDomainSetMask(LodCoefficient *coefficient, const unsigned char *mask,
                                PetscBool dirichlet_walls, const char *where);

/* Checks that every part of D (cells that hang together by nodes) has what makes the solution
   unique: a Dirichlet face or wall, a Robin face with r > 0, or c > 0. The input error names the
   first cell of a part that has not. Needs the final natural faces, c and r. */
PetscErrorCode LodDomainCheck(const LodGrid *grid, const LodCoefficient *coefficient,
                              const char *where);

#endif
