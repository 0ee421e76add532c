/* What a network takes of a patch. */
#ifndef LODNET_NN_ROW_H
#define LODNET_NN_ROW_H

#include "nn/model.h"

/* What an encoder takes of a piece: the k^d values of A in one coarse cell, and their means. */
static inline PetscInt LodModelPieceInputs(PetscInt dim, PetscInt ratio, PetscBool lines) {
  return LodPower(ratio, dim) + (lines ? dim * (LodPower(ratio, dim - 1) + ratio) : 0);
}

/* Where the values of a row come from in R_T(A), with the patch turned by a symmetry of the cube
   (structure.h): row value i is R_T(A)[order[i]]. Piece after piece if the network has an encoder.
 */
typedef struct {
  PetscInt  n_values, n_pieces, per_piece;
  PetscInt *order;  /* [n_values] */
  PetscInt *centre; /* [per_piece]: values of T in R_T(A) */
} LodRowOrder;

PetscErrorCode LodRowOrderCreate(const LodModel *model, PetscInt symmetry, LodRowOrder *order);
PetscErrorCode LodRowOrderDestroy(LodRowOrder *order);

/* What the network takes of one patch: row[LodNetworkInputs] of R_T(A) in patch[n_values], and
 *scale = s. May be called by several threads. */
void LodModelRow(const LodModel *model, const LodRowOrder *order, const float *patch, float *row,
                 double *scale);

/* r and *scale = s of a patch whose centre has the mean m_T. */
double LodModelReference(const LodModel *model, double mean, double *scale);

/* The parts of a row with an encoder: of one piece's values[k^d] of A, all inside D, what the
   encoder takes, piece[LodModelPieceInputs] (may begin where the values do), and means: m_c, then
   if `bounds` the b; and the extras from these means and r. */
void LodModelPiece(const LodModel *model, const float *values, float *piece,
                   float means[LOD_MODEL_MAX_EXTRAS]);
void LodModelExtras(const LodModel *model, const float *means, double reference, float *extras);

#endif
