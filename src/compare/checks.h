/* What physics asks of a compressed operator, exact or learned. */
#ifndef LODNET_COMPARE_CHECKS_H
#define LODNET_COMPARE_CHECKS_H

#include "nn/model.h"
#include "system/coarse_system.h"

typedef struct {
  /* Largest |row or column sum| of a local operator relative to its own largest entry, over all
     cells: constants must be in the kernel, and fluxes must balance. */
  double kernel_residual;
  /* |S - S^T|_2 / |S|_2. The diffusion is symmetric; a Petrov-Galerkin matrix is up to its
     localization error, which is what the exact operator shows. */
  double symmetry_defect;
  /* The largest c with v^T S v >= c |grad v|^2 for all coarse v that vanish where u does, the norm
     being that of Q1: the system is coercive if c > 0, and all real parts of the spectrum of S are
     positive then. For an exact operator somewhat below the smallest effective coefficient.
     The smallest eigenvalue of the symmetric part of S against the stiffness of A = 1. */
  double coercivity;
} LodChecks;

/* Checks the operator that a system holds. Collective; every rank gets all. */
PetscErrorCode LodChecksCompute(LodCoarseSystem *system, const LodGrid *grid, LodChecks *checks);

/* The part of the patches of a coefficient that are outside of what a model was trained for: that
   hold a value outside its range, or, if it does not mind the scale, more than its contrast. */
PetscErrorCode LodModelOutOfRange(const LodModel *model, const LodGrid *grid,
                                  const LodCoefficient *coefficient, double *fraction);

#endif
