/* What must not reach the TOML library. It goes down one call for every level of the tree, when it
   parses and when it frees, so that a text of many levels would overflow the stack. */
#include <stdio.h>
#include <string.h>

#include "config/toml_adapter_private.h"

/* Most parts of a dotted key and most brackets open at once; settings have three. */
enum { MOST_PARTS = 16, MOST_OPEN = 16 };

/* A place in text[length]. */
typedef struct {
  const char *text;
  size_t      length, at;
  unsigned    line, column; /* from 1, columns in characters of UTF-8 */
} Place;

/* The byte `ahead` bytes after the place, 0 at the end. */
static char Peek(const Place *place, size_t ahead) {
  return ahead < place->length - place->at ? place->text[place->at + ahead] : '\0';
}

/* Moves on by `bytes`, at most to the end. */
static void Advance(Place *place, size_t bytes) {
  for (; bytes > 0 && place->at < place->length; bytes--) {
    const unsigned char byte = (unsigned char)place->text[place->at++];
    if (byte == '\n')
      place->line++, place->column = 1;
    else if ((byte & 0xC0) != 0x80)
      place->column++;
  }
}

/* Whether three of a quotation mark stand at the place. */
static int AtThree(const Place *place, char quote) {
  return Peek(place, 0) == quote && Peek(place, 1) == quote && Peek(place, 2) == quote;
}

/* Moves behind the string that begins at the place; in "..." a backslash takes the next character's
   meaning away. One that never ends goes to the end of the line (or of the text, in three quotation
   marks), where the library refuses it. */
static void SkipString(Place *place) {
  const char quote = Peek(place, 0);
  const int  is_long = AtThree(place, quote);
  Advance(place, is_long ? 3 : 1);
  while (place->at < place->length) {
    const char byte = Peek(place, 0);
    if (byte == '\n' && !is_long) return;
    if (byte == '\\' && quote == '"') {
      Advance(place, 2);
    } else if (is_long ? AtThree(place, quote) : byte == quote) {
      Advance(place, is_long ? 3 : 1);
      for (int more = 0; is_long && more < 2 && Peek(place, 0) == quote; more++)
        Advance(place, 1); /* """ at the end may follow one or two that belong to the string */
      return;
    } else {
      Advance(place, 1);
    }
  }
}

/* Fills in *error and returns 1. */
static int Refuse(const Place *place, const char *what, int most, LodTomlError *error) {
  error->line = place->line;
  error->column = place->column;
  (void)snprintf(error->message, sizeof error->message, "%s: more than %d, which no settings have",
                 what, most);
  return 1;
}

int LodTomlGuard(const char *text, size_t length, LodTomlError *error) {
  Place place = {.text = text, .length = length, .line = 1, .column = 1};
  int   open = 0, parts = 1;
  while (place.at < length) {
    const char byte = Peek(&place, 0);
    if (byte == '"' || byte == '\'') {
      SkipString(&place);
      continue;
    }
    if (byte == '#') {
      const char *end = memchr(text + place.at, '\n', length - place.at);
      Advance(&place, end ? (size_t)(end - text) - place.at : length);
      continue;
    }
    if (strchr("[]{}=,\n", byte)) parts = 1; /* between two of these stands at most one key */
    if (byte == '.' && ++parts > MOST_PARTS)
      return Refuse(&place, "parts of a dotted key", MOST_PARTS, error);
    if (byte == '[' || byte == '{') open++;
    if ((byte == ']' || byte == '}') && open > 0) open--;
    if (open > MOST_OPEN) return Refuse(&place, "lists and tables in each other", MOST_OPEN, error);
    Advance(&place, 1);
  }
  return 0;
}
