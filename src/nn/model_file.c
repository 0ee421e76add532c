/* model.h5: written whole, read with every defect named.

   Groups layer0, layer1, ..., and encoder0, ... if there is an encoder, hold `weight` (out x in)
   and `bias`; the group `signature` holds what the model was made for, `normalisation` the scales,
   `structure` the switches; dataset `history` has a row an epoch; the
   attributes of the file are encoder_layers, layers, config, seed and version. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/data.h"
#include "base/error.h"
#include "io/hdf5_file.h"
#include "io/history.h"
#include "nn/row.h"

/* No layer of a readable model is wider, and no model has more parameters: keeps a damaged file
   from asking for all memory. */
#define WIDTH_MAX (1 << 24)
#define PARAMETERS_MAX (1ll << 30)

/* Most fine cells per cell of the coefficient: times the cells per axis of any coefficient it fits
   an index. */
#define RATIO_MAX 1000

/* Writes the signature. */
static PetscErrorCode WriteSignature(LodHdf5 *file, const LodSignature *signature) {
  const hsize_t shape[] = {(hsize_t)signature->dim, 2};
  int32_t       natural[LOD_MAX_DIM][2];
  PetscFunctionBeginUser;
  PetscCall(LodHdf5CreateGroup(file, "signature"));
  PetscCall(LodHdf5WriteInt(file, "signature", "dimension", signature->dim));
  PetscCall(LodHdf5WriteInt(file, "signature", "ell", signature->ell));
  PetscCall(LodHdf5WriteInt(file, "signature", "coefficient_per_coarse", signature->ratio));
  PetscCall(LodHdf5WriteInt(file, "signature", "fine_per_coefficient", signature->fine_ratio));
  PetscCall(LodHdf5WriteInt(file, "signature", "coarse", signature->coarse));
  PetscCall(LodHdf5WriteDouble(file, "signature", "smallest", signature->smallest));
  PetscCall(LodHdf5WriteDouble(file, "signature", "largest", signature->largest));
  PetscCall(LodHdf5WriteText(file, "signature", "families", signature->families));
  for (PetscInt axis = 0; axis < LOD_MAX_DIM; axis++)
    for (int side = 0; side < 2; side++)
      natural[axis][side] = signature->natural[axis][side] ? 1 : 0;
  PetscCall(LodHdf5WriteArray(file, "signature/natural", H5T_NATIVE_INT32, 2, shape, natural));
  PetscFunctionReturn(0);
}

/* Writes weights and biases of one part of the network, groups PART0, PART1, ...; *parameters moves
   on. */
static PetscErrorCode WriteLayers(LodHdf5 *file, const char *part, PetscInt n_layers,
                                  const PetscInt *width, const float **parameters) {
  char name[64];
  PetscFunctionBeginUser;
  for (PetscInt l = 0; l < n_layers; l++) {
    const hsize_t shape[] = {(hsize_t)width[l + 1], (hsize_t)width[l]};
    snprintf(name, sizeof name, "%s%d/weight", part, (int)l);
    PetscCall(LodHdf5WriteArray(file, name, H5T_NATIVE_FLOAT, 2, shape, *parameters));
    *parameters += shape[0] * shape[1];
    snprintf(name, sizeof name, "%s%d/bias", part, (int)l);
    PetscCall(LodHdf5WriteArray(file, name, H5T_NATIVE_FLOAT, 1, shape, *parameters));
    *parameters += shape[0];
  }
  PetscFunctionReturn(0);
}

