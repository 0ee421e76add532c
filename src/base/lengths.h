/* Longest names and texts. */
#ifndef LODNET_BASE_LENGTHS_H
#define LODNET_BASE_LENGTHS_H

#include <petscsys.h>

/* Longest file name accepted. */
#define LOD_PATH_MAX PETSC_MAX_PATH_LEN

/* Longest of other names and expressions. */
#define LOD_TEXT_MAX 512

#endif
