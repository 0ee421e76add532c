/* Messages of errors. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/process.h"
#include "base/session.h"

/* This thread's first message since the last LodErrorClear. It is not an argument because an error
   passes through functions that know nothing of the program around them, PETSc's own included. */
static _Thread_local char first_message[LOD_MESSAGE_MAX];

/* The message that LodErrorTake has handed out. */
static _Thread_local char taken_message[LOD_MESSAGE_MAX];

/* Whether that error has passed through a function that reads PETSc's options. */
static _Thread_local PetscBool of_options;

PetscErrorCode LodErrorKeep(MPI_Comm comm, int line, const char *function, const char *file,
                            PetscErrorCode code, PetscErrorType type, const char *message,
                            void *context) {
  (void)context;
  if (!LodSessionIsInside())
    return LodSessionPassToHost(comm, line, function, file, code, type, message);
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

PetscErrorCode LodErrorRaise(PetscErrorCode code, const char *format, ...) {
  va_list arguments;
  if (first_message[0]) return code;
  va_start(arguments, format);
  (void)PetscVSNPrintf(first_message, sizeof first_message, format, NULL, arguments);
  va_end(arguments);
  return code;
}

PetscErrorCode LodErrorConclude(PetscErrorCode error) {
  if (!error) return 0;
  const PetscBool chosen = (PetscBool)(error == PETSC_ERR_ARG_UNKNOWN_TYPE ||
                                       error == PETSC_ERR_MISSING_FACTOR || of_options);
  if (!first_message[0] && error == LOD_ERR_INPUT)
    (void)snprintf(first_message, sizeof first_message,
                   "another rank was given what cannot be used; its message says what");
  if (!first_message[0])
    (void)snprintf(first_message, sizeof first_message, "failed (code %d)", (int)error);
  if (!chosen || error == LOD_ERR_INPUT || error == PETSC_ERR_MEM) return error;
  LodPetscDescribe(first_message);
  return LOD_ERR_INPUT;
}

int LodErrorStatus(PetscErrorCode error) {
  return error == 0 ? 0 : error == LOD_ERR_INPUT ? 2 : 1;
}

const char *LodErrorMessage(void) {
  return first_message;
}

const char *LodErrorTake(void) {
  memcpy(taken_message, first_message, sizeof taken_message);
  LodErrorClear();
  return taken_message;
}

void LodErrorClear(void) {
  first_message[0] = 0;
  of_options = PETSC_FALSE;
}
