/* Looks at a file before it is trusted. HDF5 reads some damaged files past the end of its own
   memory, or goes round in a circle for ever, and nothing that it returns tells beforehand. So a
   process of its own, a fork, opens the file first and asks for everything in it that readers ask
   for; if it dies, or has computed for longer than any file takes, the file is damaged at the place
   where it was.

   The fork touches HDF5 and the C library only, neither MPI nor threads, and leaves by _exit, so
   that whatever the program has open stays as it is. It takes about a millisecond. Where no process
   can be made, files are read without this.

   In a process with several threads only the one that calls goes on in the fork. No other is inside
   HDF5 then, since whoever uses it holds the lock of the libraries, and glibc hands the fork an
   allocator and streams that work. A handler of SIGCHLD of the host may see the process end, and
   may wait for it, too. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/session.h"
#include "io/hdf5_private.h"

/* Seconds of computing that a look may take; it needs thousandths. */
#define MOST_SECONDS 2

/* Datasets up to this size are read whole, of larger ones the first and the last number; attributes
   that are larger are not read. */
#define MOST_BYTES ((hsize_t)1 << 20)

/* What the two processes share: where the look is, the names of the datasets found so far,
   separated by commas, as many as fit, and whether it came to its end. */
typedef struct {
  char         place[256];
  char         datasets[LOD_HDF5_NAMES];
  size_t       used; /* of datasets[] */
  volatile int ended;
} Report;

/* What the callbacks need. */
typedef struct {
  Report     *report;
  const char *object; /* whose attributes are looked at */
} Look;

/* Reads an attribute as it is stored (callback of H5Aiterate2). */
static herr_t LookAtAttribute(hid_t object, const char *name, const H5A_info_t *info,
                              void *context) {
  Look       *look = context;
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  (void)info;
  (void)snprintf(look->report->place, sizeof look->report->place, "attribute %.100s%s%.100s", name,
                 strcmp(look->object, "/") ? " of " : "",
                 strcmp(look->object, "/") ? look->object : "");
  if (attribute < 0) return 0;
  const hid_t    type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  const size_t   size = H5Tget_size(type);
  if (count > 0 && size > 0 && (hsize_t)count <= MOST_BYTES / size) {
    void *values = calloc((size_t)count, size);
    if (values) (void)H5Aread(attribute, type, values);
    free(values); /* texts that it points to go with the process */
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
  return 0;
}

/* Reads one number, the first or the last. */
static void ReadCorner(hid_t dataset, hid_t space, int rank, const hsize_t *dims, int last) {
  hsize_t     first[H5S_MAX_RANK], count[H5S_MAX_RANK];
  double      value;
  const hid_t memory = H5Screate(H5S_SCALAR);
  for (int axis = 0; axis < rank; axis++) {
    first[axis] = last ? dims[axis] - 1 : 0;
    count[axis] = 1;
  }
  H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, count, NULL);
  (void)H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &value);
  H5Sclose(memory);
}

/* Reads numbers of a dataset, if it holds numbers and they are in the file. */
static void LookAtNumbers(hid_t dataset) {
  char            defect[256];
  hsize_t         dims[H5S_MAX_RANK];
  const hid_t     type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  const int       rank = H5Sget_simple_extent_dims(space, dims, NULL);
  const hssize_t  count = H5Sget_simple_extent_npoints(space);
  const PetscBool numbers = LodHdf5IsNumber(H5Tget_class(type));
  if (LodHdf5StorageDefect(dataset, defect) || !numbers || count <= 0 || rank < 0) {
    /* Nothing that a reader would read. */
  } else if ((hsize_t)count <= MOST_BYTES / sizeof(double)) {
    double *values = malloc((size_t)count * sizeof *values);
    if (values) (void)H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    free(values);
  } else {
    ReadCorner(dataset, space, rank, dims, 0);
    ReadCorner(dataset, space, rank, dims, 1);
  }
  H5Sclose(space);
  H5Tclose(type);
}

/* Appends the name of a dataset. */
static void NoteDataset(const char *name, Report *report) {
  const size_t room = sizeof report->datasets - report->used;
  char        *end = report->datasets + report->used;
  if (report->used + 1 == sizeof report->datasets) return;
  if (strlen(name) + 16 > room) {
    (void)snprintf(end, room, ", ...");
    report->used = sizeof report->datasets - 1;
    return;
  }
  report->used += (size_t)snprintf(end, room, "%s'%s'", report->used ? ", " : "", name);
}

/* Looks at one object of the file, by its name. */
static void LookAtObject(hid_t place, const char *name, Report *report) {
  Look look = {.report = report, .object = name};
  (void)snprintf(report->place, sizeof report->place, "%.200s", name);
  const hid_t object = H5Oopen(place, name, H5P_DEFAULT);
  if (object < 0) return;
  const H5I_type_t kind = H5Iget_type(object);
  if (kind == H5I_DATASET) NoteDataset(name, report);
  if (kind == H5I_DATASET) LookAtNumbers(object);
  if (kind == H5I_DATASET || kind == H5I_GROUP)
    (void)H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, LookAtAttribute, &look);
  H5Oclose(object);
}

/* Looks where a link leads (callback of H5Lvisit). */
static herr_t LookAtLink(hid_t group, const char *name, const H5L_info_t *info, void *context) {
  (void)info;
  LookAtObject(group, name, context);
  return 0;
}

/* Opens the file. A file that this program has open already HDF5 opens again only under the same
   access list, and would share the position of its descriptor; by another driver it is another one.
 */
static hid_t OpenToLook(const char *path) {
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file >= 0) return file;
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (H5Pset_fapl_stdio(access) >= 0) file = H5Fopen(path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  return file;
}

/* What the other process does. Handlers of this program would remove its unfinished files. */
__attribute__((noreturn)) static void LookAtFile(const char *path, Report *report) {
  const struct rlimit none = {0, 0}, computing = {MOST_SECONDS, MOST_SECONDS};
  for (int number = 1; number < NSIG; number++)
    (void)signal(number, SIG_DFL);
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)setrlimit(RLIMIT_CPU, &computing);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) {
    (void)dup2(nowhere, STDOUT_FILENO);
    (void)dup2(nowhere, STDERR_FILENO);
  }
  const hid_t file = OpenToLook(path);
  if (file >= 0) {
    LookAtObject(file, "/", report);
    (void)H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, LookAtLink, report);
    (void)H5Fclose(file);
  }
  report->ended = 1;
  _exit(0);
}

/* Waits for the other process. */
static void Await(pid_t process) {
  int status;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
}

PetscErrorCode LodHdf5Probe(const char *path, char datasets[LOD_HDF5_NAMES]) {
  char place[256] = "";

  PetscFunctionBeginUser;
  datasets[0] = 0;
  Report *report =
      mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (report == MAP_FAILED) PetscFunctionReturn(0);
  LodLibrariesLock();
  const pid_t process = fork();
  if (process == 0) LookAtFile(path, report);
  LodLibrariesUnlock();
  if (process > 0) Await(process);
  const PetscBool sound = (PetscBool)(process < 0 || report->ended);
  (void)snprintf(place, sizeof place, "%s", report->place[0] ? report->place : "its beginning");
  (void)snprintf(datasets, LOD_HDF5_NAMES, "%s", report->datasets);
  munmap(report, sizeof *report);
  LodCheckInput(sound, "%s: %s: the file is damaged: HDF5 does not come to an end with it", path,
                place);
  PetscFunctionReturn(0);
}
