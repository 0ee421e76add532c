/* How several ranks end: together, with one message, never waiting for each other for ever. */
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/process.h"
#include "base/progress.h"

/* Seconds that a rank with an error waits for the others, and how much longer each rank waits than
   the one below it, so that one of them speaks before the next would. */
#define PATIENCE 3.0
#define STAGGER 0.25

PetscErrorCode LodErrorAgree(MPI_Comm comm, PetscErrorCode error) {
  int mine = (int)error, largest = 0;
  if (MPI_Allreduce(&mine, &largest, 1, MPI_INT, MPI_MAX, comm) != MPI_SUCCESS)
    return PETSC_ERR_LIB;
  return (PetscErrorCode)largest;
}

/* FNV-1a, word by word (G. Fowler, L. C. Noll, P. Vo), over the 8-byte words of data[bytes]; the
   rest of less than a word is one more. */
static uint64_t Hash(uint64_t hash, const void *data, size_t bytes) {
  const unsigned char *place = data;
  while (bytes > 0) {
    const size_t size = bytes < 8 ? bytes : 8;
    uint64_t     word = 0;
    memcpy(&word, place, size);
    hash = (hash ^ word) * 0x100000001b3u;
    hash ^= hash >> 32; /* high bits act on low ones too, which a product alone does not do */
    place += size;
    bytes -= size;
  }
  return hash;
}

PetscErrorCode LodRanksShare(MPI_Comm comm, PetscInt64 count, PetscInt *first, PetscInt *last) {
  PetscMPIInt rank, n_ranks;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_rank(comm, &rank));
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  *first = (PetscInt)(count * rank / n_ranks);
  *last = (PetscInt)(count * (rank + 1) / n_ranks);
  PetscFunctionReturn(0);
}

PetscErrorCode LodRanksSum(MPI_Comm comm, size_t count, double *values) {
  const size_t at_once = (size_t)1 << 24; /* MPI counts in int */
  PetscMPIInt  n_ranks;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  for (size_t first = 0; first < count && n_ranks > 1; first += at_once)
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, values + first,
                               (int)(count - first < at_once ? count - first : at_once), MPI_DOUBLE,
                               MPI_SUM, comm));
  PetscFunctionReturn(0);
}

PetscErrorCode LodRanksCheckSame(MPI_Comm comm, const void *data, size_t bytes, const char *what) {
  uint64_t    hash, ends[2], least[2];
  PetscMPIInt n_ranks;
  PetscFunctionBeginUser;
  PetscCallMPI(MPI_Comm_size(comm, &n_ranks));
  if (n_ranks == 1) PetscFunctionReturn(0);
  hash = Hash(Hash(0xcbf29ce484222325u, &bytes, sizeof bytes), data, bytes);
  ends[0] = hash, ends[1] = ~hash;
  PetscCallMPI(MPI_Allreduce(ends, least, 2, MPI_UINT64_T, MPI_MIN, comm));
  LodCheckInput(least[0] == ~least[1],
                "%s: is not the same on all ranks: start them where they see the same files", what);
  PetscFunctionReturn(0);
}

/* Waits for a request, for ever if `seconds` < 0; whether it is complete. */
static PetscBool Wait(MPI_Request *request, double seconds) {
  const struct timespec pause = {.tv_nsec = 1000000};
  const double          start = LodSeconds();
  int                   complete = 0;
  for (;;) {
    if (MPI_Test(request, &complete, MPI_STATUS_IGNORE) != MPI_SUCCESS) return PETSC_FALSE;
    if (complete) return PETSC_TRUE;
    if (seconds >= 0 && LodSeconds() - start > seconds) return PETSC_FALSE;
    nanosleep(&pause, NULL);
  }
}

LodEnding LodRanksEnd(PetscErrorCode error, PetscBool has_message) {
  int         rank = 0, n_ranks = 1;
  MPI_Request request;
  LodEnding   alone = {error, PETSC_TRUE, PETSC_TRUE};
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
  if (n_ranks == 1) return (LodEnding){error, PETSC_TRUE, PETSC_FALSE};
  /* The lowest rank with a message, or else one with an error, decides. A reduction of another kind
     than those that ranks still at work can be in: it cannot be taken for one of theirs. */
  struct {
    int urgency, error;
  } mine = {!error ? 2 * n_ranks : has_message ? rank : n_ranks + rank, (int)error}, first = mine;
  if (MPI_Iallreduce(&mine, &first, 1, MPI_2INT, MPI_MINLOC, MPI_COMM_WORLD, &request) !=
      MPI_SUCCESS)
    return alone;
  if (!Wait(&request, error ? PATIENCE + STAGGER * rank : -1)) return alone;
  return (LodEnding){(PetscErrorCode)first.error, (PetscBool)(first.urgency == mine.urgency),
                     PETSC_FALSE};
}
