/* The history of a training run as a table. */
#ifndef LODNET_IO_HISTORY_H
#define LODNET_IO_HISTORY_H

/* Columns of a history row. */
enum {
  LOD_HISTORY_EPOCH,
  LOD_HISTORY_SECONDS,
  LOD_HISTORY_TRAIN,
  LOD_HISTORY_VALIDATION,
  LOD_HISTORY_RATE,
  LOD_HISTORY_COLUMNS
};

#endif
