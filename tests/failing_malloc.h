/* Memory that runs out when it is told to. For programs that are linked with the library's objects
   and -Wl,--wrap=malloc and so on (tests/meson.build): then all that the objects allocate passes
   through here, PETSc's memory too, which it takes from lodnet's handlers (base/memory.c). Only
   what lodnet asks for fails; what PETSc's own code asks for is counted. */
#ifndef LODNET_TESTS_FAILING_MALLOC_H
#define LODNET_TESTS_FAILING_MALLOC_H

#include <errno.h>
#include <oneapi/dnnl/dnnl.h>
#include <petscsys.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pieces that are there, in an open hash table; a prime number of places. */
enum { MEMORY_PLACES = 1000003 };
static struct {
  pthread_mutex_t lock;
  void           *piece[MEMORY_PLACES];
  long            live;  /* pieces and objects of oneDNN that are there */
  long            calls; /* since memory_fails_at, of lodnet */
  long            fails; /* the call that fails, from 1; 0: none */
} memory = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The call comes from PETSc's own code. */
static _Thread_local int memory_is_petscs;

/* The call number `n` from now on fails, once; 0: none does. */
static inline void memory_fails_at(long n) {
  memory.calls = 0;
  memory.fails = n;
}

/* Whether the call that was to fail has come. */
static inline int memory_has_failed(void) {
  return memory.fails > 0 && memory.calls >= memory.fails;
}

/* Counts a call; whether it is to fail. */
static inline int memory_call(void) {
  if (memory_is_petscs) return 0;
  (void)pthread_mutex_lock(&memory.lock);
  const int failed = ++memory.calls == memory.fails;
  (void)pthread_mutex_unlock(&memory.lock);
  return failed;
}

/* The place of a piece, or the free one where its search ends. */
static inline size_t memory_place(const void *piece) {
  size_t place = (size_t)piece / 16 * 2654435761u % MEMORY_PLACES;
  while (memory.piece[place] && memory.piece[place] != piece)
    place = (place + 1) % MEMORY_PLACES;
  return place;
}

/* Notes a new piece, and gives it back. */
static inline void *memory_note(void *piece) {
  if (!piece) return piece;
  (void)pthread_mutex_lock(&memory.lock);
  memory.piece[memory_place(piece)] = piece;
  memory.live++;
  (void)pthread_mutex_unlock(&memory.lock);
  return piece;
}

/* Forgets a piece, if it has been noted. */
static inline void memory_forget(const void *piece) {
  if (!piece) return;
  (void)pthread_mutex_lock(&memory.lock);
  size_t hole = memory_place(piece);
  if (memory.piece[hole]) {
    memory.piece[hole] = NULL;
    memory.live--;
    /* Those behind it that are not where they belong are placed anew. */
    for (size_t i = (hole + 1) % MEMORY_PLACES; memory.piece[i]; i = (i + 1) % MEMORY_PLACES) {
      void *moved = memory.piece[i];
      memory.piece[i] = NULL;
      memory.piece[memory_place(moved)] = moved;
    }
  }
  (void)pthread_mutex_unlock(&memory.lock);
}

/* What the linker calls in the place of the C library's functions, and those. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *piece, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int   __real_posix_memalign(void **piece, size_t alignment, size_t size);
void  __real_free(void *piece);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *piece, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int   __wrap_posix_memalign(void **piece, size_t alignment, size_t size);
void  __wrap_free(void *piece);

void *__wrap_malloc(size_t size) {
  return memory_call() ? NULL : memory_note(__real_malloc(size));
}
void *__wrap_calloc(size_t n, size_t size) {
  return memory_call() ? NULL : memory_note(__real_calloc(n, size));
}
void *__wrap_realloc(void *piece, size_t size) {
  if (memory_call()) return NULL;
  memory_forget(piece);
  return memory_note(__real_realloc(piece, size));
}
void *__wrap_aligned_alloc(size_t alignment, size_t size) {
  return memory_call() ? NULL : memory_note(__real_aligned_alloc(alignment, size));
}
int __wrap_posix_memalign(void **piece, size_t alignment, size_t size) {
  if (memory_call()) return 1;
  const int failed = __real_posix_memalign(piece, alignment, size);
  if (!failed) (void)memory_note(*piece);
  return failed;
}
void __wrap_free(void *piece) {
  memory_forget(piece);
  __real_free(piece);
}

/* Streams hold memory, too. With 64-bit offsets, as meson has it, fopen is called fopen64. */
FILE *__real_fopen64(const char *path, const char *mode);
int   __real_fclose(FILE *stream);
FILE *__wrap_fopen64(const char *path, const char *mode);
int   __wrap_fclose(FILE *stream);

FILE *__wrap_fopen64(const char *path, const char *mode) {
  const int asks = !strncmp(path, "/proc/", 6) || !strncmp(path, "/sys/", 5); /* what there is */
  if (!asks && memory_call()) {
    errno = ENOMEM;
    return NULL;
  }
  return memory_note(__real_fopen64(path, mode));
}
int __wrap_fclose(FILE *stream) {
  memory_forget(stream);
  return __real_fclose(stream);
}

