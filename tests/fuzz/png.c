/* Pictures. Checksums and compressed streams are made anew after most changes, so that these get
   past libpng's first checks. */
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "sample/png_private.h"
#include "sample/sample.h"

/* Length of the signature; of a chunk without its data: length, type, checksum. */
enum { SIGNATURE = 8, CHUNK = 12 };

static const char *const words[] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM",
                                    "sRGB", "iCCP", "tEXt", "zTXt", "iTXt", "bKGD", "pHYs",
                                    "sBIT", "hIST", "tIME", "sPLT", "eXIf", NULL};

/* Widths, heights and other four-byte numbers. */
static const uint32_t sizes[] = {0,       1,       2,     3,          7,       1000,
                                 1000000, 1000001, 65536, 0x7fffffff, 1U << 31};

void FuzzStart(void) {}

/* Writes a picture with the given header through libpng; returns its length. */
static size_t MakePicture(int color, int bits, int interlace, png_uint_32 width, uint8_t *data,
                          size_t most) {
  const png_uint_32 height = 5;
  char             *made = NULL;
  size_t            size = 0;
  FILE             *stream = open_memstream(&made, &size);
  png_structp       png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop         info = png_create_info_struct(png);
  png_color         palette[2] = {{0, 0, 0}, {200, 100, 50}};
  png_byte          row[256];
  png_init_io(png, stream);
  png_set_IHDR(png, info, width, height, bits, color, interlace, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 2);
  png_write_info(png, info);
  const int passes = interlace ? png_set_interlace_handling(png) : 1;
  for (int pass = 0; pass < passes; pass++)
    for (png_uint_32 y = 0; y < height; y++) {
      memset(row, color == PNG_COLOR_TYPE_PALETTE ? 0 : (int)(40 * y), sizeof row);
      png_write_row(png, row);
    }
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  (void)fclose(stream);
  size = PetscMin(size, most);
  memcpy(data, made, size);
  free(made);
  return size;
}

size_t FuzzSeed(size_t number, uint8_t *data, size_t most) {
  static const char *const patterns[] = {"tests/fuzz/seeds/png/*", NULL};
  static const int         kinds[][3] = {/* colour, bits, interlace */
                                 {PNG_COLOR_TYPE_GRAY, 1, 0},      {PNG_COLOR_TYPE_GRAY, 8, 1},
                                 {PNG_COLOR_TYPE_GRAY, 16, 0},     {PNG_COLOR_TYPE_RGB, 8, 0},
                                 {PNG_COLOR_TYPE_RGBA, 16, 1},     {PNG_COLOR_TYPE_PALETTE, 2, 1},
                                 {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 0}};
  const size_t             n = sizeof kinds / sizeof kinds[0];
  if (number >= n) return FuzzSeedFile(patterns, number - n, data, most);
  return MakePicture(kinds[number][0], kinds[number][1], kinds[number][2], 9, data, most);
}

/* A four-byte number, big endian, and its place. */
static uint32_t Get(const uint8_t *data) {
  return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}
