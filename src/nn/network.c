/* The network's shape and parameters; what runs on them is network_run.c. */
#include "nn/network.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nn/network_private.h"

LodNetworkShape LodNetworkPlainShape(PetscInt n_layers, const PetscInt *width) {
  LodNetworkShape shape = {.n_pieces = 1, .n_head = n_layers};
  for (PetscInt l = 0; l <= n_layers && l < LOD_MAX_LAYERS + 2; l++)
    shape.head[l] = width[l];
  return shape;
}

PetscInt LodNetworkInputs(const LodNetworkShape *shape) {
  return shape->n_encoder ? shape->n_pieces * (shape->encoder[0] + shape->n_extras)
                          : shape->head[0];
}

/* How many pieces away from the middle one a piece is. */
static PetscInt Ring(const LodNetworkShape *shape, PetscInt piece) {
  const PetscInt middle = shape->n_rings - 1;
  const LodBox   cube = LodBoxCube(shape->dim, 2 * middle + 1);
  PetscInt       index[LOD_MAX_DIM], ring = 0;
  LodBoxIndex(&cube, piece, index);
  for (PetscInt axis = 0; axis < shape->dim; axis++)
    ring = PetscMax(ring, PetscAbsInt(index[axis] - middle));
  return ring;
}

PetscInt LodNetworkTaken(const LodNetworkShape *shape, PetscInt piece) {
  return shape->taken[Ring(shape, piece)];
}

PetscInt LodNetworkHeadInputs(const LodNetworkShape *shape) {
  PetscInt count = shape->n_pieces * shape->n_extras;
  if (shape->n_encoder == 0) return shape->head[0];
  for (PetscInt piece = 0; piece < shape->n_pieces; piece++)
    count += LodNetworkTaken(shape, piece);
  return count;
}

/* Checks one chain of widths. */
static PetscErrorCode CheckWidths(const char *part, PetscInt n_layers, const PetscInt *width) {
  PetscFunctionBeginUser;
  PetscCheck(n_layers <= LOD_MAX_LAYERS + 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "the %s of a network has at most %d layers, not %" PetscInt_FMT, part,
             LOD_MAX_LAYERS + 1, n_layers);
  for (PetscInt l = 0; l <= n_layers; l++)
    PetscCheck(width[l] >= 1, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
               "width %" PetscInt_FMT " of the %s of a network must be at least 1, not "
               "%" PetscInt_FMT,
               l, part, width[l]);
  PetscFunctionReturn(0);
}

/* Checks what the head takes of the codes. */
static PetscErrorCode CheckRings(const LodNetworkShape *shape) {
  const PetscInt code = shape->encoder[shape->n_encoder];
  PetscFunctionBeginUser;
  PetscCheck(shape->n_rings >= 1 && shape->n_rings <= LOD_MAX_RINGS &&
                 shape->n_pieces == LodPower(2 * shape->n_rings - 1, shape->dim),
             PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "%" PetscInt_FMT " pieces are not a cube of %" PetscInt_FMT " rings", shape->n_pieces,
             shape->n_rings);
  for (PetscInt ring = 0; ring < shape->n_rings; ring++)
    PetscCheck(shape->taken[ring] >= 1 && shape->taken[ring] <= code, PETSC_COMM_SELF,
               PETSC_ERR_ARG_OUTOFRANGE,
               "the head takes %" PetscInt_FMT " numbers of a code of %" PetscInt_FMT,
               shape->taken[ring], code);
  PetscFunctionReturn(0);
}