/* The same for objects of oneDNN: NAME(object, ...) makes one, or fails. */
#define MEMORY_DNNL(name, type, parameters, arguments)                                             \
  dnnl_status_t __real_##name parameters;                                                          \
  dnnl_status_t __wrap_##name parameters;                                                          \
  dnnl_status_t __wrap_##name parameters {                                                         \
    if (memory_call()) return dnnl_out_of_memory;                                                  \
    const dnnl_status_t status = __real_##name arguments;                                          \
    if (status == dnnl_success) (void)memory_note((void *)*made);                                  \
    return status;                                                                                 \
  }
#define MEMORY_DNNL_END(name, type)                                                                \
  dnnl_status_t __real_##name(type object);                                                        \
  dnnl_status_t __wrap_##name(type object);                                                        \
  dnnl_status_t __wrap_##name(type object) {                                                       \
    memory_forget((const void *)object);                                                           \
    return __real_##name(object);                                                                  \
  }
MEMORY_DNNL(dnnl_primitive_attr_create, dnnl_primitive_attr_t, (dnnl_primitive_attr_t * made),
            (made))
MEMORY_DNNL(dnnl_post_ops_create, dnnl_post_ops_t, (dnnl_post_ops_t * made), (made))
MEMORY_DNNL(dnnl_primitive_create, dnnl_primitive_t,
            (dnnl_primitive_t * made, const_dnnl_primitive_desc_t from), (made, from))
MEMORY_DNNL(dnnl_primitive_desc_create, dnnl_primitive_desc_t,
            (dnnl_primitive_desc_t * made, const_dnnl_op_desc_t from,
             const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine,
             const_dnnl_primitive_desc_t hint),
            (made, from, attributes, engine, hint))
MEMORY_DNNL(dnnl_memory_create, dnnl_memory_t,
            (dnnl_memory_t * made, const dnnl_memory_desc_t *from, dnnl_engine_t engine,
             void *values),
            (made, from, engine, values))
MEMORY_DNNL(dnnl_stream_create, dnnl_stream_t,
            (dnnl_stream_t * made, dnnl_engine_t engine, unsigned flags), (made, engine, flags))
MEMORY_DNNL_END(dnnl_primitive_attr_destroy, dnnl_primitive_attr_t)
MEMORY_DNNL_END(dnnl_post_ops_destroy, dnnl_post_ops_t)
MEMORY_DNNL_END(dnnl_primitive_destroy, dnnl_primitive_t)
MEMORY_DNNL_END(dnnl_primitive_desc_destroy, dnnl_primitive_desc_t)
MEMORY_DNNL_END(dnnl_memory_destroy, dnnl_memory_t)
MEMORY_DNNL_END(dnnl_stream_destroy, dnnl_stream_t)

/* lodnet's handlers of PETSc's memory, which those below call. */
static struct {
  PetscErrorCode (*allocate)(size_t, PetscBool, int, const char *, const char *, void **);
  PetscErrorCode (*reallocate)(size_t, int, const char *, const char *, void **);
  PetscErrorCode (*free)(void *, int, const char *, const char *);
} memory_handlers;

/* Copying a text in the name of lodnet; the call of PetscMalloc is in PETSc's file. */
static _Thread_local int memory_copies;
PetscErrorCode           __real_PetscStrallocpy(const char text[], char **copy);
PetscErrorCode           __wrap_PetscStrallocpy(const char text[], char **copy);
PetscErrorCode           __wrap_PetscStrallocpy(const char text[], char **copy) {
            memory_copies = 1;
            const PetscErrorCode error = __real_PetscStrallocpy(text, copy);
            memory_copies = 0;
            return error;
}

/* Whether a file is PETSc's, not one of this tree: those are named from the build folder. */
static inline int memory_file_is_petscs(const char *file) {
  static const char here[] = __FILE__, own[] = "tests/failing_malloc.h";
  const size_t      folder = sizeof here - sizeof own;
  return !file || strncmp(file, here, folder) != 0 || strncmp(file + folder, "src/", 4) != 0;
}

static PetscErrorCode memory_allocate(size_t size, PetscBool clear, int line, const char *function,
                                      const char *file, void **piece) {
  memory_is_petscs = !memory_copies && memory_file_is_petscs(file);
  const PetscErrorCode error = memory_handlers.allocate(size, clear, line, function, file, piece);
  memory_is_petscs = 0;
  return error;
}
static PetscErrorCode memory_reallocate(size_t size, int line, const char *function,
                                        const char *file, void **piece) {
  memory_is_petscs = memory_file_is_petscs(file);
  const PetscErrorCode error = memory_handlers.reallocate(size, line, function, file, piece);
  memory_is_petscs = 0;
  return error;
}

/* Takes over PETSc's memory, after LodInitialize. */
static inline PetscErrorCode memory_take_over(void) {
  memory_handlers.allocate = PetscTrMalloc;
  memory_handlers.reallocate = PetscTrRealloc;
  memory_handlers.free = PetscTrFree;
  PetscErrorCode error = PetscMallocClear();
  if (!error) error = PetscMallocSet(memory_allocate, memory_handlers.free, memory_reallocate);
  return error;
}

#endif