static void Put(uint8_t *data, uint32_t value) {
  for (int i = 0; i < 4; i++)
    data[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Begin of the chunk after the one at `place`; `size` if that is not whole. */
static size_t Next(const uint8_t *data, size_t size, size_t place) {
  if (size < CHUNK || place > size - CHUNK) return size;
  const size_t length = Get(data + place);
  return length <= size - CHUNK - place ? place + CHUNK + length : size;
}

/* Makes the checksum of every whole chunk right. */
static void Checksums(uint8_t *data, size_t size) {
  size_t place = SIGNATURE, next;
  for (; place < size && (next = Next(data, size, place)) - place >= CHUNK; place = next) {
    if (next - place != CHUNK + (size_t)Get(data + place)) return;
    Put(data + next - 4, (uint32_t)crc32(0, data + place + 4, (uInt)(next - place - 8)));
  }
}

/* The begin of a random chunk. */
static size_t Choose(FuzzRandom *random, const uint8_t *data, size_t size) {
  size_t n = FuzzBelow(random, 6), place = SIGNATURE;
  while (n-- > 0 && Next(data, size, place) < size)
    place = Next(data, size, place);
  return PetscMin(place, size);
}

/* Replaces data[begin, end) by from[length] if there is room; returns the new size. */
static size_t Splice(uint8_t *data, size_t size, size_t most, size_t begin, size_t end,
                     const uint8_t *from, size_t length) {
  if (size - (end - begin) + length > most) return size;
  memmove(data + begin + length, data + end, size - end);
  memcpy(data + begin, from, length);
  return size - (end - begin) + length;
}

/* Changes the rows of the picture: opens the stream of the first IDAT, changes bytes or appends
   rows, and packs it again. */
static size_t ChangeRows(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  static uint8_t rows[1 << 16], packed[1 << 17];
  size_t         place = SIGNATURE;
  while (place < size - CHUNK && memcmp(data + place + 4, "IDAT", 4) != 0)
    place = Next(data, size, place);
  const size_t next = Next(data, size, place);
  uLongf       n = sizeof rows, length = sizeof packed - CHUNK;
  if (place >= size - CHUNK || next - place < CHUNK) return size;
  const int status = uncompress(rows, &n, data + place + 8, next - place - CHUNK);
  if (status != Z_OK || n == 0) n = 1 + FuzzBelow(random, 100);
  for (size_t i = FuzzBelow(random, 4); i > 0; i--)
    rows[FuzzBelow(random, n)] = (uint8_t)FuzzBits(random);
  n = FuzzBelow(random, 4) ? n : 1 + FuzzBelow(random, sizeof rows);
  if (compress2(packed + 8, &length, rows, n, (int)FuzzBelow(random, 10)) != Z_OK) return size;
  Put(packed, (uint32_t)length);
  memcpy(packed + 4, "IDAT", 4);
  return Splice(data, size, most, place, next, packed, length + CHUNK);
}

/* Inserts a new chunk of a known or copied type in front of the one at `place`. */
static size_t InsertChunk(FuzzRandom *random, uint8_t *data, size_t size, size_t most,
                          size_t place) {
  uint8_t      chunk[CHUNK + 256];
  const size_t length = FuzzBelow(random, 257);
  for (size_t i = 0; i < sizeof chunk; i++)
    chunk[i] = (uint8_t)FuzzBits(random);
  Put(chunk, (uint32_t)length);
  memcpy(chunk + 4, words[FuzzBelow(random, sizeof words / sizeof words[0] - 1)], 4);
  return Splice(data, size, most, place, place, chunk, CHUNK + length);
}

/* A change that knows of chunks. */
static size_t MutateChunks(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  const size_t place = Choose(random, data, size), next = Next(data, size, place);
  const size_t n_sizes = sizeof sizes / sizeof sizes[0];
  const size_t length = next - place >= CHUNK ? next - place - CHUNK : 0;
  switch (FuzzBelow(random, 8)) {
  case 0: /* width or height */
    Put(data + SIGNATURE + 8 + 4 * FuzzBelow(random, 2), sizes[FuzzBelow(random, n_sizes)]);
    return size;
  case 1: /* bits, colour, compression, filter, interlace */
    data[SIGNATURE + 16 + FuzzBelow(random, 5)] = (uint8_t)FuzzBelow(random, 18);
    return size;
  case 2: /* a byte of the chunk */
    if (length) data[place + 8 + FuzzBelow(random, length)] = (uint8_t)FuzzBits(random);
    return size;
  case 3: /* a chunk less */
    return Splice(data, size, most, place, next, data, 0);
  case 4: /* a length that is wrong */
    if (length) Put(data + place, sizes[FuzzBelow(random, n_sizes)]);
    return size;
  case 5:
    return InsertChunk(random, data, size, most, place);
  default:
    return ChangeRows(random, data, size, most);
  }
}

size_t FuzzMutate(FuzzRandom *random, uint8_t *data, size_t size, size_t most) {
  if (size < SIGNATURE + 2 * CHUNK + 13 || FuzzBelow(random, 4) == 0)
    size = FuzzMutateBytes(random, words, data, size, most);
  else
    size = MutateChunks(random, data, size, most);
  if (FuzzBelow(random, 16)) Checksums(data, size);
  return size;
}

void FuzzOne(const uint8_t *data, size_t size) {
  LodSampleSettings settings;
  LodCoefficient    coefficient;
  PetscInt          width, height;
  double           *grey;
  LodSampleDefaults(&settings);
  settings.family = LOD_FAMILY_IMAGE;
  FuzzPath("case.png", settings.image);
  FuzzWriteFile(settings.image, data, size);
  if (!FuzzAccepted(LodPngReadGrey(settings.image, &width, &height, &grey))) return;
  if (width < 1 || height < 1) FuzzFail("a picture without pixels");
  for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
    if (!(grey[i] >= 0 && grey[i] <= 1)) FuzzFail("the grey value %g", grey[i]);
  FuzzOk(PetscFree(grey));
  FuzzOk(LodSampleDraw(&settings, 2, LOD_CUBE(7), 1, 0, &coefficient));
  FuzzOk(LodCoefficientValidate(&coefficient, settings.image));
  FuzzOk(LodCoefficientDestroy(&coefficient));
}
