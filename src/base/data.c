/* Where the files are that come with lodnet. */
#include "base/data.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* How far above the folder of the program or library share/lodnet may stand:
   PREFIX/lib/x86_64-linux-gnu and build/tests/fuzz are two below it. */
#define LEVELS 2

/* The kinds: how one is called, its folder, a folder that precedes those that come with lodnet, and
   the kind's own variable with what it names. */
static const struct {
  const char *noun, *folder, *here, *variable, *names;
} kinds[] = {
    [LOD_DATA_MESH] = {"mesh", "meshes", "meshes", "LODNET_MESHES", " names a folder of meshes, "},
    [LOD_DATA_CONFIG] = {"config", "configs", NULL, "", ""},
    [LOD_DATA_MODEL] = {"model", "models", NULL, "LODNET_MODEL", " names a model, "}};

/* The places that have been looked at, for the message. */
typedef struct {
  char text[LOD_MESSAGE_MAX / 2];
} Places;

/* The value of an environment variable, NULL if it is not set or empty. */
static const char *Variable(const char *name) {
  const char *value = getenv(name);
  return value && value[0] ? value : NULL;
}

/* Writes DIRECTORY/FOLDER/NAME (without folder if that is NULL) to path[LOD_PATH_MAX], tells
   whether there is such a file, and notes the place if not. */
static PetscBool IsIn(const char *directory, const char *folder, const char *name, char *path,
                      Places *places) {
  const int length = snprintf(path, LOD_PATH_MAX, "%s%s%s/%s", directory, folder ? "/" : "",
                              folder ? folder : "", name);
  if (length < LOD_PATH_MAX && access(path, F_OK) == 0) return PETSC_TRUE;
  const size_t used = strlen(places->text);
  snprintf(places->text + used, sizeof places->text - used, "%s%s%s%s", used ? ", " : "", directory,
           folder ? "/" : "", folder ? folder : "");
  return PETSC_FALSE;
}

/* The real path of the program, or of the shared library, that this file is part of; to be freed,
   NULL if nobody knows. */
static char *ImagePath(void) {
  struct link_map *map = NULL;
  Dl_info          info;
  const int        known = dladdr1((const void *)kinds, &info, (void **)&map, RTLD_DL_LINKMAP);
  return realpath(known && map && map->l_name[0] ? map->l_name : "/proc/self/exe", NULL);
}

/* Looks for folder/name in the share/lodnet above the program or library, nearest first. */
static PetscBool IsAboveImage(const char *folder, const char *name, char *path, Places *places) {
  char      share[LOD_PATH_MAX];
  char     *image = ImagePath();
  PetscBool found = PETSC_FALSE;

  char *slash = image ? strrchr(image, '/') : NULL;
  if (slash) *slash = 0;
  for (int level = 0; slash && !found && level < LEVELS; level++) {
    slash = strrchr(image, '/');
    if (slash) *slash = 0;
    if (slash && snprintf(share, sizeof share, "%s/share/lodnet", image) < (int)sizeof share)
      found = IsIn(share, folder, name, path, places);
  }
  free(image);
  return found;
}

PetscErrorCode LodDataPath(LodDataKind kind, const char *name, const char *where,
                           char path[LOD_PATH_MAX]) {
  const char *folder = kinds[kind].folder, *here = kinds[kind].here;
  const char *own = Variable(kinds[kind].variable), *all = Variable("LODNET_DATA");
  Places      places = {""};

  PetscFunctionBeginUser;
  if (own && kind == LOD_DATA_MODEL) {
    PetscCall(PetscStrncpy(path, own, LOD_PATH_MAX));
    PetscFunctionReturn(0);
  }
  if ((here && IsIn(here, NULL, name, path, &places)) ||
      (own && IsIn(own, NULL, name, path, &places)) ||
      (all && IsIn(all, folder, name, path, &places)) || IsAboveImage(folder, name, path, &places))
    PetscFunctionReturn(0);
  LodInputError("%s: no %s \"%.*s\": no file %.200s in %s (%s%sLODNET_DATA "
                "names a folder with meshes, configs and models)",
                where, kinds[kind].noun, (int)PetscMin(strcspn(name, "."), 200), name, name,
                places.text, kinds[kind].variable, kinds[kind].names);
}
