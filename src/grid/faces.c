/* Faces of D by name. */
#include "grid/faces.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/lengths.h"

const char *const lod_face_names[LOD_MAX_DIM][2] = {
    {"left", "right"}, {"bottom", "top"}, {"front", "back"}};

PetscErrorCode LodFaceFind(PetscInt dim, const char *face, const char *where, PetscInt *axis,
                           int *side) {
  char   known[128] = "";
  size_t used = 0;

  PetscFunctionBeginUser;
  for (PetscInt a = 0; a < PetscMin(dim, LOD_MAX_DIM); a++)
    for (int s = 0; s < 2; s++) {
      const char *name = lod_face_names[a][s];
      if (strcmp(face, name) == 0) {
        *axis = a;
        *side = s;
        PetscFunctionReturn(0);
      }
      used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", name);
    }
  LodInputError("%s: no face \"%.200s\"; the faces in %d dimension%s are %s", where, face, (int)dim,
                dim == 1 ? "" : "s", known);
}

PetscErrorCode LodGridSetFace(LodGrid *grid, const char *face, const char *where) {
  PetscInt axis;
  int      side;
  PetscFunctionBeginUser;
  PetscCall(LodFaceFind(grid->dim, face, where, &axis, &side));
  grid->natural[axis][side] = PETSC_TRUE;
  PetscFunctionReturn(0);
}

PetscErrorCode LodGridSetNatural(LodGrid *grid, const char *faces, const char *where) {
  char face[LOD_TEXT_MAX];
  PetscFunctionBeginUser;
  for (const char *begin = faces;; begin++) {
    begin += strspn(begin, " ");
    const size_t length = strcspn(begin, ",");
    size_t       end = length;
    while (end > 0 && begin[end - 1] == ' ')
      end--;
    (void)snprintf(face, sizeof face, "%.*s", (int)PetscMin(end, sizeof face - 1), begin);
    PetscCall(LodGridSetFace(grid, face, where));
    begin += length;
    if (!*begin) break;
  }
  PetscFunctionReturn(0);
}
