/* The phases of lodnet in PETSc's log. */
#include "base/events.h"

#include <petsclog.h>
#include <string.h>

static const char *const names[LOD_EVENTS] = {
    [LOD_EVENT_READ] = "LodRead",
    [LOD_EVENT_WRITE] = "LodWrite",
    [LOD_EVENT_SAMPLE] = "LodSample",
    [LOD_EVENT_PAIRS] = "LodPairs",
    [LOD_EVENT_CELLS] = "LodCells",
    [LOD_EVENT_WINDOWS] = "LodWindows",
    [LOD_EVENT_PATCHES] = "LodPatches",
    [LOD_EVENT_GATHER] = "LodGather",
    [LOD_EVENT_NETWORK] = "LodNetwork",
    [LOD_EVENT_SCATTER] = "LodScatter",
    [LOD_EVENT_ASSEMBLY] = "LodAssembly",
    [LOD_EVENT_COARSE_SOLVE] = "LodCoarseSolve",
    [LOD_EVENT_Q1_ASSEMBLY] = "LodQ1Assembly",
    [LOD_EVENT_Q1_SETUP] = "LodQ1SetUp",
    [LOD_EVENT_Q1_SOLVE] = "LodQ1Solve",
    [LOD_EVENT_TRAINING_STEP] = "LodTrainStep",
};

/* PETSc's numbers of the events. 0 is no event of ours: before LodEventsRegister, and in all
   threads but the one that has called it, since PETSc's log is for one thread. */
static _Thread_local PetscLogEvent ids[LOD_EVENTS];

PetscErrorCode LodEventsRegister(void) {
  PetscClassId class_id;
  PetscFunctionBeginUser;
  PetscCall(PetscClassIdRegister("lodnet", &class_id));
  for (int event = 0; event < LOD_EVENTS; event++)
    PetscCall(PetscLogEventRegister(names[event], class_id, &ids[event]));
  PetscFunctionReturn(0);
}

void LodEventsForget(void) {
  memset(ids, 0, sizeof ids);
}

PetscErrorCode LodEventBegin(LodEvent event) {
  if (!ids[event]) return 0;
  return PetscLogEventBegin(ids[event], 0, 0, 0, 0);
}

PetscErrorCode LodEventEnd(LodEvent event) {
  if (!ids[event]) return 0;
  return PetscLogEventEnd(ids[event], 0, 0, 0, 0);
}
