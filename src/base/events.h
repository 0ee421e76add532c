/* The phases of lodnet as events of PETSc's log: `PROGRAM ... -- -log_view` lists them, class
   `lodnet`, with their times beside PETSc's own. Only the thread that called LodInitialize logs;
   none begins or ends inside a loop of threads. Without -log_view they cost a few nanoseconds. */
#ifndef LODNET_BASE_EVENTS_H
#define LODNET_BASE_EVENTS_H

#include <petscsys.h>

typedef enum {
  LOD_EVENT_READ,          /* input files */
  LOD_EVENT_WRITE,         /* output files */
  LOD_EVENT_SAMPLE,        /* one coefficient drawn */
  LOD_EVENT_PAIRS,         /* training pairs made: sampling, operators, writing */
  LOD_EVENT_CELLS,         /* exact operators: cells condensed */
  LOD_EVENT_WINDOWS,       /* lines of cells merged */
  LOD_EVENT_PATCHES,       /* patches finished; the whole of the patch-by-patch path */
  LOD_EVENT_GATHER,        /* learned operators: inputs of the network */
  LOD_EVENT_NETWORK,       /* its forward passes */
  LOD_EVENT_SCATTER,       /* operators from its outputs */
  LOD_EVENT_ASSEMBLY,      /* coarse matrix, its local operators included */
  LOD_EVENT_COARSE_SOLVE,  /* coarse (LOD) system solved */
  LOD_EVENT_Q1_ASSEMBLY,   /* fine and plain coarse problem: matrix */
  LOD_EVENT_Q1_SETUP,      /* their solver's set-up */
  LOD_EVENT_Q1_SOLVE,      /* their solve */
  LOD_EVENT_TRAINING_STEP, /* one step of training */
  LOD_EVENTS
} LodEvent;

/* Registers all of them for the calling thread; LodInitialize does, LodFinalize forgets them. */
PetscErrorCode LodEventsRegister(void);
void           LodEventsForget(void);

/* Begin and end of a phase. Nothing happens unless PETSc's log is on. Phases may enclose others; an
   error may leave a phase open. */
PetscErrorCode LodEventBegin(LodEvent event);
PetscErrorCode LodEventEnd(LodEvent event);

#endif
