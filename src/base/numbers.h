/* Numbers in text: read strictly, and points in messages. */
#ifndef LODNET_BASE_NUMBERS_H
#define LODNET_BASE_NUMBERS_H

#include <petscsys.h>

/* Reads a whole number or a finite real number; blanks, trailing letters and numbers that do not
   fit are refused. Returns NULL, or what is wrong in words. *value is set on success only. */
const char *LodIntegerParse(const char *text, PetscInt64 *value);
const char *LodRealParse(const char *text, double *value);

/* Writes the coordinates of a point, point[dim], as "0.2, 0.8" into text[] and returns that. */
#define LOD_POINT_TEXT 64
const char *LodPointText(PetscInt dim, const double point[], char text[LOD_POINT_TEXT]);

#endif
