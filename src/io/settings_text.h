/* Settings as text, compared. */
#ifndef LODNET_IO_SETTINGS_TEXT_H
#define LODNET_IO_SETTINGS_TEXT_H

#include <petscsys.h>

/* Raises an input error that names the first line in which two such texts differ and the table that
   it stands in, and ends with `advice`; no error if they are equal. `path` is what the text `found`
   is from. */
PetscErrorCode LodTextCheckSame(const char *path, const char *found, const char *wanted,
                                const char *advice);

#endif
