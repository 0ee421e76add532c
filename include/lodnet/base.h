/* The ground everything else stands on: version, errors, start and end of a program, progress,
   and files that are either whole or absent.

   Errors. Every function of the library returns a PetscErrorCode and is called through PetscCall.
   What a user can cause (a bad file, a bad number, an option that does not fit) is raised by
   LodInputError or LodCheckInput with the code LOD_ERR_INPUT and a message of the form
   `FILE: PLACE: what is wrong`; everything else that fails uses PETSc's own codes. Nothing is
   printed where an error is raised: the first message is kept and LodProgramEnd prints it once, as
   `PROGRAM: MESSAGE`, and chooses the exit status (2 for LOD_ERR_INPUT, 1 for the rest). */
#ifndef LODNET_BASE_H
#define LODNET_BASE_H

#include <petscsys.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Code of every error that a user's input caused. */
#define LOD_ERR_INPUT PETSC_ERR_USER_INPUT

/* Longest message kept, and longest file name accepted. */
#define LOD_MESSAGE_MAX 2048
#define LOD_PATH_MAX PETSC_MAX_PATH_LEN

/* Raises an input error from a function that returns PetscErrorCode; the message is printf's. */
#define LodInputError(...) SETERRQ(PETSC_COMM_SELF, LOD_ERR_INPUT, __VA_ARGS__)

/* Raises an input error unless `requirement` holds. */
#define LodCheckInput(requirement, ...)                                                            \
  PetscCheck(requirement, PETSC_COMM_SELF, LOD_ERR_INPUT, __VA_ARGS__)

/* Starts MPI and PETSc and installs the error handler that keeps the first message and prints
   nothing; also silences HDF5's own printing, fixes BLAS to one thread, limits the others
   (LodThreadsMost) and registers the events (events.h). Programs call it through LodProgramBegin,
   tests directly. */
PetscErrorCode LodInitialize(int *argc, char ***argv);

/* Ends PETSc and MPI. */
PetscErrorCode LodFinalize(void);

/* The first message raised since the last call that succeeded in clearing it; "" if none. */
const char *LodErrorMessage(void);

/* Forgets the kept message (after an error that the caller handled). */
void LodErrorClear(void);

/* Makes all ranks of `comm` agree: returns the largest error code any rank passed. Use it after
   work that ranks do by themselves (reading and checking input, writing a file), so that no rank
   waits for another that has left: a rank that had no error of its own leaves too, and keeps no
   message. Collective. */
PetscErrorCode LodErrorAgree(MPI_Comm comm, PetscErrorCode error);

/* Checks that data[bytes] is the same on all ranks, by its hash; if not, all of them raise an input
   error on `what` (a file, an option). Collective. */
PetscErrorCode LodCheckSameOnRanks(MPI_Comm comm, const void *data, size_t bytes, const char *what);

/* LodProgramOwnArguments splits the command line at the first `--` and returns how many words stand
   before it, which are the program's; LodProgramParse (command_line.h), which main calls first,
   gives them to argp. Everything after it goes to PETSc when LodProgramBegin is called. From then
   on the program ends with status 1 and a message if standard output cannot be written.

   LodProgramBegin(argc, argv) starts MPI, PETSc and the handlers and limits the number of threads;
   `argc`/`argv` are main's whole command line. LodProgramEnd prints the kept message if `error` is
   not 0, removes what unfinished files are left, ends PETSc and returns the exit status for main.
   On several ranks it is collective: the lowest rank with a message prints it, and all return the
   same status. Ranks that do not come to their end within seconds of an error are aborted. */
int            LodProgramOwnArguments(int argc, char **argv);
PetscErrorCode LodProgramBegin(int argc, char **argv);
int            LodProgramEnd(const char *name, PetscErrorCode error);

/* Progress of a loop of `total` steps, with rate and time left, on stderr of rank 0 unless `quiet`.
   On a terminal a bar, once the loop has run for a second; elsewhere (a log file) lines, the first
   after ten seconds, then one every half minute, in long runs after every tenth of the time so far,
   at most ten minutes. LodProgressUpdate may be called as often as one likes (it redraws ten times
   a second at most), by one thread at a time. LodProgressEnd erases the bar. */
typedef struct {
  const char *label;       /* what the loop does, e.g. "pairs" */
  const char *unit;        /* what one step is, e.g. "cells" */
  PetscInt64  total, done; /* steps */
  double      start, next; /* seconds, monotonic clock: of the beginning and of the next output */
  PetscBool   shown, enabled, terminal;
} LodProgress;

PetscErrorCode LodProgressBegin(LodProgress *progress, const char *label, const char *unit,
                                PetscInt64 total, PetscBool quiet);
PetscErrorCode LodProgressUpdate(LodProgress *progress, PetscInt64 done);
PetscErrorCode LodProgressEnd(LodProgress *progress);

/* Says on stderr of rank 0, unless `quiet`, what a piece of work is likely to cost, before it
   begins, if that is more than ten seconds: `PROGRAM: WHAT: about 140 s, 3.1 GB; ADVICE`. */
PetscErrorCode LodAnnounce(const char *what, double seconds, double bytes, const char *advice,
                           PetscBool quiet);