/* Writes the network. */
static PetscErrorCode WriteNetwork(LodHdf5 *file, LodNetwork *network) {
  const LodNetworkShape *shape = LodNetworkShapeOf(network);
  const float           *parameters = LodNetworkParameters(network);
  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteInt(file, "/", "encoder_layers", shape->n_encoder));
  PetscCall(LodHdf5WriteInt(file, "/", "layers", shape->n_head));
  PetscCall(LodHdf5WriteInt(file, "/", "activation", (PetscInt64)shape->activation));
  if (shape->n_encoder) {
    const hsize_t rings = (hsize_t)shape->n_rings;
    PetscCall(LodHdf5WriteArray(file, "codes", LOD_HDF5_INT, 1, &rings, shape->taken));
  }
  PetscCall(WriteLayers(file, "encoder", shape->n_encoder, shape->encoder, &parameters));
  PetscCall(WriteLayers(file, "layer", shape->n_head, shape->head, &parameters));
  PetscFunctionReturn(0);
}

/* Writes everything. */
static PetscErrorCode WriteContents(LodHdf5 *file, const LodModel *model) {
  const hsize_t shape[] = {(hsize_t)model->history.epochs, LOD_HISTORY_COLUMNS};
  PetscFunctionBeginUser;
  PetscCall(WriteSignature(file, &model->signature));
  PetscCall(WriteNetwork(file, model->network));
  PetscCall(LodHdf5CreateGroup(file, "normalisation"));
  PetscCall(LodHdf5WriteDouble(file, "normalisation", "inp_shift", model->inp_shift));
  PetscCall(LodHdf5WriteDouble(file, "normalisation", "inp_scale", model->inp_scale));
  PetscCall(LodHdf5WriteDouble(file, "normalisation", "out_scale", model->out_scale));
  PetscCall(LodHdf5CreateGroup(file, "structure"));
  for (PetscInt i = 0; i < LOD_SWITCHES; i++)
    PetscCall(LodHdf5WriteInt(file, "structure", lod_switches[i].name,
                              LodSwitchIsOn(&lod_switches[i], &model->structure)));
  PetscCall(
      LodHdf5WriteArray(file, "history", H5T_NATIVE_DOUBLE, 2, shape, model->history.history));
  PetscCall(LodHdf5WriteText(file, "history", "columns", LOD_HISTORY_NAMES));
  PetscCall(LodHdf5WriteInt(file, "history", "best_epoch", model->history.best_epoch));
  PetscCall(LodHdf5WriteText(file, "/", "config", model->config ? model->config : ""));
  PetscCall(LodHdf5WriteInt(file, "/", "seed", model->seed));
  PetscCall(LodHdf5WriteText(file, "/", "version", LODNET_VERSION));
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelWrite(const LodModel *model, const char *path) {
  LodHdf5 file;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5Create(path, &file));
  PetscErrorCode error = WriteContents(&file, model);
  if (error) PetscCall(LodHdf5Abort(&file));
  PetscCall(error);
  PetscCall(LodHdf5Commit(&file));
  PetscFunctionReturn(0);
}

/* LodHdf5ReadBounded for a size or a count. */
static PetscErrorCode ReadBounded(LodHdf5 *file, const char *object, const char *name,
                                  PetscInt least, PetscInt most, PetscInt *value) {
  PetscInt64 number = 0;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadBounded(file, object, name, least, most, &number));
  *value = (PetscInt)number;
  PetscFunctionReturn(0);
}

