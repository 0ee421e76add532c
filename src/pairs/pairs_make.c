/* Making pairs.h5: draw, compute, append; reuse, continue or refuse what is there.

   The file grows under the name PATH.partial. Its space is reserved when it is made, so that a
   sample only overwrites its own bytes; after each one the file is flushed, then the counter
   `complete` is raised and flushed: a kill at any moment leaves a file that can be continued. When
   all samples are there it is renamed to PATH, or copied there if it is to be compressed
   (pairs_compress.c). */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/events.h"
#include "base/memory.h"
#include "base/report.h"
#include "fem/digits.h"
#include "io/mesh_attributes.h"
#include "io/settings_text.h"
#include "lod/exact.h"
#include "pairs/pairs_private.h"
#include "sample/sample.h"

/* What the functions here hand on: the plan, its text, and where things are written. */
typedef struct {
  const LodPairsPlan *plan;
  const char         *text;                 /* what determines the pairs */
  const char         *path;                 /* of the complete file */
  char                target[LOD_PATH_MAX]; /* the same, links followed */
  char                partial[LOD_PATH_MAX];
  PetscInt            samples;
  PetscBool           quiet;
  PetscBool           warned;     /* of a contrast */
  double              seconds[3]; /* spent on sampling, operators and writing */
} Job;

/* Numbers of one sample: coefficient and operators in double precision, and as the file has them
   where that is single precision. */
typedef struct {
  size_t  n_values, n_numbers;
  double *operators;         /* [n_numbers] */
  float  *values, *narrowed; /* [n_values], [n_numbers] */
} Sample;

/* Reads the settings that made an open file (*text, the caller frees it) and how many samples are
   complete; input errors if it is no pairs file. */
static PetscErrorCode ReadState(LodHdf5 *file, char **text, PetscInt64 *complete) {
  PetscFunctionBeginUser;
  PetscCall(LodHdf5ReadIntegers(file, "complete", 0, INT64_MAX, 1, complete));
  PetscCall(LodHdf5ReadText(file, "/", "config", text));
  PetscFunctionReturn(0);
}

/* Draws sample `sample` as the file will hold it: rounded to single precision, if that is how it is
   stored, so that a pair's operator belongs to exactly its coefficient. */
static PetscErrorCode DrawSample(const Job *job, PetscInt sample, LodCoefficient *coefficient) {
  const LodPairsPlan *plan = job->plan;
  const PetscInt      family = LodPairsFamily(plan, sample);
  char                where[96];

  PetscFunctionBeginUser;
  PetscCall(LodSampleDraw(&plan->families[family], plan->grid.dim, plan->grid.coefficient,
                          plan->seed, LodPairsNumber(plan, sample), coefficient));
  const PetscInt count = LodCoefficientCells(coefficient);
  for (PetscInt i = 0; i < count && plan->pairs.bits < 64; i++)
    coefficient->values[i] = (double)(float)coefficient->values[i];
  snprintf(where, sizeof where, "sample %d (%s)%s", (int)sample,
           LodFamilyName(plan->families[family].family),
           plan->pairs.bits < 64 ? " in single precision" : "");
  PetscCall(LodCoefficientValidate(coefficient, where));
  PetscFunctionReturn(0);
}

/* Checks that a sample is in the file as it would be drawn now. It is not if a picture or a file
   has changed under its name, or the samplers with the version of the program. Rounding differs
   between machines. */
