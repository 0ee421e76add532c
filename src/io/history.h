/* The history of a training run as a table. */
#ifndef LODNET_IO_HISTORY_H
#define LODNET_IO_HISTORY_H

/* Columns of a history row, and their names in files. */
enum {
  LOD_HISTORY_EPOCH,
  LOD_HISTORY_SECONDS,
  LOD_HISTORY_TRAIN,
  LOD_HISTORY_VALIDATION,
  LOD_HISTORY_RATE,
  LOD_HISTORY_COLUMNS
};
#define LOD_HISTORY_NAMES "epoch,seconds,train_loss,validation_loss,learning_rate"

#endif
