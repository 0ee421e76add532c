/* Messages of errors, and warnings. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/process.h"

/* The first message since the last LodErrorClear. It is process-wide because an error passes
   through functions that know nothing of the program around them, PETSc's own included. */
static char first_message[LOD_MESSAGE_MAX];

/* Whether that error has passed through a function that reads PETSc's options. */
static PetscBool of_options;

PetscErrorCode LodErrorKeep(MPI_Comm comm, int line, const char *function, const char *file,
                            PetscErrorCode code, PetscErrorType type, const char *message,
                            void *context) {
  (void)comm, (void)line, (void)file, (void)context;
  if (LodPetscReadsOptions(function)) of_options = PETSC_TRUE;
  if (type != PETSC_ERROR_INITIAL || first_message[0]) return code;
  if (message && message[0]) {
    snprintf(first_message, sizeof first_message, "%s", message);
  } else {
    const char *general = NULL;
    PetscErrorMessage(code, &general, NULL);
    snprintf(first_message, sizeof first_message, "%s in %s", general ? general : "error",
             function ? function : "an unnamed function");
  }
  return code;
}

PetscBool LodErrorIsOfOptions(void) {
  return of_options;
}

void LodErrorDescribeOptions(void) {
  LodPetscDescribe(first_message);
}

const char *LodErrorMessage(void) {
  return first_message;
}

void LodErrorClear(void) {
  first_message[0] = 0;
  of_options = PETSC_FALSE;
}

void LodWarn(const char *format, ...) {
  va_list     arguments;
  PetscMPIInt rank = 0;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  if (rank != 0) return;
  fflush(stdout);
  fprintf(stderr, "%s: warning: ", program_invocation_short_name);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
}
