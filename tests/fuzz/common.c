/* What fuzz targets and front ends share: files, and the judgement of what a reader gives. */
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lengths.h"
#include "fuzz.h"

static FuzzCounts own_counts;
FuzzCounts       *fuzz_counts = &own_counts; /* the driver has them in memory that it shares */
char              fuzz_folder[64];

void FuzzFolderMake(void) {
  const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* memory if possible */
  snprintf(fuzz_folder, sizeof fuzz_folder, "%s/lodnet-fuzz-XXXXXX", parent);
  if (!mkdtemp(fuzz_folder)) FuzzFail("%s: cannot make this folder", fuzz_folder);
}

void FuzzFolderRemove(void) {
  char   pattern[LOD_PATH_MAX];
  glob_t files;
  FuzzPath("*", pattern);
  if (glob(pattern, GLOB_NOSORT, NULL, &files) == 0) {
    for (size_t i = 0; i < files.gl_pathc; i++)
      remove(files.gl_pathv[i]);
    globfree(&files);
  }
  remove(fuzz_folder);
}

void FuzzPath(const char *name, char path[LOD_PATH_MAX]) {
  snprintf(path, LOD_PATH_MAX, "%s/%s", fuzz_folder, name);
}

void FuzzWriteFile(const char *path, const uint8_t *data, size_t size) {
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
    FuzzFail("%s: cannot be written", path);
}

size_t FuzzReadFile(const char *path, uint8_t *data, size_t most) {
  FILE *file = fopen(path, "rb");
  if (!file) FuzzFail("%s: cannot be read", path);
  const size_t size = fread(data, 1, most, file);
  (void)fclose(file);
  return size;
}

size_t FuzzSeedFile(const char *const *patterns, size_t number, uint8_t *data, size_t most) {
  char   pattern[LOD_PATH_MAX];
  size_t size = 0;
  for (; *patterns && !size; patterns++) {
    glob_t files;
    snprintf(pattern, sizeof pattern, "%s/%s", LODNET_SOURCE_ROOT, *patterns);
    if (glob(pattern, 0, NULL, &files) != 0) continue;
    if (number < files.gl_pathc)
      size = FuzzReadFile(files.gl_pathv[number], data, most);
    else
      number -= files.gl_pathc;
    globfree(&files);
  }
  return size;
}

void FuzzFail(const char *format, ...) {
  va_list arguments;
  fflush(stdout);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  abort();
}

PetscBool FuzzAccepted(PetscErrorCode error) {
  if (!error) {
    fuzz_counts->accepted++;
    return PETSC_TRUE;
  }
#ifdef __SANITIZE_ADDRESS__
  /* The sanitizer's own limit, of which the library cannot know. */
  if (error == PETSC_ERR_MEM) error = LOD_ERR_INPUT;
#endif
  if (error != LOD_ERR_INPUT)
    FuzzFail("error %d is not an input error: %s", (int)error, LodErrorMessage());
  if (!LodErrorMessage()[0]) FuzzFail("an input error without a message");
  LodErrorClear();
  fuzz_counts->refused++;
  return PETSC_FALSE;
}
