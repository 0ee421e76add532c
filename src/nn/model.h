/* A trained learned operator: network, signature, normalisation, how it came to be. */
#ifndef LODNET_NN_MODEL_H
#define LODNET_NN_MODEL_H

#include "base/lengths.h"
#include "grid/coefficient.h"
#include "nn/network.h"

/* What a model was made for; a coefficient outside of it is refused. */
typedef struct {
  PetscInt  dim, ell, ratio;         /* ratio: k = E/N */
  PetscInt  fine_ratio;              /* q = F/E of the operators it learned */
  PetscInt  coarse;                  /* N of the training mesh; any N is fine if dim = 2 */
  PetscBool natural[LOD_MAX_DIM][2]; /* natural faces of the training mesh, as in LodGrid */
  double    smallest, largest;       /* value range of the training coefficients */
  char      families[LOD_TEXT_MAX];  /* what they were drawn from, "iid, sine" */
} LodSignature;

/* That of a mesh and a range of values, without families. Cells must be cubic, and as many along
   every axis where the signature's `coarse` is to count. */
LodSignature LodSignatureOfGrid(const LodGrid *grid, double smallest, double largest);

typedef struct {
  PetscInt epochs;     /* rows of history */
  double  *history;    /* history[epochs][LOD_HISTORY_COLUMNS] (io/history.h) */
  PetscInt best_epoch; /* the one whose parameters are kept (lowest validation loss) */
  double   trivial;    /* training loss of a network whose output is 0; not in the file */
} LodHistory;

/* A trained network and what lies between it and coefficients and local operators.

   Let t = A, or log A if scale_equivariant; m_c the mean of t over coarse cell c; and r = m_T for
   the patch's centre T if scale_equivariant, else inp_shift. Without an encoder the network takes
   (t - r) * inp_scale of the values of R_T(A) inside D and 0 outside. With one, its pieces are the
   cells c of the uncut patch, x fastest: (t - m_c) * inp_scale of their k^d values, x fastest, and
   if `lines` (a - m_c) * inp_scale of their means a below, axis after axis, lines before slabs;
   then (m_c - r) * inp_scale and 1, and if `bounds` for every axis (b - m_c) * inp_scale of the two
   bounds b below; outside D all are 0. Its output Psi gives

     S_T = s (out_scale P (Psi - Psi_1) + B),

   s = exp(r) if scale_equivariant, else 1; Psi_1 is the output for A = 1 on a patch that is cut in
   the same way if exact_constants, else 0; P clears rows outside D and, if zero_sums, projects onto
   vanishing row and column sums (LodOperatorZeroSums); B is the operator of A = 1 if baseline, else
   0. inp_shift 0, scales 1 and no switch on: the paper's plain network.

   The effective coefficient of a cell along an axis lies between the arithmetic mean over the lines
   along that axis of the harmonic means on them, and the harmonic mean over the slabs across it of
   the arithmetic means in them (W. Cardwell, R. Parsons, Trans. AIME 160, 1945, p. 34-42); b is t
   of these two numbers, a is t of the means on the k^(d-1) lines and in the k slabs. */
typedef struct LodModel {
  LodNetwork  *network;
  LodSignature signature;
  double       inp_shift, inp_scale, out_scale;
  LodStructure structure;
  PetscInt64   seed; /* of weights and mini-batches */
  LodHistory   history;
  char        *config; /* resolved config it was trained with, TOML; owned */
} LodModel;

/* Numbers that pass an encoder by with each piece: mean, whether it lies in D, bounds. */
static inline PetscInt LodModelExtrasCount(PetscInt dim, PetscBool bounds) {
  return 2 + (bounds ? 2 * dim : 0);
}
#define LOD_MODEL_MAX_EXTRAS (2 + 2 * LOD_MAX_DIM)

/* The shape of a network for patches of a grid: encoder, codes, bounds, hidden and activation of
   the settings matter, and lines. */
LodNetworkShape LodModelShape(const LodGrid *grid, const LodNetworkSettings *settings);

/* Writes a model, atomically. */
PetscErrorCode LodModelWrite(const LodModel *model, const char *path);

/* Where the model is that comes with lodnet: the file that LODNET_MODEL in the environment names,
   or the one trained by configs/structured.toml (k = 8, q = 2, l = 2), see base/data.h. An input
   error if it is nowhere. */
PetscErrorCode LodModelDefaultPath(char path[LOD_PATH_MAX]);

/* Reads a model; every defect of the file is an input error. */
PetscErrorCode LodModelRead(const char *path, LodModel **model);
PetscErrorCode LodModelDestroy(LodModel **model);

/* Checks that the model fits a grid, whose coarse cells must be cubes of any size, and a
   coefficient, which must be plain: input error naming the number that differs. Values outside the
   training range are refused too (beyond 1e-6 of it) unless `allow_range`. LodModelFitsMesh: the
   grid alone. */
PetscErrorCode LodModelFitsMesh(const LodModel *model, const char *model_path, const LodGrid *grid,
                                const char *coefficient_path);
PetscErrorCode LodModelFits(const LodModel *model, const char *model_path, const LodGrid *grid,
                            const LodCoefficient *coefficient, const char *coefficient_path,
                            PetscBool allow_range);

/* Whether values from `smallest` to `largest` lie in the training range, or if the model does not
   mind their scale, whether their contrast does; and whether those of a coefficient do. */
PetscBool      LodModelTakes(const LodModel *model, double smallest, double largest);
PetscErrorCode LodModelInRange(const LodModel *model, const LodCoefficient *coefficient,
                               PetscBool *in_range);

#endif
