/* What to try after a training that went badly, from how it went. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "io/history.h"
#include "train/train.h"

/* A training loss that fell by more than 1 - STILL in the last tenth of the epochs still falls. */
#define STILL 0.98
/* A validation loss that many times the training loss is far above it. */
#define FAR 3
/* A loss above this part of what knowing nothing gives is hardly any better. */
#define NOTHING 0.5
/* Room for a list of keys. */
#define LIST_MAX 256

/* Appends to the advice, hints apart by semicolons. */
static void Hint(char advice[LOD_MESSAGE_MAX], const char *format, ...) {
  const size_t used = strlen(advice);
  va_list      arguments;
  va_start(arguments, format);
  (void)snprintf(advice + used, LOD_MESSAGE_MAX - used, "%s", used ? "; " : "");
  (void)vsnprintf(advice + strlen(advice), LOD_MESSAGE_MAX - strlen(advice), format, arguments);
  va_end(arguments);
}

/* Appends a key that is off to a list. */
static void NameIfOff(const char *key, PetscBool on, char off[LIST_MAX]) {
  const size_t used = strlen(off);
  if (!on) (void)snprintf(off + used, LIST_MAX - used, "%s%s", used ? ", " : "", key);
}

/* Names the switches of the structure that are off though the mesh allows them. */
static void HintStructure(const LodTrainPlan *plan, char advice[LOD_MESSAGE_MAX]) {
  const LodNetworkSettings *network = &plan->network;
  char                      off[LIST_MAX] = "";
  for (PetscInt i = 0; i < LOD_SWITCHES; i++)
    if (network->n_encoder > 0 || !lod_switches[i].needs_encoder)
      NameIfOff(lod_switches[i].name, LodSwitchIsOn(&lod_switches[i], &network->structure), off);
  NameIfOff("normalise", network->normalise, off);
  NameIfOff("symmetric", (PetscBool)(network->symmetric || LodGridHasNaturalFaces(&plan->grid)),
            off);
  if (off[0]) Hint(advice, "[network] has %s off: take them out, the defaults are true", off);
  if (network->n_encoder == 0) Hint(advice, "[network] has no encoder: the default has one");
}

void LodTrainingAdvice(const LodTrainPlan *plan, const LodHistory *history,
                       char advice[LOD_MESSAGE_MAX]) {
  const PetscInt last = history->epochs - 1, back = PetscMax(1, history->epochs / 10);
  const double  *rows = history->history;
  advice[0] = 0;
  HintStructure(plan, advice);
  if (last < 0) return;
  const double *row = rows + last * LOD_HISTORY_COLUMNS;
  const double *best = rows + (history->best_epoch - 1) * LOD_HISTORY_COLUMNS;
  if (last < back ||
      row[LOD_HISTORY_TRAIN] < STILL * (row - back * LOD_HISTORY_COLUMNS)[LOD_HISTORY_TRAIN])
    Hint(advice, "the training loss still falls: more epochs than %d", (int)history->epochs);
  if (best[LOD_HISTORY_VALIDATION] > FAR * best[LOD_HISTORY_TRAIN])
    Hint(advice, "the validation loss is %.1f times the training loss: more coefficients (count)",
         best[LOD_HISTORY_VALIDATION] / best[LOD_HISTORY_TRAIN]);
  if (history->trivial > 0 && best[LOD_HISTORY_TRAIN] > NOTHING * history->trivial)
    Hint(advice,
         "the training loss is %.2g of what a network that says 0 has: another rate in "
         "schedule",
         best[LOD_HISTORY_TRAIN] / history->trivial);
  Hint(advice, "%smore coefficients, wider layers (hidden), or a smaller contrast beta / alpha",
       advice[0] ? "else " : "");
}
