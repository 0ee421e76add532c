/* How deep a TOML text nests, found out before the parser sees it: toml++ and what walks its tree
   go one call deeper with each level, and a key of many parts (a.a.a. ...) has one level a part, so
   that a small file could exhaust the stack. Settings have three levels. */
#include "config/toml_adapter_private.h"

#include <stdio.h>
#include <string.h>

/* Most parts of one key, and most brackets and braces that are open at a place. */
#define MOST_LEVELS 16

/* The first place behind the string that begins with the quote at text[i]. */
static size_t SkipString(const char *text, size_t length, size_t i) {
  const char   quote = text[i];
  const size_t quotes = i + 2 < length && text[i + 1] == quote && text[i + 2] == quote ? 3 : 1;
  size_t       found = 0; /* quotes in a row */
  for (i += quotes; i < length && found < quotes; i++) {
    if (quotes == 1 && text[i] == '\n') return i; /* an error that the parser reports */
    found = text[i] == quote ? found + 1 : 0;
    if (text[i] == '\\' && quote == '"') i++;
  }
  /* Up to two quotes may be the end of the text itself, in front of the last three. */
  for (int n = 0; quotes == 3 && n < 2 && i < length && text[i] == quote; n++)
    i++;
  return i < length ? i : length;
}

/* The first place behind the line that text[i] belongs to. */
static size_t SkipLine(const char *text, size_t length, size_t i) {
  const char *end = memchr(text + i, '\n', length - i);
  return end ? (size_t)(end - text) + 1 : length;
}

/* Fills in *error for the character text[i]. */
static void Refuse(const char *text, size_t i, LodTomlError *error) {
  error->line = error->column = 1;
  for (size_t j = 0; j < i; j++) {
    error->column += ((unsigned char)text[j] & 0xc0) != 0x80; /* characters, not bytes */
    if (text[j] != '\n') continue;
    error->line++;
    error->column = 1;
  }
  (void)snprintf(error->message, sizeof error->message,
                 "more than %d levels of tables, lists or parts of a key", MOST_LEVELS);
}

int LodTomlCheckNesting(const char *text, size_t length, LodTomlError *error) {
  int parts = 0, open = 0; /* points of the key in hand; brackets and braces */
  for (size_t i = 0; i < length;) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = SkipString(text, length, i);
      continue;
    }
    if (c == '.') parts++;
    if (c == '[' || c == '{') open++;
    if (c == ']' || c == '}') open -= open > 0;
    if (c != '\0' && strchr("=,[]{}\n#", c)) parts = 0;
    if (parts >= MOST_LEVELS || open > MOST_LEVELS) {
      Refuse(text, i, error);
      return 1;
    }
    i = c == '#' ? SkipLine(text, length, i) : i + 1;
  }
  return 0;
}
