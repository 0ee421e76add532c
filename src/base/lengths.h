/* Longest names and texts. */
#ifndef LODNET_BASE_LENGTHS_H
#define LODNET_BASE_LENGTHS_H

#include <petscsys.h>

/* Longest file name accepted. */
#define LOD_PATH_MAX PETSC_MAX_PATH_LEN

/* Longest of other names and expressions. */
#define LOD_TEXT_MAX 512

/* Room for a place in a file, as in "FILE: line 7, column 3: "left" in [boundary]". */
#define LOD_WHERE_MAX (LOD_PATH_MAX + 128)

#endif
