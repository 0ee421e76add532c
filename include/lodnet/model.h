/* A trained learned operator: network, signature, normalisation, how it came to be. */
#ifndef LODNET_MODEL_H
#define LODNET_MODEL_H

#include <lodnet/config.h>
#include <lodnet/local_operators.h>
#include <lodnet/network.h>

/* What a model was made for; a coefficient outside of it is refused. */
typedef struct {
  PetscInt dim, ell, ratio;   /* ratio: k = E/N */
  PetscInt fine_ratio;        /* q = F/E of the operators it learned */
  double   smallest, largest; /* value range of the training coefficients */
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
  LodHistory history;
  char      *config; /* resolved config it was trained with, TOML; owned */
} LodModel;

PetscErrorCode LodModelWrite(const LodModel *model, const char *path);
/* Reads a model; every defect of the file is an input error. `max_batch`: see network.h. */
PetscErrorCode LodModelRead(const char *path, PetscInt max_batch, LodModel **model);
PetscErrorCode LodModelDestroy(LodModel **model);

/* Checks that the model fits a grid and a coefficient: input error naming the number that differs.
 */
PetscErrorCode LodModelFits(const LodModel *model, const char *model_path, const LodGrid *grid,
                            const LodCoefficient *coefficient, const char *coefficient_path);

/* Learned local operators: S_T = Psi(R_T(A)), all cells in one forward pass. The model is borrowed.
 */
PetscErrorCode LodLearnedCreate(const LodGrid *grid, LodModel *model,
                                LodLocalOperators **operators);

#endif
