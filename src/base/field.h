/* Functions of a point, wherever their values come from: the right-hand sides that fem integrates.
 */
#ifndef LODNET_BASE_FIELD_H
#define LODNET_BASE_FIELD_H

#include <petscsys.h>

typedef struct LodField LodField;

/* values: those at `count` points, coordinate `axis` of point p being points[axis][p]; returns the
   first point whose value is not finite, or `count`. It raises no error: threads call it, each with
   a number of its own below n_threads. refuse: raises the input error of a point whose value is not
   finite, which it names; called by one thread. */
struct LodField {
  PetscInt (*values)(LodField *self, int thread, PetscInt count, const double *const points[3],
                     double *values);
  PetscErrorCode (*refuse)(LodField *self, const double point[3], double value);
  PetscErrorCode (*destroy)(LodField *self); /* frees `data` */
  const char *where, *name;                  /* in messages: `WHERE: NAME is ...`; borrowed */
  int         n_threads;
  PetscBool   constant; /* the same value everywhere */
  void       *data;
};

/* A function given as text (expression.h), an input error if it cannot be parsed; `where` and
   `text` are borrowed. */
PetscErrorCode LodFieldFromText(const char *text, PetscInt dim, const char *where, int n_threads,
                                LodField **field);

/* A function of the program: value(context, point), called by as many threads at a time;
   coordinates beyond the dimension are 0. */
PetscErrorCode LodFieldFromFunction(double (*value)(void *context, const double point[3]),
                                    void *context, PetscInt dim, const char *where, int n_threads,
                                    LodField **field);

/* Destroys *field and sets it NULL; NULL is accepted. */
PetscErrorCode LodFieldDestroy(LodField **field);

#endif
