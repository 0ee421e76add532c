/* Text files that are either whole or absent. */
#include "base/text_file.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"

PetscErrorCode LodTextFileBegin(LodTextFile *file, const char *directory, const char *name) {
  char path[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  file->stream = NULL;
  int length = directory ? snprintf(path, sizeof path, "%s/%s", directory, name)
                         : snprintf(path, sizeof path, "%s", name);
  LodCheckInput(length >= 0 && (size_t)length < sizeof path, "%s: the file name is too long", name);
  PetscCall(LodAtomicFileBegin(&file->atomic, path));
  file->stream = fopen(file->atomic.temporary, "w");
  if (!file->stream) {
    int reason = errno;
    PetscCall(LodAtomicFileAbort(&file->atomic));
    PetscCheck(reason != ENOMEM, PETSC_COMM_SELF, PETSC_ERR_MEM, "%s: out of memory", path);
    LodInputError("%s: cannot write: %s", path, strerror(reason));
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodTextFileCommit(LodTextFile *file) {
  PetscFunctionBeginUser;
  errno = 0;
  int failed = fflush(file->stream) != 0 || ferror(file->stream);
  int reason = errno;
  if (fclose(file->stream) != 0 && !failed) {
    failed = 1;
    reason = errno;
  }
  file->stream = NULL;
  if (failed) {
    PetscCall(LodAtomicFileAbort(&file->atomic));
    SETERRQ(PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE, "%s: cannot write: %s", file->atomic.path,
            reason ? strerror(reason) : "output error");
  }
  PetscCall(LodAtomicFileCommit(&file->atomic));
  PetscFunctionReturn(0);
}

PetscErrorCode LodTextFileAbort(LodTextFile *file) {
  PetscFunctionBeginUser;
  if (file->stream) (void)fclose(file->stream);
  file->stream = NULL;
  PetscCall(LodAtomicFileAbort(&file->atomic));
  PetscFunctionReturn(0);
}

void LodPrintCell(FILE *stream, const char *text, const char *special) {
  for (; *text; text++) {
    if (strchr(special, *text)) fputc('\\', stream);
    fputc(*text, stream);
  }
}

void LodNumberPrint(FILE *stream, double value, const char *missing) {
  if (isfinite(value)) {
    fprintf(stream, "%.17g", value);
  } else {
    fputs(missing, stream);
  }
}
