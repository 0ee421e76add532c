/* What PETSc's options files and options have wrong. */
#include <ctype.h>
#include <string.h>

#include "base/error.h"
#include "base/process.h"

PetscErrorCode LodPetscCheckWords(int argc, char **argv) {
  PetscBool after_option = PETSC_FALSE, is_option;
  PetscFunctionBeginUser;
  for (int i = 1; i < argc; i++) {
    PetscCall(PetscOptionsValidKey(argv[i], &is_option));
    LodCheckInput(is_option || after_option, "%s: is no PETSc option (-name), nor the value of one",
                  argv[i]);
    after_option = is_option;
  }
  PetscFunctionReturn(0);
}

PetscBool LodPetscReadsOptions(const char *function) {
  return (PetscBool)(function &&
                     (strstr(function, "SetFromOptions") || strstr(function, "PetscOptions")));
}

void LodPetscDescribe(char *message) {
  static const char first_word[] = "Unknown first token in options file ";
  static const char other[] = "Error in options file ";
  const char       *kind = strstr(message, first_word) == message ? first_word
                           : strstr(message, other) == message    ? other
                                                                  : NULL;
  char              copy[LOD_MESSAGE_MAX], *line = NULL, *rest = NULL;
  for (char *c = message; *c; c++)
    if (!isprint((unsigned char)*c)) *c = *c == '\n' ? ' ' : '?';
  (void)snprintf(copy, sizeof copy, "%s", kind ? message + strlen(kind) : message);
  if (kind) line = strstr(copy, " line ");
  if (line) rest = strstr(line, ": ");
  if (!rest) {
    (void)snprintf(message, LOD_MESSAGE_MAX, "PETSc options: %.*s", LOD_MESSAGE_MAX - 32, copy);
    return;
  }
  *line = *rest = 0;
  (void)snprintf(message, LOD_MESSAGE_MAX, "%.512s: line %.32s: %.1024s%s", copy, line + 6,
                 rest + 2, kind == first_word ? ": is no PETSc option (-name), nor an alias" : "");
}