/* Prints `PROGRAM: warning: ...` on stderr, on rank 0 only: what was done is not what was asked
   for, or cannot be trusted; the message (printf's, without newline) says what to do about it. */
void LodWarn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Most threads that can be of use here: eight for each processor that this process may use. A
   program whose environment asks for more starts with so many, and a warning. */
PetscInt LodThreadsMost(void);

/* Bytes of memory that this process can still have: what the machine has free, within the limits
   that are set for the process. */
double LodMemoryAvailable(void);

/* Checks, before the work, that `bytes` can be had; if not, an input error says that `what` needs
   them, what there is, and the remedy ("" if there is none). */
PetscErrorCode LodCheckMemory(double bytes, const char *what, const char *remedy);

/* Units. A and f come in any units (1e-15 m^2, 1e9 Pa), but the libraries below have thresholds
   that are absolute numbers, and squares leave double precision from 1e154 on. Systems are
   therefore solved in units of powers of two, in which their largest numbers are about 1; nothing
   is rounded by that.

   LodLargest gives the largest |values[i]| (0 of none); it is not finite if one of them is not,
   which fmax would hide. LodExponent gives e with 2^e <= largest < 2^(e+1), at most 1000 in size; 0
   for 0 and for what is not finite. LodScaleByPower gives to[] = 2^exponent from[]; the two may be
   the same array, but not overlap otherwise. LodSolutionToUnits does that to the solution of system
   `what` ("fine") and makes an error of one that is not finite, or that is lost because it is
   smaller than double precision can say. */
double         LodLargest(size_t count, const double *values);
int            LodExponent(double largest);
void           LodScaleByPower(int exponent, size_t count, const double *from, double *to);
PetscErrorCode LodSolutionToUnits(const char *what, int exponent, size_t count, double *values);

/* Seconds on the monotonic clock. */
double LodSeconds(void);

/* A file that is either whole or absent. Begin fills `temporary` with a name to write to, or Write
   appends to it; Commit flushes it to the disk and gives it its name, Abort removes it. Every
   writer goes this way, so that these rules hold for all of them:
   - Symbolic links are followed, those too that lead to nothing yet; the links stay.
   - A file that replaces another keeps its mode and, if that is allowed, its owner. A file that is
     write-protected is refused, for root too.
   - What is no regular file (a device, a FIFO) is never replaced: Commit copies the temporary
   there, which then stands in $TMPDIR or /tmp. Begin also checks that the directory exists and is
   writable: an input error if not.

   Temporaries stand beside the file, TARGET.xxxxxxxx.tmp, and are locked while they are in use. A
   signal (Ctrl-C, TERM) removes them; what a kill -9 leaves is removed by the next Begin for the
   same file. */
typedef struct {
  char      path[LOD_PATH_MAX];      /* as it was given */
  char      target[LOD_PATH_MAX];    /* the same, links followed */
  char      temporary[LOD_PATH_MAX]; /* what to write to */
  int       descriptor;              /* of the temporary */
  PetscBool replaces;                /* the target is a file or not there yet */
  PetscBool begun, renamed;
} LodAtomicFile;

PetscErrorCode LodAtomicFileBegin(LodAtomicFile *file, const char *path);
PetscErrorCode LodAtomicFileWrite(LodAtomicFile *file, const void *bytes, size_t size);
PetscErrorCode LodAtomicFileCommit(LodAtomicFile *file);
PetscErrorCode LodAtomicFileAbort(LodAtomicFile *file);

/* Gives a finished file that was written under another name in the same directory its own name, by
   the same rules; `to` is what LodFollowLinks says. */
PetscErrorCode LodRename(const char *from, const char *to);

/* Where symbolic links lead from `path`; need not exist. */
PetscErrorCode LodFollowLinks(const char *path, char target[LOD_PATH_MAX]);

/* Whether what is written to `path` makes or replaces a regular file: not a device, say. */
PetscBool LodOutputIsFile(const char *path);

/* Finds out before the work whether files can be written after it: names[n_names], in `directory`
   or, if that is NULL, paths. Input errors as LodAtomicFileBegin, and if one of them is the same
   file as one of inputs[n_inputs] (entries may be NULL, or no files), by whatever path or link. */
PetscErrorCode LodCheckOutputs(const char *directory, PetscInt n_names, const char *const names[],
                               PetscInt n_inputs, const char *const inputs[]);

/* Makes directory `path` and its parents unless they exist; an input error if that is impossible.
 */
PetscErrorCode LodMakeDirectory(const char *path);

/* Counter-based random numbers: number `counter` of stream `stream` of `seed`, the same on every
   machine and for any order of calls and number of threads (Philox4x32-10: J. Salmon et al.,
   "Parallel random numbers: as easy as 1, 2, 3", SC 2011). LodRandomUniform lies in [0,1) with 53
   random bits; LodRandomNormal is standard normal (Box-Muller over counters 2c and 2c+1). */
uint64_t LodRandomBits(uint64_t seed, uint64_t stream, uint64_t counter);
double   LodRandomUniform(uint64_t seed, uint64_t stream, uint64_t counter);
double   LodRandomNormal(uint64_t seed, uint64_t stream, uint64_t counter);

#ifdef __cplusplus
}
#endif
#endif
