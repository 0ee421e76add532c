/* Text files that are either whole or absent: a stream on top of LodAtomicFile. */
#ifndef LODNET_BASE_TEXT_FILE_H
#define LODNET_BASE_TEXT_FILE_H

#include "base/file.h"

typedef struct {
  LodAtomicFile atomic;
  FILE         *stream; /* print to this one; errors are found by LodTextFileCommit */
} LodTextFile;

/* Begins `directory`/`name` (`name` alone if directory is NULL). What is printed to `stream` gets
   its name at LodTextFileCommit, which also reports any failure to write (disk full), and removes
   the file then. Who leaves between the two calls LodTextFileAbort. */
PetscErrorCode LodTextFileBegin(LodTextFile *file, const char *directory, const char *name);
PetscErrorCode LodTextFileCommit(LodTextFile *file);
PetscErrorCode LodTextFileAbort(LodTextFile *file);

/* Prints text as a cell of a table in Markdown, a backslash before each letter of `special`, '|'
   among them. */
void LodPrintCell(FILE *stream, const char *text, const char *special);

/* Prints a number so that reading it gives the same number: %.17g, `missing` if not finite. */
void LodNumberPrint(FILE *stream, double value, const char *missing);

#endif