/* Reads the signature; its numbers are checked one by one. */
static PetscErrorCode ReadSignature(LodHdf5 *file, LodSignature *signature) {
  PetscInt64 natural[2 * LOD_MAX_DIM];
  char      *families = NULL;
  PetscFunctionBeginUser;
  PetscCall(ReadBounded(file, "signature", "dimension", 1, LOD_MAX_DIM, &signature->dim));
  PetscCall(ReadBounded(file, "signature", "ell", 1, 1000, &signature->ell));
  PetscCall(
      ReadBounded(file, "signature", "coefficient_per_coarse", 1, WIDTH_MAX, &signature->ratio));
  PetscCall(
      ReadBounded(file, "signature", "fine_per_coefficient", 1, RATIO_MAX, &signature->fine_ratio));
  PetscCall(ReadBounded(file, "signature", "coarse", 1, WIDTH_MAX, &signature->coarse));
  PetscCall(LodHdf5ReadFinite(file, "signature", "smallest", PETSC_TRUE, &signature->smallest));
  PetscCall(LodHdf5ReadFinite(file, "signature", "largest", PETSC_TRUE, &signature->largest));
  LodCheckInput(signature->smallest <= signature->largest,
                "%s: signature: smallest value %.9g is above largest value %.9g", file->path,
                signature->smallest, signature->largest);
  PetscCall(
      LodHdf5CheckShape(file, "signature/natural", 2, (hsize_t[]){(hsize_t)signature->dim, 2}));
  PetscCall(LodHdf5ReadIntegers(file, "signature/natural", 0, 1, 2 * signature->dim, natural));
  for (PetscInt axis = 0; axis < signature->dim; axis++)
    for (int side = 0; side < 2; side++)
      signature->natural[axis][side] = (PetscBool)natural[2 * axis + side];
  PetscCall(LodHdf5ReadText(file, "signature", "families", &families));
  snprintf(signature->families, sizeof signature->families, "%s", families);
  PetscCall(PetscFree(families));
  PetscFunctionReturn(0);
}

/* The grid of a signature's patches; an input error if they have too many values. */
static PetscErrorCode SignatureGrid(const char *path, const LodSignature *signature,
                                    LodGrid *grid) {
  const double patch = 2.0 * (double)signature->ell + 1;
  PetscFunctionBeginUser;
  LodCheckInput(pow(patch * (double)signature->ratio, (double)signature->dim) <= WIDTH_MAX &&
                    pow(2 * (patch + 1), (double)signature->dim) <= WIDTH_MAX,
                "%s: signature: ell = %" PetscInt_FMT ", k = %" PetscInt_FMT
                " make a patch of too many values",
                path, signature->ell, signature->ratio);
  *grid = (LodGrid){LOD_UNIT_CUBE(signature->dim, 1, signature->ratio, signature->ratio),
                    .ell = signature->ell};
  PetscFunctionReturn(0);
}

/* Finds the widths of one part of the network after the first from the shapes of its weights, and
   checks that they fit together. *parameters counts. */
static PetscErrorCode ReadWidths(LodHdf5 *file, const char *part, PetscInt n_layers,
                                 PetscInt *width, PetscInt64 *parameters) {
  char    name[64];
  hsize_t shape[8];
  int     rank;
  PetscFunctionBeginUser;
  for (PetscInt l = 0; l < n_layers; l++) {
    snprintf(name, sizeof name, "%s%d/weight", part, (int)l);
    PetscCall(LodHdf5Shape(file, name, &rank, shape));
    LodCheckInput(rank == 2 && shape[0] >= 1 && shape[0] <= WIDTH_MAX,
                  "%s: %s must have 2 axes, outputs and inputs, neither empty", file->path, name);
    width[l + 1] = (PetscInt)shape[0];
    shape[1] = (hsize_t)width[l];
    PetscCall(LodHdf5CheckShape(file, name, 2, shape));
    snprintf(name, sizeof name, "%s%d/bias", part, (int)l);
    PetscCall(LodHdf5CheckShape(file, name, 1, shape));
    *parameters += (PetscInt64)width[l + 1] * (width[l] + 1);
    LodCheckInput(*parameters <= PARAMETERS_MAX, "%s: has more than %lld parameters", file->path,
                  PARAMETERS_MAX);
  }
  PetscFunctionReturn(0);
}

