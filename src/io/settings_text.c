/* Settings as text, compared. */
#include "io/settings_text.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* Copies the line that begins at `line` to text[256], "nothing" if it is empty. */
static void CopyLine(const char *line, char text[256]) {
  const int length = (int)strcspn(line, "\n");
  snprintf(text, 256, "%.*s", length ? length : 7, length ? line : "nothing");
}

PetscErrorCode LodTextCheckSame(const char *path, const char *found, const char *wanted,
                                const char *advice) {
  char old[256], asked[256], table[256] = "";

  PetscFunctionBeginUser;
  while (*found || *wanted) {
    const size_t length = strcspn(found, "\n"), other = strcspn(wanted, "\n");
    if (length != other || strncmp(found, wanted, length) != 0) break;
    if (*wanted == '[') CopyLine(wanted, table);
    found += length + (found[length] == '\n');
    wanted += other + (wanted[other] == '\n');
  }
  if (!*found && !*wanted) PetscFunctionReturn(0);
  CopyLine(found, old);
  CopyLine(wanted, asked);
  LodInputError("%s: %s%smade with other settings: it has '%s', now asked for is '%s'; %s", path,
                table, table[0] ? ": " : "", old, asked, advice);
  PetscFunctionReturn(0);
}
