/* Numbers in text, read strictly. */
#ifndef LODNET_BASE_NUMBERS_H
#define LODNET_BASE_NUMBERS_H

#include <petscsys.h>

/* Reads a whole number or a finite real number; blanks, trailing letters and numbers that do not
   fit are refused. Returns NULL, or what is wrong in words. *value is set on success only. */
const char *LodIntegerParse(const char *text, PetscInt64 *value);
const char *LodRealParse(const char *text, double *value);

#endif