/* Reads what an encoder adds to the settings: widths and codes. */
static PetscErrorCode ReadEncoder(LodHdf5 *file, const LodGrid *grid, LodNetworkSettings *settings,
                                  PetscInt64 *parameters) {
  PetscInt width[LOD_MAX_LAYERS + 2] = {
      LodModelPieceInputs(grid->dim, LodGridCoefficientRatio(grid, 0), settings->structure.lines)};
  const PetscInt n = settings->n_encoder;
  PetscInt64     codes[LOD_MAX_RINGS];
  PetscFunctionBeginUser;
  PetscCall(ReadWidths(file, "encoder", n, width, parameters));
  LodCheckInput((double)width[n] * LodGridPatchCells(grid) <= WIDTH_MAX,
                "%s: the encoder's codes are too long: %" PetscInt_FMT " numbers", file->path,
                width[n]);
  memcpy(settings->encoder, width + 1, (size_t)n * sizeof *width);
  settings->n_codes = grid->ell + 1;
  PetscCall(LodHdf5CheckShape(file, "codes", 1, (hsize_t[]){(hsize_t)settings->n_codes}));
  PetscCall(LodHdf5ReadIntegers(file, "codes", 1, width[n], settings->n_codes, codes));
  for (PetscInt ring = 0; ring < settings->n_codes; ring++)
    settings->codes[ring] = (PetscInt)codes[ring];
  PetscFunctionReturn(0);
}

/* Finds the shape of the network. */
static PetscErrorCode ReadShape(LodHdf5 *file, const LodGrid *grid, const LodModel *model,
                                LodNetworkShape *shape) {
  LodNetworkSettings settings = {.structure = model->structure};
  PetscInt           n_head = 0, activation = 0;
  PetscInt64         parameters = 0;
  PetscFunctionBeginUser;
  PetscCall(ReadBounded(file, "/", "encoder_layers", 0, LOD_MAX_LAYERS, &settings.n_encoder));
  PetscCall(ReadBounded(file, "/", "layers", 1, LOD_MAX_LAYERS + 1, &n_head));
  PetscCall(ReadBounded(file, "/", "activation", 0, LOD_ACTIVATION_ELU, &activation));
  settings.activation = (LodActivation)activation;
  PetscCall(LodNetworkSettingsCheck(&settings, grid->ell, file->path));
  if (settings.n_encoder) PetscCall(ReadEncoder(file, grid, &settings, &parameters));
  *shape = LodModelShape(grid, &settings);
  shape->n_head = n_head;
  PetscCall(ReadWidths(file, "layer", n_head, shape->head, &parameters));
  LodCheckInput(shape->head[n_head] == LodGridOperatorSize(grid),
                "%s: the last layer has %" PetscInt_FMT
                " outputs; an operator of its signature has %" PetscInt_FMT " numbers",
                file->path, shape->head[n_head], LodGridOperatorSize(grid));
  PetscFunctionReturn(0);
}

/* Reads one block of parameters and checks that all are finite. */
static PetscErrorCode ReadBlock(LodHdf5 *file, const char *name, PetscInt64 count, float *values) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadArray(file, name, H5T_NATIVE_FLOAT, values));
  for (PetscInt64 i = 0; i < count; i++)
    LodCheckInput(isfinite(values[i]), "%s: %s: entry %lld is not finite", file->path, name,
                  (long long)i);
  PetscFunctionReturn(0);
}

/* Reads weights and biases of one part of the network; *parameters moves on. */
static PetscErrorCode ReadLayers(LodHdf5 *file, const char *part, PetscInt n_layers,
                                 const PetscInt *width, float **parameters) {
  char name[64];
  PetscFunctionBeginUser;
  for (PetscInt l = 0; l < n_layers; l++) {
    const PetscInt64 n_weights = (PetscInt64)width[l] * width[l + 1];
    snprintf(name, sizeof name, "%s%d/weight", part, (int)l);
    PetscCall(ReadBlock(file, name, n_weights, *parameters));
    snprintf(name, sizeof name, "%s%d/bias", part, (int)l);
    PetscCall(ReadBlock(file, name, width[l + 1], *parameters + n_weights));
    *parameters += n_weights + width[l + 1];
  }
  PetscFunctionReturn(0);
}

