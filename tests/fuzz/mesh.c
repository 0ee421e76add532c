/* Mesh files, and lists of faces as on the command line. */
#include <string.h>

#include "config/config.h"
#include "fuzz.h"
#include "grid/faces.h"

static const char *const words[] = {
    "dimension", "coarse", "coefficient", "fine", "ell",  "natural", "left",   "right", "bottom",
    "top",       "front",  "back",        " = ",  "\n",   "[",       "]",      "\"",    ",",
    "{",         "}",      ".",           "'",    "true", "a.",      "[mesh]", "\\",    NULL};

void FuzzStart(void) {}

size_t FuzzSeed(size_t number, uint8_t *data, size_t most) {
  static const char *const patterns[] = {"meshes/*.toml", "tests/fuzz/seeds/mesh/*", NULL};
  return FuzzSeedFile(patterns, number, data, most);
}

size_t FuzzMutate(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  return FuzzMutateBytes(random, words, data, size, most);
}

/* Takes the last line as a list of faces. */
static void ReadFaces(LodGrid *grid, const uint8_t *data, size_t size) {
  char   text[2 * LOD_TEXT_MAX];
  size_t length = 0;
  while (length < size && length + 1 < sizeof text && data[size - length - 1] != '\n')
    length++;
  memcpy(text, data + size - length, length);
  text[length] = 0;
  (void)FuzzAccepted(LodGridSetNatural(grid, text, "--natural"));
}

void FuzzOne(const uint8_t *data, size_t size) {
  LodGrid grid;
  char    path[LOD_PATH_MAX];
  FuzzPath("case.toml", path);
  FuzzWriteFile(path, data, size);
  if (FuzzAccepted(LodMeshRead(path, &grid))) {
    /* Layers are as many as the file says; who uses the mesh takes no more than cover it. */
    if (LodGridCoveringLayers(&grid) < 1) FuzzFail("no layers cover the mesh");
    grid.ell = PetscMin(grid.ell, LodGridCoveringLayers(&grid));
    if (FuzzAccepted(LodGridValidate(&grid, path)) && LodGridCells(&grid) < 1)
      FuzzFail("a mesh without cells");
  } else {
    grid = (LodGrid){LOD_UNIT_CUBE(2, 2, 4, 8), .ell = 1};
  }
  ReadFaces(&grid, data, size);
}