static PetscErrorCode CheckSample(const Job *job, LodHdf5 *file, PetscInt family, PetscInt sample) {
  const LodGrid *grid = &job->plan->grid;
  const PetscInt count = LodCellCount(grid->dim, grid->coefficient);
  LodCoefficient coefficient = {0};
  PetscBool      same = PETSC_TRUE;
  double        *stored;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc1(count, &stored));
  PetscErrorCode error = DrawSample(job, sample, &coefficient);
  if (!error)
    error = LodHdf5ReadRows(file, "coefficients", H5T_NATIVE_DOUBLE, (hsize_t)sample, 1, stored);
  for (PetscInt i = 0; i < count && !error; i++) {
    const double drawn = coefficient.values[i];
    if (!(fabs(drawn - stored[i]) <= 1e-5 * drawn)) same = PETSC_FALSE;
  }
  PetscCall(LodCoefficientDestroy(&coefficient));
  PetscCall(PetscFree(stored));
  PetscCall(error);
  LodCheckInput(same,
                "%s: sample %" PetscInt_FMT " (%s) is not what the settings give now: the picture, "
                "the file or the program has changed; choose another --output or delete the file",
                file->path, sample, LodFamilyName(job->plan->families[family].family));
  PetscFunctionReturn(0);
}

/* Checks that the samples are shared out as the settings say. */
static PetscErrorCode CheckSplit(const Job *job, LodHdf5 *file) {
  PetscInt64 *stored;
  int32_t    *split;
  PetscInt    differs = job->samples;

  PetscFunctionBeginUser;
  PetscCall(PetscMalloc2(job->samples, &stored, job->samples, &split));
  PetscErrorCode error = LodHdf5ReadIntegers(file, "split", 0, 2, job->samples, stored);
  if (!error) error = LodPairsShare(job->plan, split);
  for (PetscInt i = job->samples - 1; i >= 0 && !error; i--)
    if (stored[i] != split[i]) differs = i;
  PetscCall(PetscFree2(stored, split));
  PetscCall(error);
  LodCheckInput(differs == job->samples,
                "%s: split: sample %" PetscInt_FMT " is not where the settings put it: the file is "
                "damaged or the program has changed; choose another --output or delete the file",
                file->path, differs);
  PetscFunctionReturn(0);
}

/* Checks an open file against the job: same settings, the shapes and the split that follow from
   them, and the same samples, of those that are complete: the first of each family, or all that are
   from files, of which single ones may have changed. */
static PetscErrorCode CheckFile(const Job *job, LodHdf5 *file, const char *text,
                                PetscInt64 complete) {
  PetscInt sample = 0;

  PetscFunctionBeginUser;
  PetscCall(
      LodTextCheckSame(file->path, text, job->text, "choose another --output or delete the file"));
  PetscCall(LodPairsCheckShapes(file, &job->plan->grid, job->samples));
  PetscCall(CheckSplit(job, file));
  for (PetscInt f = 0; f < job->plan->n_families && sample < complete; f++) {
    const LodSampleSettings *family = &job->plan->families[f];
    const PetscInt           n = family->family == LOD_FAMILY_FILE ? family->count : 1;
    for (PetscInt i = 0; i < n && sample + i < complete; i++)
      PetscCall(CheckSample(job, file, f, sample + i));
    sample += family->count;
  }
  PetscFunctionReturn(0);
}

/* If `path` exists: checks that it holds what is asked for, or raises an input error. */
static PetscErrorCode CheckComplete(const Job *job, PetscBool *done) {
  LodHdf5    file;
  char      *text = NULL;
  PetscInt64 complete = 0;

  PetscFunctionBeginUser;
  *done = PETSC_FALSE;
  if (access(job->path, F_OK) != 0) PetscFunctionReturn(0);
  PetscCall(LodHdf5Open(job->path, &file));
  PetscErrorCode error = ReadState(&file, &text, &complete);
  if (!error) error = CheckFile(job, &file, text, complete);
  PetscCall(PetscFree(text));
  PetscCall(LodHdf5Close(&file));
  PetscCall(error);
  LodCheckInput(complete == job->samples,
                "%s: only %lld of %" PetscInt_FMT " samples are complete; delete the file",
                job->path, (long long)complete, job->samples);
  *done = PETSC_TRUE;
  PetscFunctionReturn(0);
}

