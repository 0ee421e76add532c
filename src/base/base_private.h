#ifndef LODNET_BASE_PRIVATE_H
#define LODNET_BASE_PRIVATE_H

/* Removes the temporary file of every atomic file that is begun and not committed. Safe in a signal
   handler. */
void LodAtomicFilesRemove(void);

#endif
