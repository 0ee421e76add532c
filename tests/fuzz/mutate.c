/* Random changes of texts and bytes. */
#include <ctype.h>
#include <string.h>

#include "fuzz.h"

/* Numbers at which readers go wrong. */
static const char *const numbers[] = {
    "0",          "-1",         "1",        "2",     "3",      "255",   "65536",
    "2147483647", "2147483648", "1e308",    "1e309", "1e-320", "-1e-9", "9223372036854775807",
    "1000000",    "nan",        "infinity", "-inf",  "0x7f",   "1_000", "9223372036854775808",
};

/* Replaces `removed` bytes at `place` by `inserted` bytes of `from`, unless the result is longer
   than `most`; returns the new length. `from` lies outside data. */
static size_t Replace(uint8_t *data, size_t size, size_t most, size_t place, size_t removed,
                      const void *from, size_t inserted) {
  if (place > size) place = size;
  if (removed > size - place) removed = size - place;
  if (size - removed + inserted > most) return size;
  memmove(data + place + inserted, data + place + removed, size - place - removed);
  memcpy(data + place, from, inserted);
  return size - removed + inserted;
}

/* The range of letters and digits (or of everything else) around `place`: first byte and length. */
static size_t Token(const uint8_t *data, size_t size, size_t place, size_t *length) {
  const int kind = isalnum(data[place]) != 0;
  size_t    begin = place, end = place;
  while (begin > 0 && (isalnum(data[begin - 1]) != 0) == kind)
    begin--;
  while (end < size && (isalnum(data[end]) != 0) == kind)
    end++;
  *length = end - begin;
  return begin;
}

/* A random entry of a list that ends with NULL. */
static const char *Word(FuzzRandom *random, const char *const *words) {
  size_t n = 0;
  while (words[n])
    n++;
  return words[FuzzBelow(random, n)];
}

/* Inserts `word`, or if it is NULL a short piece of the input once more, up to many thousand times:
   nesting, long lines. */
static size_t Repeat(FuzzRandom *random, const char *word, uint8_t *data, size_t size,
                     size_t most) {
  uint8_t      piece[64];
  const size_t longest = 1 + FuzzBelow(random, PetscMin(size, sizeof piece));
  const size_t length =
      word ? PetscMin(strlen(word), sizeof piece) : 1 + FuzzBelow(random, longest);
  const size_t place = FuzzBelow(random, size - (word ? 0 : length) + 1);
  const size_t wanted = (size_t)1 << FuzzBelow(random, 17);
  const size_t times = PetscMin(wanted, (most - size) / length);
  memcpy(piece, word ? (const uint8_t *)word : data + place, length);
  memmove(data + place + times * length, data + place, size - place);
  for (size_t i = 0; i < times; i++)
    memcpy(data + place + i * length, piece, length);
  return size + times * length;
}

/* Copies or moves a piece of the input to another place. */
static size_t Copy(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  uint8_t      piece[256];
  const size_t length = 1 + FuzzBelow(random, PetscMin(size, sizeof piece));
  memcpy(piece, data + FuzzBelow(random, size - length + 1), length);
  return Replace(data, size, most, FuzzBelow(random, size), FuzzBelow(random, 2) * length, piece,
                 length);
}

size_t FuzzMutateBytes(FuzzRandom *random, const char *const *words, uint8_t *data, size_t size,
                       size_t most) {
  const size_t n_numbers = sizeof numbers / sizeof numbers[0];
  uint8_t      bytes[4];
  if (!size) data[size++] = (uint8_t)FuzzBits(random);
  size_t       place = FuzzBelow(random, size), length;
  const size_t begin = Token(data, size, place, &length);
  const char  *text;
  switch (FuzzBelow(random, 12)) {
  case 0:
    data[place] ^= (uint8_t)(1U << FuzzBelow(random, 8));
    return size;
  case 1:
    data[place] = (uint8_t)FuzzBits(random);
    return size;
  case 2: /* a few random bytes more */
    memcpy(bytes, (uint32_t[]){(uint32_t)FuzzBits(random)}, sizeof bytes);
    return Replace(data, size, most, place, 0, bytes, 1 + FuzzBelow(random, sizeof bytes));
  case 3: /* a piece less */
    return Replace(data, size, most, place, 1 + FuzzBelow(random, 1 + FuzzBelow(random, 100)), "",
                   0);
  case 4:
    return Copy(random, data, size, most);
  case 5:
    text = FuzzBelow(random, 2) ? Word(random, words) : NULL;
    return FuzzBelow(random, 4) ? Copy(random, data, size, most)
                                : Repeat(random, text, data, size, most);
  case 6: /* the end is missing */
    return FuzzBelow(random, 4) ? size : place;
  case 7:
  case 8:
    text = numbers[FuzzBelow(random, n_numbers)];
    return Replace(data, size, most, begin, length, text, strlen(text));
  case 9:
    text = Word(random, words);
    return Replace(data, size, most, begin, length, text, strlen(text));
  default:
    text = Word(random, words);
    return Replace(data, size, most, place, 0, text, strlen(text));
  }
}
