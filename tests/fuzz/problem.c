/* Problem files, and conditions as on the command line: the last line is taken as one of each. */
#include <string.h>

#include "common/options.h"
#include "fuzz.h"

static const char *const words[] = {"[coefficient]",
                                    "[domain]",
                                    "[mesh]",
                                    "[boundary]",
                                    "[source]",
                                    "[method]",
                                    "[output]",
                                    "file",
                                    "dataset",
                                    "extent",
                                    "use",
                                    "coarse",
                                    "fine",
                                    "ell",
                                    "left",
                                    "right",
                                    "bottom",
                                    "top",
                                    "front",
                                    "back",
                                    "rhs",
                                    "reaction",
                                    "wells",
                                    "at",
                                    "rate",
                                    "name",
                                    "model",
                                    "correct",
                                    "dirichlet",
                                    "flux",
                                    "robin",
                                    "natural",
                                    " = ",
                                    "\n",
                                    "[",
                                    "]",
                                    "{",
                                    "}",
                                    "\"",
                                    ",",
                                    "@",
                                    "1e999",
                                    "inf",
                                    "left=1",
                                    "top=2,x",
                                    "0.5,0.5=1",
                                    "(",
                                    ")",
                                    "points",
                                    "means",
                                    "from",
                                    "to",
                                    "mask",
                                    "walls",
                                    "report",
                                    NULL};

void FuzzStart(void) {}

size_t FuzzSeed(size_t number, uint8_t *data, size_t most) {
  static const char *const patterns[] = {"configs/problem*.toml", "tests/fuzz/seeds/problem/*",
                                         NULL};
  return FuzzSeedFile(patterns, number, data, most);
}

size_t FuzzMutate(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  return FuzzMutateBytes(random, words, data, size, most);
}

/* Resolves the conditions for a mesh of `dim` axes and takes their texts. */
static void Resolve(const LodConditionOptions *options, const LodProblemFile *file, PetscInt dim) {
  const LodGrid grid = {.dim = dim, .extent = {1, 1, 1}};
  LodConditions conditions;
  char         *text;
  if (!FuzzAccepted(LodConditionOptionsResolve(options, NULL, file, dim, "a.h5", &conditions)))
    return;
  FuzzOk(LodConditionsBoundaryText(&conditions, &grid, &text));
  if (strncmp(text, "left: ", 6) != 0) FuzzFail("a text without the first face");
  FuzzOk(PetscFree(text));
  FuzzOk(LodConditionsWellsText(&conditions, dim, &text));
  FuzzOk(PetscFree(text));
  FuzzOk(LodConditionsDestroy(&conditions));
}

void FuzzOne(const uint8_t *data, size_t size) {
  static LodProblemFile      file;
  static LodConditionOptions options;
  static char                last[FUZZ_INPUT_MAX + 1];
  char                       path[LOD_PATH_MAX];
  size_t                     length = 0;

  FuzzPath("case.toml", path);
  FuzzWriteFile(path, data, size);
  options = (LodConditionOptions){0};
  if (FuzzAccepted(LodProblemFileRead(path, &file)))
    for (PetscInt dim = 1; dim <= LOD_MAX_DIM; dim++)
      Resolve(&options, &file, dim);
  while (length < size && data[size - length - 1] != '\n')
    length++;
  memcpy(last, data + size - length, length);
  last[length] = 0;
  options.n_faces = options.n_wells = 1;
  options.wells[0] = options.faces[0].text = options.reaction = last;
  options.faces[0].kind = length % 2 ? LOD_FACE_ROBIN : LOD_FACE_FLUX;
  Resolve(&options, NULL, 2);
  options.n_faces = 0;
  Resolve(&options, NULL, 1);
}