/* Makes the network and reads its parameters. */
static PetscErrorCode ReadNetwork(LodHdf5 *file, LodModel *model) {
  LodGrid         grid;
  LodNetworkShape shape;
  PetscFunctionBeginUser;
  PetscCall(SignatureGrid(file->path, &model->signature, &grid));
  PetscCall(ReadShape(file, &grid, model, &shape));
  PetscCall(LodNetworkCreate(&shape, &model->network));
  float *parameters = LodNetworkParameters(model->network);
  PetscCall(ReadLayers(file, "encoder", shape.n_encoder, shape.encoder, &parameters));
  PetscCall(ReadLayers(file, "layer", shape.n_head, shape.head, &parameters));
  PetscFunctionReturn(0);
}

/* Reads the switches. */
static PetscErrorCode ReadStructure(LodHdf5 *file, LodStructure *structure) {
  PetscInt on = 0;
  PetscFunctionBeginUser;
  for (PetscInt i = 0; i < LOD_SWITCHES; i++) {
    PetscCall(ReadBounded(file, "structure", lod_switches[i].name, 0, 1, &on));
    LodSwitchSet(&lod_switches[i], structure, (PetscBool)on);
  }
  PetscFunctionReturn(0);
}

/* Reads the history. */
static PetscErrorCode ReadHistory(LodHdf5 *file, LodHistory *history) {
  hsize_t shape[8];
  int     rank;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5Shape(file, "history", &rank, shape));
  LodCheckInput(
      rank == 2 && shape[0] >= 1 && shape[0] <= WIDTH_MAX && shape[1] == LOD_HISTORY_COLUMNS,
      "%s: history must have one row an epoch and %d columns", file->path, LOD_HISTORY_COLUMNS);
  history->epochs = (PetscInt)shape[0];
  PetscCall(PetscMalloc1((size_t)shape[0] * LOD_HISTORY_COLUMNS, &history->history));
  PetscCall(LodHdf5ReadArray(file, "history", H5T_NATIVE_DOUBLE, history->history));
  PetscCall(ReadBounded(file, "history", "best_epoch", 0, history->epochs, &history->best_epoch));
  PetscFunctionReturn(0);
}

/* Reads everything into a cleared model. */
static PetscErrorCode ReadContents(LodHdf5 *file, LodModel *model) {
  PetscBool exists;
  PetscFunctionBeginUser;
  PetscCall(LodHdf5Exists(file, "signature", &exists));
  LodCheckInput(exists, "%s: is not a model that lod-train wrote", file->path);
  PetscCall(ReadSignature(file, &model->signature));
  PetscCall(LodHdf5ReadFinite(file, "normalisation", "inp_shift", PETSC_FALSE, &model->inp_shift));
  PetscCall(LodHdf5ReadFinite(file, "normalisation", "inp_scale", PETSC_TRUE, &model->inp_scale));
  PetscCall(LodHdf5ReadFinite(file, "normalisation", "out_scale", PETSC_TRUE, &model->out_scale));
  PetscCall(ReadStructure(file, &model->structure));
  PetscCall(ReadHistory(file, &model->history));
  PetscCall(LodHdf5ReadText(file, "/", "config", &model->config));
  PetscCall(LodHdf5ReadInt(file, "/", "seed", &model->seed));
  PetscCall(ReadNetwork(file, model));
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelDefaultPath(char path[LOD_PATH_MAX]) {
  PetscFunctionBeginUser;
  PetscCall(
      LodDataPath(LOD_DATA_MODEL, "structured/model.h5", "the model that comes with lodnet", path));
  PetscFunctionReturn(0);
}

PetscErrorCode LodModelRead(const char *path, LodModel **model) {
  LodHdf5 file;
  PetscFunctionBeginUser;
  *model = NULL;
  PetscCall(LodHdf5Open(path, &file));
  PetscCall(PetscNew(model));
  PetscErrorCode error = ReadContents(&file, *model);
  if (error) PetscCall(LodModelDestroy(model));
  PetscCall(LodHdf5Close(&file));
  PetscCall(error);
  PetscFunctionReturn(0);
}
