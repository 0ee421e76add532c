/* Members of JSON objects, printed one by one. */
#ifndef LODNET_IO_JSON_H
#define LODNET_IO_JSON_H

#include <stdio.h>

#include "grid/grid.h"

/* Prints `"key": "text"` with JSON's escapes, then `end`. */
void LodJsonText(FILE *stream, const char *key, const char *text, const char *end);

/* Prints `"key": number`, null for a number that is not finite, then `end`. */
void LodJsonNumber(FILE *stream, const char *key, double number, const char *end);

/* Prints the mesh as an object, `"mesh": {...}`, then `end`. */
void LodJsonMesh(FILE *stream, const LodGrid *grid, const char *end);

#endif