/* The type in memory of what a pairs file holds: double for 64 bits, else float. */
static hid_t NumberType(const LodPairsPlan *plan) {
  return plan->pairs.bits == 64 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
}

/* Makes a dataset whose rows are samples: in place, or compressed. */
static PetscErrorCode CreateSamples(LodHdf5 *file, const char *name, hid_t type, int rank,
                                    const hsize_t *dims, PetscInt compression) {
  hsize_t most[H5S_MAX_RANK] = {1};

  PetscFunctionBeginUser;
  for (int axis = 1; axis < rank; axis++)
    most[axis] = dims[axis];
  if (compression)
    PetscCall(LodHdf5CreateChunked(file, name, type, rank, dims, most, compression));
  else
    PetscCall(LodHdf5CreateRows(file, name, type, rank, dims));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsCreateDatasets(const LodPairsPlan *plan, const char *text,
                                      PetscInt compression, LodHdf5 *file) {
  const LodGrid *grid = &plan->grid;
  const hid_t    type = NumberType(plan);
  hid_t          stored = type; /* of the operators */
  const PetscInt n_samples = LodPairsSamples(plan);
  const hsize_t  samples = (hsize_t)n_samples;
  hsize_t        shape[1 + LOD_MAX_DIM] = {samples};
  int32_t       *split;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5WriteText(file, "/", "config", text));
  PetscCall(LodHdf5WriteText(file, "/", "version", LODNET_VERSION));
  PetscCall(LodPairsWriteGrid(file, grid));
  PetscCall(PetscMalloc1(n_samples, &split));
  PetscCall(LodPairsShare(plan, split));
  PetscCall(LodHdf5WriteArray(file, "split", H5T_NATIVE_INT32, 1, &samples, split));
  PetscCall(PetscFree(split));
  LodMeshShape(grid->dim, grid->coefficient, 0, shape + 1);
  PetscCall(CreateSamples(file, "coefficients", type, 1 + (int)grid->dim, shape, compression));
  if (plan->pairs.bits == 16) PetscCall(LodHdf5BFloat16(&stored));
  PetscCall(
      CreateSamples(file, "operators", stored, 4,
                    (hsize_t[]){samples, (hsize_t)LodGridCells(grid),
                                (hsize_t)LodGridPatchNodes(grid), (hsize_t)LodGridCorners(grid)},
                    compression));
  PetscCall(LodPairsCreateChecksums(file, n_samples));
  if (stored != type) H5Tclose(stored);
  PetscCall(LodHdf5Flush(file));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsWriteCounter(LodHdf5 *file, PetscInt64 complete) {
  const hsize_t one = 1;
  const int64_t counter = complete;
  PetscBool     exists;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5Exists(file, "complete", &exists));
  if (!exists) PetscCall(LodHdf5CreateRows(file, "complete", H5T_NATIVE_INT64, 1, &one));
  PetscCall(LodHdf5WriteRows(file, "complete", H5T_NATIVE_INT64, 0, 1, &counter));
  PetscCall(LodHdf5Flush(file));
  PetscFunctionReturn(0);
}

/* Reserves the disk space of PATH.partial, so that a full disk shows now and not after hours: for a
   file that is yet to be created, its data and more than HDF5 needs beside them, else its present
   size. Leaves the file there; removes it if there is no room. */
