/* What training minimises: the square of a norm of the error of local operators.

   Let E be the difference of a learned operator and the exact one in the scale of the network's
   output (model.h: divided by s and out_scale, so that every pair counts relative to its own
   coefficient), after P if the model has zero_sums. The loss of a pair is

     J = 1/2 tr(E^T R E C) / (mean eigenvalue of R times that of C),

   the eigenvalues over what zero sums leave, with symmetric matrices R over the nodes of the cut
   patch and C over the corners of T:

   entries: R = C = I, the sum of squares.

   energy: R = K_P^+ and C = K_T^+, pseudo-inverses of the stiffness of Q1 for A = 1 on the cells of
   the patch and on T. It bounds what the solution sees: E kills constants on both sides, hence
   v^T E u <= |v|_P |u|_T |K_P^(-1/2) E K_T^(-1/2)|, |.| the energy seminorms, and by Cauchy's
   inequality and the bounded overlap of patches the error of the coarse operator from H^1 to its
   dual is at most (2 l + 1)^(d/2) times the largest sqrt(2 J) over the cells, up to the scaling.

   moments: R = I + w Q, C = I, where Q projects orthogonally onto the functions on the patch that
   are affine and have mean 0, w = moment_weight. A solution and the functions it is tested with are
   smooth on the scale H of the coarse mesh, thus affine on a patch up to O(H^2); an error of
   sum_z x_z E_zj, the local flux, enters the solution at order one, all others are damped by H,
   like the consistency error of a finite element. */
#ifndef LODNET_TRAIN_LOSS_H
#define LODNET_TRAIN_LOSS_H

#include "train/settings.h"

typedef struct LodLoss LodLoss;

/* For patches of a grid. */
PetscErrorCode LodLossCreate(const LodGrid *grid, const LodTrainingSettings *settings,
                             PetscBool zero_sums, LodLoss **loss);
PetscErrorCode LodLossDestroy(LodLoss **loss);

/* J of difference[z][j] for a patch that is cut as `inside` says (structure.h), and in its place
   the gradient. May be called by several threads. */
double LodLossApply(const LodLoss *loss, const LodBox *inside, float *difference);

#endif
