/* A trained learned operator: network, signature, normalisation, how it came to be. */
#ifndef LODNET_MODEL_H
#define LODNET_MODEL_H

#include <lodnet/config.h>
#include <lodnet/local_operators.h>
#include <lodnet/network.h>

/* What a model was made for; a coefficient outside of it is refused. */
typedef struct {
  PetscInt  dim, ell, ratio;         /* ratio: k = E/N */
  PetscInt  fine_ratio;              /* q = F/E of the operators it learned */
  PetscInt  coarse;                  /* N of the training mesh; any N is fine if dim = 2 */
  PetscBool natural[LOD_MAX_DIM][2]; /* natural faces of the training mesh, as in LodGrid */
  double    smallest, largest;       /* value range of the training coefficients */
  char      families[LOD_TEXT_MAX];  /* what they were drawn from, "iid, sine" */
} LodSignature;

typedef struct {
  PetscInt epochs;     /* rows of history */
  double  *history;    /* history[epochs][5]: epoch, seconds, train, validation loss, rate */
  PetscInt best_epoch; /* the one whose parameters are kept (lowest validation loss) */
} LodHistory;

typedef struct {
  LodNetwork  *network;
  LodSignature signature;
  /* The network sees (A - inp_shift) * inp_scale inside D and 0 outside, and gives S_T / out_scale.
     inp_shift 0, scales 1: the paper's plain network. */
  double     inp_shift, inp_scale, out_scale;
  PetscBool  zero_sums; /* its operators are made to sum to 0 (LodZeroSums) */
  PetscInt64 seed;      /* of weights and mini-batches */
  LodHistory history;
  char      *config; /* resolved config it was trained with, TOML; owned */
} LodModel;

PetscErrorCode LodModelWrite(const LodModel *model, const char *path);
/* Reads a model; every defect of the file is an input error. `max_batch`: see network.h. */
PetscErrorCode LodModelRead(const char *path, PetscInt max_batch, LodModel **model);
PetscErrorCode LodModelDestroy(LodModel **model);

/* Checks that the model fits a grid and a coefficient: input error naming the number that differs.
   Values outside the training range are refused too (beyond 1e-6 of it) unless `allow_range`. */
PetscErrorCode LodModelFits(const LodModel *model, const char *model_path, const LodGrid *grid,
                            const LodCoefficient *coefficient, const char *coefficient_path,
                            PetscBool allow_range);

/* What the network sees of values[n] gathered by R_T, in place: (A - inp_shift) * inp_scale inside
   D, where A > 0, and 0 outside, where the gathered value is 0. */
void LodModelNormalise(const LodModel *model, size_t n, float *values);

/* Sets the rows of nodes outside D of cell `cell`'s operators[z][j] to 0. */
void LodClearOutside(const LodGrid *grid, PetscInt cell, double *operators);

/* Replaces the rows inside D of operators[z][j] by the nearest ones (in the sum of squares) whose
   row sums and column sums vanish, as those of every exact operator do. Never further from the
   exact operator than before. */
void LodZeroSums(const LodGrid *grid, PetscInt cell, double *operators);

/* Learned local operators: S_T = Psi(R_T(A)), many cells in one forward pass, rows of nodes outside
   D set to 0. The model is borrowed.
 */
PetscErrorCode LodLearnedCreate(const LodGrid *grid, LodModel *model,
                                LodLocalOperators **operators);

#endif
