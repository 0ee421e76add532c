/* Front end of the fuzz targets: makes input after input from the seeds and gives each to the
   target in a process of its own kind, a worker, which is watched from outside: a crash, more than
   `--limit` seconds on one input, or an answer against the contract (fuzz.h) is a failure, whose
   input is kept. Input number i of seed S is the same in every run. */
#include <argp.h>
#include <errno.h>
#include <omp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/lengths.h"
#include "base/progress.h"
#include "base/start.h"
#include "common/command_line.h"
#include "fuzz.h"

/* Inputs that one worker takes before a new one replaces it, with memory as good as new. */
enum { BATCH = 500 };

/* What a worker may have, bytes. */
#define MEMORY_LIMIT ((rlim_t)2 << 30)

/* A worker under a sanitizer maps more than any limit of the system would let it have; leaks are
   none of its matter, since a call that fails leaves its memory to the end of the process. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  return "detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=2048:"
         "hard_rss_limit_mb=4096";
}

/* The command line. */
typedef struct {
  PetscInt64  seed, first, runs, failures;
  double      seconds, limit;
  const char *keep, *input, *seeds;
} Options;

/* What the worker writes and the parent reads. */
typedef struct {
  FuzzCounts counts;
  uint64_t   number; /* of the input in hand */
  size_t     size;   /* and its bytes */
  uint8_t    data[FUZZ_INPUT_MAX];
} Shared;

static const struct argp_option option_list[] = {
    {"seconds", 't', "S", 0, "Stop after that time (default 10)", 0},
    {"runs", 'n', "N", 0, "Stop after so many inputs (default: no end)", 0},
    {"seed", 's', "SEED", 0, "Of the random numbers (default: the time)", 0},
    {"first", 'f', "I", 0, "Number of the first input (default 0)", 0},
    {"limit", 'l', "S", 0, "Seconds of work that one input may take (default 10)", 0},
    {"failures", 'm', "N", 0, "Stop after so many failures (default 1)", 0},
    {"keep", 'k', "DIR", 0, "Folder for inputs that fail (default: the working directory)", 0},
    {"input", 'i', "FILE", 0, "Only read this input, in this process", 0},
    {"write-seeds", 'w', "DIR", 0, "Only write the seeds to this folder", 0},
    {0}};

/* Takes one option. */
static error_t ParseOption(int key, char *text, struct argp_state *state) {
  Options *options = state->input;
  switch (key) {
  case 't':
    options->seconds = LodOptionReal(state, "--seconds", text, 0, 1e9);
    return 0;
  case 'n':
    options->runs = LodOptionInteger(state, "--runs", text, 1, INT64_MAX);
    return 0;
  case 's':
    options->seed = LodOptionInteger(state, "--seed", text, 0, INT64_MAX);
    return 0;
  case 'f':
    options->first = LodOptionInteger(state, "--first", text, 0, INT64_MAX);
    return 0;
  case 'l':
    options->limit = LodOptionReal(state, "--limit", text, 0.1, 1e6);
    return 0;
  case 'm':
    options->failures = LodOptionInteger(state, "--failures", text, 1, INT64_MAX);
    return 0;
  case 'k':
    options->keep = text;
    return 0;
  case 'i':
    options->input = text;
    return 0;
  case 'w':
    options->seeds = text;
    return 0;
  default:
    return ARGP_ERR_UNKNOWN;
  }
}

/* Number of seeds of the target. */
static size_t CountSeeds(uint8_t *data) {
  size_t n = 0;
  while (FuzzSeed(n, data, FUZZ_INPUT_MAX))
    n++;
  if (!n) FuzzFail("the target has no seeds");
  return n;
}

/* Makes input number `number`: the seeds as they are, then changed ones, most of them in one or two
   places, some in many. */
static void MakeInput(uint64_t seed, uint64_t number, size_t n_seeds, Shared *shared) {
  FuzzRandom random = {.seed = seed, .stream = number};
  if (number < n_seeds) {
    shared->size = FuzzSeed((size_t)number, shared->data, FUZZ_INPUT_MAX);
    return;
  }
  shared->size = FuzzSeed(FuzzBelow(&random, n_seeds), shared->data, FUZZ_INPUT_MAX);
  for (size_t n = 1 + FuzzBelow(&random, (size_t)1 << FuzzBelow(&random, 5)); n > 0; n--)
    shared->size = FuzzMutate(&random, shared->data, shared->size, FUZZ_INPUT_MAX);
}

/* A worker: takes inputs from number `first` until `last` or the time `end`, then ends with 0. */
static void Work(const Options *options, size_t n_seeds, uint64_t first, uint64_t last, double end,
                 Shared *shared) {
  const struct rlimit memory = {MEMORY_LIMIT, MEMORY_LIMIT}, none = {0, 0};
  setpgid(0, 0); /* so that it can be ended with what it starts */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
  setrlimit(RLIMIT_AS, &memory);
#endif
  (void)memory;
  for (uint64_t number = first; number < last; number++) {
    MakeInput((uint64_t)options->seed, number, n_seeds, shared);
    __atomic_store_n(&shared->number, number, __ATOMIC_SEQ_CST);
    FuzzOne(shared->data, shared->size);
    if (LodSeconds() >= end && number >= n_seeds) _exit(0);
  }
  _exit(0);
}