/* Checks that a shape makes sense. */
static PetscErrorCode CheckShape(const LodNetworkShape *shape) {
  PetscFunctionBeginUser;
  PetscCheck(shape->n_head >= 1 && shape->n_encoder >= 0, PETSC_COMM_SELF, PETSC_ERR_ARG_OUTOFRANGE,
             "a network has at least 1 layer in its head, not %" PetscInt_FMT, shape->n_head);
  PetscCall(CheckWidths("head", shape->n_head, shape->head));
  PetscCheck(shape->n_pieces >= 1 && shape->n_extras >= 0, PETSC_COMM_SELF,
             PETSC_ERR_ARG_OUTOFRANGE,
             "a sample has at least 1 piece and 0 extras, not %" PetscInt_FMT " and %" PetscInt_FMT,
             shape->n_pieces, shape->n_extras);
  if (shape->n_encoder == 0) PetscFunctionReturn(0);
  PetscCall(CheckWidths("encoder", shape->n_encoder, shape->encoder));
  PetscCall(CheckRings(shape));
  PetscCheck(shape->head[0] == LodNetworkHeadInputs(shape), PETSC_COMM_SELF, PETSC_ERR_ARG_INCOMP,
             "the head of a network takes %" PetscInt_FMT " numbers, the codes are %" PetscInt_FMT,
             shape->head[0], LodNetworkHeadInputs(shape));
  PetscFunctionReturn(0);
}

PetscErrorCode LodAllocateFloats(size_t count, float **block) {
  const size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
  PetscFunctionBeginUser;
  *block = aligned_alloc(64, bytes);
  PetscCheck(*block, PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for %.3g MB of network",
             (double)bytes * 1e-6);
  memset(*block, 0, bytes);
  PetscFunctionReturn(0);
}

/* Number of parameters. */
static PetscInt64 CountParameters(const LodNetworkShape *shape) {
  PetscInt64 count = 0;
  for (PetscInt l = 0; l < shape->n_encoder; l++)
    count += ((PetscInt64)shape->encoder[l] + 1) * shape->encoder[l + 1];
  for (PetscInt l = 0; l < shape->n_head; l++)
    count += ((PetscInt64)shape->head[l] + 1) * shape->head[l + 1];
  return count;
}

/* Allocates the parameters, after a check that there is memory for them, and points the layers'
   arrays into them. */
static PetscErrorCode CreateParameters(LodNetwork *network) {
  const LodNetworkShape *shape = &network->shape;
  float                 *place;
  PetscFunctionBeginUser;
  network->n_parameters = CountParameters(shape);
  PetscCall(LodMemoryCheck(sizeof(float) * (double)network->n_parameters, "network",
                           "choose fewer neurons or fewer layers (ell)"));
  PetscCall(PetscMalloc1(network->n_layers, &network->layers));
  PetscCall(LodAllocateFloats((size_t)network->n_parameters, &network->parameters));
  place = network->parameters;
  for (PetscInt l = 0; l < network->n_layers; l++) {
    const PetscInt *width =
        l < shape->n_encoder ? shape->encoder + l : shape->head + (l - shape->n_encoder);
    const size_t weights = (size_t)width[0] * (size_t)width[1];
    network->layers[l] = (LodAffine){width[0], width[1], place, place + weights};
    place += weights + (size_t)width[1];
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkCreate(const LodNetworkShape *shape, LodNetwork **network) {
  LodNetwork *made;
  PetscFunctionBeginUser;
  *network = NULL;
  PetscCall(CheckShape(shape));
  PetscCall(PetscNew(&made));
  made->shape = *shape;
  made->n_layers = shape->n_encoder + shape->n_head;
  PetscErrorCode error = CreateParameters(made);
  if (error) PetscCall(LodNetworkDestroy(&made));
  PetscCall(error);
  *network = made;
  PetscFunctionReturn(0);
}

PetscErrorCode LodNetworkDestroy(LodNetwork **network) {
  LodNetwork *old = *network;
  PetscFunctionBeginUser;
  *network = NULL;
  if (!old) PetscFunctionReturn(0);
  free(old->parameters);
  PetscCall(PetscFree(old->layers));
  PetscCall(PetscFree(old));
  PetscFunctionReturn(0);
}

const LodNetworkShape *LodNetworkShapeOf(const LodNetwork *network) {
  return &network->shape;
}

PetscInt LodNetworkLayers(const LodNetwork *network) {
  return network->n_layers;
}

void LodNetworkLayerSize(const LodNetwork *network, PetscInt layer, PetscInt *n_inp,
                         PetscInt *n_out) {
  *n_inp = network->layers[layer].n_inp;
  *n_out = network->layers[layer].n_out;
}

PetscInt64 LodNetworkParameterCount(const LodNetwork *network) {
  return network->n_parameters;
}

float *LodNetworkParameters(LodNetwork *network) {
  return network->parameters;
}
