/* Coefficients that a file holds: one, or many along the first axis of a dataset. */
#include <string.h>

#include "base/error.h"
#include "sample/sample.h"
#include "sample/sample_private.h"

/* The dataset of the settings, open. */
typedef struct {
  LodHdf5              file;
  LodHdf5Dataset       dataset;
  PetscBool            many;
  LodCoefficientLayout layout;
} Stored;

/* Closes what Open opened. */
static PetscErrorCode Close(Stored *stored) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5DatasetClose(&stored->dataset));
  PetscCall(LodHdf5Close(&stored->file));
  PetscFunctionReturn(0);
}

/* Finds out what the open dataset holds. Of as many axes as `dim` it is one coefficient, of an axis
   more many; without a dimension one called `coefficients` is many. */
static PetscErrorCode FindLayout(PetscInt dim, const char *where, Stored *stored) {
  PetscFunctionBeginUser;
  if (dim) {
    const int rank = stored->dataset.rank;
    LodCheckInput(rank == dim || rank == dim + 1,
                  "%s: has %d axes; coefficients of %d dimensions have %d, or one more in front if "
                  "they are many; tensors are no family",
                  where, rank, (int)dim, (int)dim);
    stored->many = (PetscBool)(rank == dim + 1);
  } else if (strcmp(stored->dataset.name, "coefficients") == 0) {
    stored->many = PETSC_TRUE;
  }
  PetscCall(LodCoefficientCheckLayout(&stored->dataset, where, stored->many, &stored->layout));
  PetscFunctionReturn(0);
}

/* Opens the dataset; `dim` and `many` as in LodSampleFileLayout. */
static PetscErrorCode Open(const LodSampleSettings *settings, PetscInt dim, PetscBool many,
                           const char *where, Stored *stored) {
  const char *name = "";
  char        place[LOD_PATH_MAX + LOD_TEXT_MAX];

  PetscFunctionBeginUser;
  memset(stored, 0, sizeof *stored);
  stored->many = many;
  stored->dataset.id = H5I_INVALID_HID;
  LodCheckInput(settings->file[0], "%s: the file family needs a file", where);
  PetscCall(LodHdf5Open(settings->file, &stored->file));
  PetscErrorCode error = LodMaskRefuse(&stored->file, where);
  if (!error)
    error = LodCoefficientDataset(&stored->file, settings->dataset[0] ? settings->dataset : NULL,
                                  &name);
  if (!error) error = LodHdf5DatasetOpen(&stored->file, name, &stored->dataset);
  (void)snprintf(place, sizeof place, "%s: %s", settings->file, name);
  if (!error) error = FindLayout(dim, place, stored);
  if (error) PetscCall(Close(stored));
  PetscCall(error);
  PetscFunctionReturn(0);
}

PetscErrorCode LodSampleFileLayout(const LodSampleSettings *settings, PetscInt dim, PetscBool many,
                                   const char *where, LodCoefficientLayout *layout) {
  Stored stored;

  PetscFunctionBeginUser;
  PetscCall(Open(settings, dim, many, where, &stored));
  *layout = stored.layout;
  PetscCall(Close(&stored));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSampleFileValidate(const LodSampleSettings *settings, PetscInt dim,
                                     const PetscInt cells[], const char *where) {
  LodCoefficientLayout layout;
  char                 has[LOD_CELLS_TEXT], wants[LOD_CELLS_TEXT];

  PetscFunctionBeginUser;
  PetscCall(LodSampleFileLayout(settings, dim, PETSC_FALSE, where, &layout));
  LodCheckInput(layout.components == 1,
                "%s: %s has tensors; a family of coefficients takes numbers", where,
                settings->file);
  LodCheckInput(layout.dim == dim && LodCellsEqual(dim, layout.cells, cells),
                "%s: %s has coefficients of %s cells, the mesh %s coefficient cells per axis "
                "(lod-sample --resample makes others)",
                where, settings->file, LodCellsText(layout.dim, layout.cells, has),
                LodCellsText(dim, cells, wants));
  LodCheckInput(settings->first >= 0, "%s: first is %" PetscInt_FMT ", must be at least 0", where,
                settings->first);
  LodCheckInput(settings->count <= layout.count - settings->first,
                "%s: %" PetscInt_FMT " coefficients from number %" PetscInt_FMT
                " on are asked for, but %s has %" PetscInt_FMT,
                where, settings->count, settings->first, settings->file, layout.count);
  PetscFunctionReturn(0);
}

/* Reads coefficient number `row` of the open dataset. */
static PetscErrorCode Read(Stored *stored, PetscInt64 row, LodCoefficient *coefficient) {
  char where[LOD_PATH_MAX + LOD_TEXT_MAX];

  PetscFunctionBeginUser;
  (void)snprintf(where, sizeof where, "%s: %s", stored->file.path, stored->dataset.name);
  LodCheckInput(row < stored->layout.count,
                "%s: has %" PetscInt_FMT " coefficients, no number %lld", where,
                stored->layout.count, (long long)row);
  if (stored->many) {
    PetscCall(LodHdf5DatasetReadRows(&stored->dataset, H5T_NATIVE_DOUBLE, (hsize_t)row, 1,
                                     coefficient->values));
    (void)snprintf(where, sizeof where, "%s: %s[%lld]", stored->file.path, stored->dataset.name,
                   (long long)row);
  } else {
    PetscCall(LodHdf5DatasetRead(&stored->dataset, H5T_NATIVE_DOUBLE, coefficient->values));
  }
  if (stored->layout.boolean) PetscCall(PetscStrlcat(where, LOD_BOOLEANS_NOTE, sizeof where));
  PetscCall(LodCoefficientValidate(coefficient, where));
  PetscFunctionReturn(0);
}

PetscErrorCode LodSampleFile(const LodSampleSettings *settings, PetscInt64 number,
                             LodCoefficient *coefficient) {
  Stored stored;

  PetscFunctionBeginUser;
  PetscCall(Open(settings, coefficient->dim, PETSC_FALSE, "file", &stored));
  PetscErrorCode error = Read(&stored, settings->first + number, coefficient);
  PetscCall(Close(&stored));
  PetscCall(error);
  PetscFunctionReturn(0);
}