/* Seconds that a process has computed. */
static double ComputeTime(pid_t process) {
  struct timespec time = {0, 0};
  clockid_t       clock;
  if (clock_getcpuclockid(process, &clock) == 0) clock_gettime(clock, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Waits for a worker; returns its wait status, *hangs if it had to be ended because of one input:
   after `limit` seconds of work, or six times as many on the clock, asleep or in another process.
 */
static int Watch(pid_t worker, double limit, const Shared *shared, PetscBool *hangs) {
  uint64_t number = UINT64_MAX;
  double   work = 0, clock = 0;
  int      status;
  *hangs = PETSC_FALSE;
  while (waitpid(worker, &status, WNOHANG) == 0) {
    const uint64_t now = __atomic_load_n(&shared->number, __ATOMIC_SEQ_CST);
    if (now != number) {
      number = now;
      work = ComputeTime(worker);
      clock = LodSeconds();
    } else if (ComputeTime(worker) - work > limit || LodSeconds() - clock > 6 * limit) {
      *hangs = PETSC_TRUE;
      kill(-worker, SIGKILL);
    }
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
  return status;
}

/* Keeps the input in hand at `path`, and beside it the file that was made of it, if any. */
static void Keep(const Options *options, Shared *shared, char path[LOD_PATH_MAX]) {
  char made[LOD_PATH_MAX], kept[LOD_PATH_MAX];
  snprintf(path, LOD_PATH_MAX, "%s/%s-%lld-%llu", options->keep, program_invocation_short_name,
           (long long)options->seed, (unsigned long long)shared->number);
  FuzzWriteFile(path, shared->data, shared->size);
  FuzzPath("case.h5", made);
  if (access(made, R_OK) != 0) return;
  snprintf(kept, sizeof kept, "%.*s.h5", LOD_PATH_MAX - 4, path);
  shared->size = FuzzReadFile(made, shared->data, FUZZ_INPUT_MAX);
  FuzzWriteFile(kept, shared->data, shared->size);
  unlink(made);
}

/* Says what became of a worker that failed. */
static void Report(const Options *options, int status, PetscBool hangs, Shared *shared) {
  char path[LOD_PATH_MAX];
  Keep(options, shared, path);
  printf("%s: input %llu of seed %lld fails: ", program_invocation_short_name,
         (unsigned long long)shared->number, (long long)options->seed);
  if (hangs)
    printf("no end after %g s", options->limit);
  else if (WIFSIGNALED(status))
    printf("signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
  else
    printf("exit status %d", WEXITSTATUS(status));
  printf("\n  again: %s --input %s\n", program_invocation_name, path);
  fflush(stdout);
}

/* Runs workers until time or inputs are used up; returns the number of failures. */
static PetscInt64 Fuzz(const Options *options, Shared *shared) {
  const size_t n_seeds = CountSeeds(shared->data);
  const double begin = LodSeconds(), end = begin + options->seconds;
  PetscInt64   failures = 0;
  uint64_t     number = (uint64_t)options->first, last = number + (uint64_t)options->runs;
  while (number < last && failures < options->failures &&
         (LodSeconds() < end || number < n_seeds)) {
    PetscBool      hangs;
    const uint64_t stop = PetscMin(number + BATCH, last);
    shared->number = number;
    fflush(NULL);
    const pid_t worker = fork();
    if (worker < 0) FuzzFail("no new process: %s", strerror(errno));
    if (worker == 0) Work(options, n_seeds, number, stop, end, shared);
    const int status = Watch(worker, options->limit, shared, &hangs);
    number = shared->number + 1;
    if (!hangs && WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    failures++;
    Report(options, status, hangs, shared);
  }
  printf("%s: %llu inputs in %.1f s, %llu answers accepted, %llu refused, %lld failures\n",
         program_invocation_short_name, (unsigned long long)number - (uint64_t)options->first,
         LodSeconds() - begin, (unsigned long long)shared->counts.accepted,
         (unsigned long long)shared->counts.refused, (long long)failures);
  if (!shared->counts.accepted) printf("nothing was accepted: the target tests nothing\n");
  return failures + !shared->counts.accepted;
}

/* Writes the seeds to files 0, 1, ... of a folder. */
static void WriteSeeds(const char *folder, Shared *shared) {
  char path[LOD_PATH_MAX];
  for (size_t i = 0; (shared->size = FuzzSeed(i, shared->data, FUZZ_INPUT_MAX)) > 0; i++) {
    snprintf(path, sizeof path, "%s/%zu", folder, i);
    FuzzWriteFile(path, shared->data, shared->size);
  }
}

/* What the command line asks for; returns the number of failures. */
static PetscInt64 Run(const Options *options, Shared *shared) {
  if (options->seeds) {
    WriteSeeds(options->seeds, shared);
    return 0;
  }
  if (!options->input) {
    printf("%s: --seed %lld\n", program_invocation_short_name, (long long)options->seed);
    return Fuzz(options, shared);
  }
  shared->size = FuzzReadFile(options->input, shared->data, FUZZ_INPUT_MAX);
  FuzzOne(shared->data, shared->size);
  printf("%s: no failure\n", options->input);
  return 0;
}

int main(int argc, char **argv) {
  static const struct argp parser = {.options = option_list,
                                     .parser = ParseOption,
                                     .doc = "Gives changed inputs to one of lodnet's readers."};
  Options                  options = {.seed = time(NULL),
                                      .seconds = 10,
                                      .limit = 10,
                                      .runs = INT64_MAX / 2,
                                      .failures = 1,
                                      .keep = "."};
  argp_parse(&parser, argc, argv, 0, NULL, &options);
  argc = 1;
  if (LodInitialize(&argc, &argv)) return 1;
  omp_set_num_threads(1); /* threads do not survive a fork */
  Shared *shared =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 1;
  fuzz_counts = &shared->counts;
  FuzzFolderMake();
  FuzzStart();
  const PetscInt64 failures = Run(&options, shared);
  FuzzFolderRemove();
  munmap(shared, sizeof *shared);
  return LodFinalize() || failures > 0;
}
