/* Temporary files beside the file that they are to become: names, locks, and what is left of them
   when a process dies. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lengths.h"
#include "base/process.h"

/* Between name and ending stand this many hexadecimal digits. */
#define DIGITS 8
#define ENDING ".tmp"

/* How often a name that is taken is replaced by another. */
#define ATTEMPTS 100

/* Names of the temporary files that exist now. A signal handler has to find them, so they live
   here; an entry is in use while its flag is set, and the flag is set last and cleared first. The
   mutex is for threads, not for the handler, which only reads names whose flag is set. */
enum { MAX_OPEN = 16 };
static char            open_names[MAX_OPEN][LOD_PATH_MAX];
static atomic_int      open_used[MAX_OPEN];
static pthread_mutex_t open_mutex = PTHREAD_MUTEX_INITIALIZER;

void LodAtomicFilesRemove(void) {
  for (int i = 0; i < MAX_OPEN; i++) {
    if (!open_used[i]) continue;
    unlink(open_names[i]);
    open_used[i] = 0;
  }
}

/* Notes a temporary file for removal; with too many open at once it is only not removed by signals.
 */
static void Register(const char *name) {
  int i = 0;
  (void)pthread_mutex_lock(&open_mutex);
  while (i < MAX_OPEN && open_used[i])
    i++;
  if (i < MAX_OPEN) {
    snprintf(open_names[i], LOD_PATH_MAX, "%s", name);
    open_used[i] = 1;
  }
  (void)pthread_mutex_unlock(&open_mutex);
}

void LodTemporaryForget(const char *name) {
  (void)pthread_mutex_lock(&open_mutex);
  for (int i = 0; i < MAX_OPEN; i++)
    if (open_used[i] && !strcmp(open_names[i], name)) open_used[i] = 0;
  (void)pthread_mutex_unlock(&open_mutex);
}

/* Locks an open file for as long as it stays open in this process; whether that was possible. The
   lock belongs to the descriptor and does not meet the one that HDF5 takes on its own (flock). */
static PetscBool Lock(int descriptor) {
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return (PetscBool)(fcntl(descriptor, F_OFD_SETLK, &whole) == 0);
}

/* Whether `name` is NAME.xxxxxxxx.tmp of the file `target`, both without directory. */
static PetscBool IsTemporaryOf(const char *name, const char *target) {
  const size_t length = strlen(target);
  if (strncmp(name, target, length) != 0 || name[length] != '.') return PETSC_FALSE;
  name += length + 1;
  return (PetscBool)(strspn(name, "0123456789abcdef") == DIGITS && !strcmp(name + DIGITS, ENDING));
}

/* Removes one temporary file unless a process holds its lock or it cannot be locked. */
static void RemoveIfAbandoned(int directory, const char *name) {
  struct stat status;
  const int   flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const int   descriptor = openat(directory, name, flags);
  if (descriptor < 0) return;
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && Lock(descriptor))
    unlinkat(directory, name, 0);
  close(descriptor);
}

void LodTemporaryRemoveAbandoned(const char *target) {
  char           directory[LOD_PATH_MAX];
  const char    *slash = strrchr(target, '/');
  struct dirent *entry;
  snprintf(directory, sizeof directory, "%.*s", slash ? (int)(slash - target) + 1 : 1,
           slash ? target : ".");
  DIR *stream = opendir(directory);
  if (!stream) return; /* then no file can be made there either, which is said elsewhere */
  while ((entry = readdir(stream)))
    if (IsTemporaryOf(entry->d_name, slash ? slash + 1 : target))
      RemoveIfAbandoned(dirfd(stream), entry->d_name);
  closedir(stream);
}

/* Whether the name still leads to the open file: between open and lock another process may have
   taken it for abandoned. */
static PetscBool IsStillThere(const char *name, int descriptor) {
  struct stat named, opened;
  return (PetscBool)(stat(name, &named) == 0 && fstat(descriptor, &opened) == 0 &&
                     named.st_dev == opened.st_dev && named.st_ino == opened.st_ino);
}

int LodTemporaryCreate(const char *target, unsigned mode, char name[LOD_PATH_MAX],
                       int *descriptor) {
  for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
    uint32_t digits = 0;
    if (getrandom(&digits, sizeof digits, 0) < 0) return errno;
    const int length =
        snprintf(name, LOD_PATH_MAX, "%s.%0*x%s", target, DIGITS, (unsigned)digits, ENDING);
    if (length < 0 || length >= LOD_PATH_MAX) return ENAMETOOLONG;
    *descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (*descriptor < 0 && errno == EEXIST) continue;
    if (*descriptor < 0) return errno;
    (void)Lock(*descriptor); /* where there are no locks, nothing is taken for abandoned */
    if (IsStillThere(name, *descriptor)) {
      Register(name);
      return 0;
    }
    close(*descriptor);
  }
  return EEXIST;
}
