/* What is missing in jansson for JSON reports: values that need care, and printing. */
#ifndef LODNET_IO_JSON_H
#define LODNET_IO_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "grid/grid.h"

/* New values, for json_pack's "o": a number, null if it is not finite; text, whose letters become
   '?' where it is not UTF-8 (file names need not be); a mesh. NULL where memory is lacking. */
json_t *LodJsonNumber(double number);
json_t *LodJsonText(const char *text);
json_t *LodJsonMesh(const LodGrid *grid);

/* Prints an object, one member a line, numbers so that they read back exactly, and releases it. An
   error for NULL, which is what jansson gives where memory is lacking; failures to write are the
   owner's of the stream to find. */
PetscErrorCode LodJsonPrint(FILE *stream, json_t *object);

#endif