static PetscErrorCode ReserveSpace(const Job *job, PetscBool created) {
  const LodGrid *grid = &job->plan->grid;
  struct stat    status;
  double         size = 1e6 + 100. * job->samples +
                (double)PetscMax(32, job->plan->pairs.bits) / 8 * job->samples *
                    ((double)LodCellCount(grid->dim, grid->coefficient) +
                     (double)LodGridCells(grid) * (double)LodGridOperatorSize(grid));

  PetscFunctionBeginUser;
  const int descriptor = open(job->partial, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  LodCheckInput(descriptor >= 0, "%s: cannot be written: %s", job->partial, strerror(errno));
  if (created && fstat(descriptor, &status) == 0) size = (double)status.st_size;
  const int reason = posix_fallocate(descriptor, 0, (off_t)size);
  close(descriptor);
  if (reason) unlink(job->partial);
  PetscCheck(!reason, PETSC_COMM_SELF, PETSC_ERR_FILE_WRITE,
             "%s: the pairs need %.3g MB of disk space: %s", job->path, size / 1e6,
             strerror(reason));
  PetscFunctionReturn(0);
}

/* Opens the unfinished file of an earlier run, or makes a new one. One made with other settings is
   refused, one that cannot be read (killed before it was whole) is made anew. */
static PetscErrorCode OpenPartial(const Job *job, LodHdf5 *file, PetscInt64 *complete) {
  char *text = NULL;

  PetscFunctionBeginUser;
  *complete = 0;
  PetscCall(LodHdf5CheckUnlocked(job->partial));
  if (access(job->partial, F_OK) == 0) {
    PetscErrorCode error = LodHdf5OpenUpdate(job->partial, PETSC_FALSE, file);
    if (!error) error = ReadState(file, &text, complete);
    const PetscBool unreadable = (PetscBool)(error == LOD_ERR_INPUT);
    if (!error) error = CheckFile(job, file, text, *complete);
    PetscCall(PetscFree(text));
    if (error) PetscCall(LodHdf5Close(file));
    if (!unreadable) {
      PetscCall(error);
      PetscFunctionReturn(0);
    }
    LodErrorClear();
  }
  PetscCall(ReserveSpace(job, PETSC_FALSE));
  PetscCall(LodHdf5OpenUpdate(job->partial, PETSC_TRUE, file));
  PetscErrorCode error = LodPairsCreateDatasets(job->plan, job->text, 0, file);
  if (!error) error = LodPairsWriteCounter(file, 0); /* last, when the rest is on the disk */
  if (!error) error = ReserveSpace(job, PETSC_TRUE); /* creating gave the first one back */
  if (error) PetscCall(LodHdf5Close(file));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Rounds numbers to what a file of 16 bits holds. */
static PetscErrorCode RoundToBFloat16(size_t n, float *numbers) {
  hid_t type;

  PetscFunctionBeginUser;
  PetscCall(LodHdf5BFloat16(&type));
  herr_t status = H5Tconvert(H5T_NATIVE_FLOAT, type, n, numbers, NULL, H5P_DEFAULT);
  if (status >= 0) status = H5Tconvert(type, H5T_NATIVE_FLOAT, n, numbers, NULL, H5P_DEFAULT);
  H5Tclose(type);
  PetscCheck(status >= 0, PETSC_COMM_SELF, PETSC_ERR_LIB, "HDF5 cannot round to 16 bits");
  PetscFunctionReturn(0);
}

/* Writes a sample's coefficient and operators, in the precision of the file, and counts it. */
static PetscErrorCode WriteSample(const Job *job, LodHdf5 *file, PetscInt number,
                                  const LodCoefficient *coefficient, Sample *sample) {
  const PetscBool narrow = (PetscBool)(job->plan->pairs.bits < 64);
  const hid_t     type = NumberType(job->plan);
  PetscBool       finite = PETSC_TRUE;

  PetscFunctionBeginUser;
  for (size_t i = 0; i < sample->n_values && narrow; i++)
    sample->values[i] = (float)coefficient->values[i];
  for (size_t i = 0; i < sample->n_numbers; i++) {
    sample->narrowed[i] = (float)sample->operators[i];
    if (!isfinite(sample->narrowed[i])) finite = PETSC_FALSE;
  }
  PetscCheck(finite, PETSC_COMM_SELF, PETSC_ERR_FP,
             "sample %" PetscInt_FMT ": a local operator is not finite in single precision",
             number);
  if (job->plan->pairs.bits == 16) PetscCall(RoundToBFloat16(sample->n_numbers, sample->narrowed));
  const void *values = narrow ? (void *)sample->values : coefficient->values;
  const void *numbers = narrow ? (void *)sample->narrowed : sample->operators;
  PetscCall(LodHdf5WriteRows(file, "coefficients", type, (hsize_t)number, 1, values));
  PetscCall(LodHdf5WriteRows(file, "operators", type, (hsize_t)number, 1, numbers));
  const size_t size = H5Tget_size(type);
  PetscCall(LodPairsWriteChecksums(file, number, values, size * sample->n_values, numbers,
                                   size * sample->n_numbers));
  PetscCall(LodHdf5Flush(file));
  PetscCall(LodPairsWriteCounter(file, number + 1));
  PetscFunctionReturn(0);
}

/* Says once if a coefficient's contrast is one at which solutions are checked against rounding: the
   operators of pairs are not. */
static PetscErrorCode WarnOfContrast(Job *job, PetscInt number, const LodCoefficient *coefficient) {
  PetscBool doubt;
  PetscFunctionBeginUser;
  if (job->warned) PetscFunctionReturn(0);
  PetscCall(LodDigitsAreInDoubt(&job->plan->grid, coefficient, job->plan->grid.fine, &doubt));
  if (doubt)
    LodWarn("%s: sample %" PetscInt_FMT
            " has a contrast above %g: rounding may have taken digits of its operators, which is "
            "not checked here; lod-solve checks, a smaller contrast is safe",
            job->plan->path, number, LOD_SAFE_CONTRAST);
  job->warned = doubt;
  PetscFunctionReturn(0);
}

/* Draws, computes and writes one sample, adding up the time of each. */
static PetscErrorCode MakeSample(Job *job, LodHdf5 *file, PetscInt number,
                                 LodLocalOperators *operators, Sample *sample) {
  LodCoefficient coefficient = {0};
  const double   start = LodSeconds();

  PetscFunctionBeginUser;
  PetscCall(DrawSample(job, number, &coefficient));
  PetscCall(WarnOfContrast(job, number, &coefficient));
  const double drawn = LodSeconds();
  PetscCall(LodLocalOperatorsSetCoefficient(operators, &coefficient));
  PetscCall(LodLocalOperatorsCompute(operators, 0, LodGridCells(&operators->grid),
                                     &(LodComputeOptions){.quiet = PETSC_TRUE}, sample->operators));
  const double computed = LodSeconds();
  PetscCall(LodEventBegin(LOD_EVENT_WRITE));
  PetscCall(WriteSample(job, file, number, &coefficient, sample));
  PetscCall(LodEventEnd(LOD_EVENT_WRITE));
  PetscCall(LodCoefficientDestroy(&coefficient));
  job->seconds[0] += drawn - start;
  job->seconds[1] += computed - drawn;
  job->seconds[2] += LodSeconds() - computed;
  PetscFunctionReturn(0);
}

/* Makes the samples [first, samples). */
static PetscErrorCode Append(Job *job, LodHdf5 *file, PetscInt first,
                             LodLocalOperators *operators) {
  const LodGrid *grid = &job->plan->grid;
  const PetscInt cells = LodGridCells(grid);
  Sample         sample = {.n_values = (size_t)LodCellCount(grid->dim, grid->coefficient),
                           .n_numbers = (size_t)cells * (size_t)LodGridOperatorSize(grid)};
  LodProgress    progress;
  PetscErrorCode error = 0;

  PetscFunctionBeginUser;
  PetscCall(LodMemoryCheck((double)sample.n_numbers * (sizeof(double) + sizeof(float)),
                           "local operators of a sample", "choose fewer layers (ell)"));
  PetscCall(PetscMalloc3(sample.n_numbers, &sample.operators, sample.n_values, &sample.values,
                         sample.n_numbers, &sample.narrowed));
  PetscCall(LodProgressBegin(&progress, "pairs", "pairs",
                             (PetscInt64)(job->samples - first) * cells, job->quiet));
  for (PetscInt number = first; number < job->samples && !error; number++) {
    error = MakeSample(job, file, number, operators, &sample);
    if (!error) error = LodProgressUpdate(&progress, (PetscInt64)(number + 1 - first) * cells);
  }
  PetscCall(LodProgressEnd(&progress));
  PetscCall(PetscFree3(sample.operators, sample.values, sample.narrowed));
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Says how fast it went. */
static void SayRates(const Job *job, PetscInt first, double seconds) {
  const double pairs = (double)(job->samples - first) * LodGridCells(&job->plan->grid);

  if (job->quiet || first == job->samples) return;
  LodSay("pairs: %.0f in %.1f s, %.0f pairs/s: sampling %.1f s, operators %.1f s, writing %.1f s",
         pairs, seconds, pairs / seconds, job->seconds[0], job->seconds[1], job->seconds[2]);
}

/* Computes what is missing in PATH.partial. */
static PetscErrorCode Complete(Job *job) {
  LodHdf5            file;
  PetscInt64         complete;
  LodLocalOperators *operators;
  const double       start = LodSeconds();

  PetscFunctionBeginUser;
  PetscCall(OpenPartial(job, &file, &complete));
  LodCheckInput(complete >= 0 && complete <= job->samples,
                "%s: complete: is %lld, must be at most %lld; delete the file", job->partial,
                (long long)complete, (long long)job->samples);
  if (complete > 0 && !job->quiet)
    LodSay("pairs: %s: continuing, %lld of %lld samples are there", job->partial,
           (long long)complete, (long long)job->samples);
  PetscErrorCode error =
      LodExactForesee(&job->plan->grid, (double)(job->samples - complete), 1, job->quiet);
  if (!error) error = LodExactCreate(&job->plan->grid, &operators);
  if (!error) {
    error = Append(job, &file, (PetscInt)complete, operators);
    PetscCall(LodLocalOperatorsDestroy(&operators));
  }
  PetscErrorCode closing = LodHdf5Close(&file);
  PetscCall(error);
  PetscCall(closing);
  SayRates(job, (PetscInt)complete, LodSeconds() - start);
  PetscFunctionReturn(0);
}

/* Makes PATH of the complete PATH.partial. */
static PetscErrorCode Finish(const Job *job) {
  PetscFunctionBeginUser;
  if (job->plan->pairs.compression > 0)
    PetscCall(LodPairsCompress(job->plan, job->text, job->partial, job->path, job->quiet));
  else
    PetscCall(LodFileRename(job->partial, job->target));
  PetscFunctionReturn(0);
}

PetscErrorCode LodPairsMake(const LodPairsPlan *plan, const char *path, PetscBool quiet) {
  Job       job = {.plan = plan, .text = plan->text, .path = path, .quiet = quiet};
  PetscBool done;

  PetscFunctionBeginUser;
  PetscCall(LodPathFollowLinks(path, job.target));
  LodCheckInput(strlen(job.target) + 16 < sizeof job.partial, "%.60s...: the file name is too long",
                path);
  snprintf(job.partial, sizeof job.partial, "%.*s.partial", LOD_PATH_MAX - 16, job.target);
  job.samples = LodPairsSamples(plan);
  PetscErrorCode error = CheckComplete(&job, &done);
  if (!error && done && !quiet) LodSay("pairs: %s: reused, the settings are the same", path);
  if (!error && !done) error = LodExactForesee(&plan->grid, 0, 1, quiet); /* before the file */
  PetscCall(LodEventBegin(LOD_EVENT_PAIRS));
  if (!error && !done) error = Complete(&job);
  if (!error && !done) error = Finish(&job);
  PetscCall(LodEventEnd(LOD_EVENT_PAIRS));
  PetscCall(error);
  PetscFunctionReturn(0);
}
