/* How much memory there is. */
#ifndef LODNET_BASE_MEMORY_H
#define LODNET_BASE_MEMORY_H

#include <petscsys.h>

/* Bytes of memory that this process can still have: what the machine has free, within the limits
   that are set for the process. */
double LodMemoryAvailable(void);

/* Checks, before the work, that `bytes` can be had; if not, an input error says that `what` needs
   them, what there is, and the remedy ("" if there is none). */
PetscErrorCode LodMemoryCheck(double bytes, const char *what, const char *remedy);

#endif
