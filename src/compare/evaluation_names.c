/* Names of the coefficients of an evaluation, each different from all others, and of their folders.
 */
#include <ctype.h>
#include <string.h>

#include "compare/compare_private.h"
#include "sample/sample.h"

/* Room that a number behind a name takes. */
#define NUMBER_ROOM 16

/* Copies text to name, so much of it that a number has room behind; control characters become
   blanks, and a cut does not split a letter of several bytes. */
static void CopyName(const char *text, char name[LOD_EVALUATION_NAME]) {
  const size_t most = LOD_EVALUATION_NAME - NUMBER_ROOM;
  size_t       length = strlen(text);
  if (length > most) {
    length = most - 3;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
      length--;
  }
  snprintf(name, LOD_EVALUATION_NAME, "%.*s%s", (int)length, text, text[length] ? "..." : "");
  for (; *name; name++)
    if (iscntrl((unsigned char)*name)) *name = ' ';
}

/* What draw number `number` of a family on a mesh of `cells` cells per axis is: "iid [1, 5] on 8",
   "lognormal variance 1", the expression itself. Several draws may have the same name. */
static void PlainName(const LodSampleSettings *family, PetscInt cells, PetscInt number,
                      char name[LOD_EVALUATION_NAME]) {
  const char *kind = LodFamilyName(family->family), *slash;
  char        text[LOD_TEXT_MAX];
  switch (family->family) {
  case LOD_FAMILY_IID:
    snprintf(text, sizeof text, "%s [%g, %g] on %d", kind, family->alpha, family->beta,
             (int)LodSampleScale(family, cells, number));
    break;
  case LOD_FAMILY_LOGNORMAL:
    snprintf(text, sizeof text, "%s variance %g", kind, family->variance);
    break;
  case LOD_FAMILY_CHANNELS:
    snprintf(text, sizeof text, "%s [%g, %g] width %d%s", kind, family->alpha, family->beta,
             (int)family->channel_width, family->channel_low ? " low" : "");
    break;
  case LOD_FAMILY_FILE:
    slash = strrchr(family->file, '/');
    snprintf(text, sizeof text, "%.200s[%d]", slash ? slash + 1 : family->file,
             (int)(family->first + number));
    break;
  case LOD_FAMILY_EXPRESSION:
    snprintf(text, sizeof text, "%s", family->expression);
    break;
  default:
    snprintf(text, sizeof text, "%s [%g, %g]", kind, family->alpha, family->beta);
  }
  CopyName(text, name);
}

void LodEvaluationFolder(const char *name, char folder[LOD_EVALUATION_NAME]) {
  size_t length = 0;
  for (; *name; name++) {
    const PetscBool plain = (PetscBool)(isalnum((unsigned char)*name) ||
                                        (length > 0 && (*name == '.' || *name == '_')));
    if (!plain && (length == 0 || folder[length - 1] == '-')) continue;
    folder[length++] = plain ? *name : '-';
  }
  while (length > 1 && folder[length - 1] == '-')
    length--;
  folder[length] = 0;
  if (length == 0) snprintf(folder, LOD_EVALUATION_NAME, "coefficient");
}

/* Whether one of rows[n] has the same folder; letters count as equal in either case, because some
   file systems do not tell them apart. */
static PetscBool IsTaken(const LodEvaluationRow *rows, PetscInt n, const char *name) {
  char folder[LOD_EVALUATION_NAME], other[LOD_EVALUATION_NAME];
  LodEvaluationFolder(name, folder);
  for (PetscInt i = 0; i < n; i++) {
    LodEvaluationFolder(rows[i].name, other);
    if (strcasecmp(folder, other) == 0) return PETSC_TRUE;
  }
  return PETSC_FALSE;
}

void LodEvaluationName(const LodSampleSettings *family, PetscInt cells, PetscInt number,
                       const LodEvaluationRow *rows, PetscInt n, char name[LOD_EVALUATION_NAME]) {
  char     plain[LOD_EVALUATION_NAME], other[LOD_EVALUATION_NAME];
  PetscInt same = 0, before = 0;
  PlainName(family, cells, number, plain);
  for (PetscInt i = 0; i < family->count; i++) {
    PlainName(family, cells, i, other);
    if (strcmp(plain, other) != 0) continue;
    same++;
    if (i < number) before++;
  }
  snprintf(name, LOD_EVALUATION_NAME, "%s", plain);
  if (same > 1)
    snprintf(name, LOD_EVALUATION_NAME, "%.*s %d", LOD_EVALUATION_NAME - NUMBER_ROOM, plain,
             (int)before + 1);
  for (PetscInt i = before + 2; IsTaken(rows, n, name); i++)
    snprintf(name, LOD_EVALUATION_NAME, "%.*s %d", LOD_EVALUATION_NAME - NUMBER_ROOM, plain,
             (int)i);
}
