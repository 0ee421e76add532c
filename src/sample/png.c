/* Reading PNG through libpng. */
#include "sample/png_private.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* What libpng is asked to decode to: 1 or 3 samples a pixel, 8 or 16 bits each, native order. */
typedef struct {
  png_uint_32 width, height;
  int         channels, bits;
  size_t      row_bytes;
  png_byte   *pixels; /* [height][row_bytes] */
} Picture;

/* libpng's error callback: keeps the message for the caller and leaves by longjmp. */
static void KeepError(png_structp png, png_const_charp message) {
  char *kept = png_get_error_ptr(png);
  snprintf(kept, 256, "%s", message);
  png_longjmp(png, 1);
}

/* libpng's warning callback: warnings concern metadata that is not used here. */
static void IgnoreWarning(png_structp png, png_const_charp message) {
  (void)png, (void)message;
}

/* Asks for grey or RGB of 8 or 16 bits, whatever the file holds, and fills in the sizes. */
static void SetTransformations(png_structp png, png_infop info, Picture *picture) {
  const int color = png_get_color_type(png, info);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_alpha(png);
  const uint16_t one = 1;
  if (*(const uint8_t *)&one) png_set_swap(png); /* PNG is big endian */
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  picture->width = png_get_image_width(png, info);
  picture->height = png_get_image_height(png, info);
  picture->channels = png_get_channels(png, info);
  picture->bits = png_get_bit_depth(png, info);
  picture->row_bytes = png_get_rowbytes(png, info);
}

/* Bytes that the pixels and their grey values take. */
static double MemoryNeeded(const Picture *picture) {
  return (double)picture->height *
         ((double)picture->row_bytes + sizeof(double) * (double)picture->width);
}

/* Decodes an open file into *picture (pixels from malloc, the caller frees them). Returns 0 or 1,
   then with a message. Everything that must survive libpng's longjmp lives in *picture. */
static int Decode(FILE *file, Picture *picture, char message[256]) {
  snprintf(message, 256, "out of memory");
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, message, KeepError, IgnoreWarning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    if (png) png_destroy_read_struct(&png, &info, NULL);
    return 1;
  }
  png_init_io(png, file);
  png_set_sig_bytes(png, 8);
  png_read_info(png, info);
  SetTransformations(png, info, picture);
  if (MemoryNeeded(picture) > LodMemoryAvailable()) png_error(png, "the picture is too large");
  picture->pixels = malloc((size_t)picture->height * picture->row_bytes);
  if (!picture->pixels) png_error(png, "out of memory");
  const int passes = png_set_interlace_handling(png);
  for (int pass = 0; pass < passes; pass++)
    for (png_uint_32 row = 0; row < picture->height; row++)
      png_read_row(png, picture->pixels + (size_t)row * picture->row_bytes, NULL);
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

/* Sample number `i` of a row, in [0, 1]. */
static double SampleValue(const Picture *picture, const png_byte *row, size_t i) {
  uint16_t wide;
  if (picture->bits == 8) return (double)row[i] / 255;
  memcpy(&wide, row + 2 * i, sizeof wide);
  return (double)wide / 65535;
}

/* Converts the decoded pixels to grey[height][width]; luma of Rec. ITU-R BT.709, item 3.2. */
static void ConvertToGrey(const Picture *picture, double *grey) {
  for (png_uint_32 y = 0; y < picture->height; y++) {
    const png_byte *row = picture->pixels + (size_t)y * picture->row_bytes;
    double         *line = grey + (size_t)y * picture->width;
    for (size_t x = 0; x < picture->width; x++) {
      if (picture->channels == 1)
        line[x] = SampleValue(picture, row, x);
      else
        line[x] = 0.2126 * SampleValue(picture, row, 3 * x) +
                  0.7152 * SampleValue(picture, row, 3 * x + 1) +
                  0.0722 * SampleValue(picture, row, 3 * x + 2);
    }
  }
}

PetscErrorCode LodPngReadGrey(const char *path, PetscInt *width, PetscInt *height, double **grey) {
  png_byte signature[8];
  char     message[256];
  Picture  picture = {0};

  PetscFunctionBeginUser;
  FILE *file = fopen(path, "rb");
  LodCheckInput(file, "%s: %s", path, strerror(errno));
  const int is_png = fread(signature, 1, 8, file) == 8 && png_sig_cmp(signature, 0, 8) == 0;
  const int failed = is_png && Decode(file, &picture, message);
  fclose(file);
  if (failed) free(picture.pixels);
  LodCheckInput(is_png, "%s: not a PNG file", path);
  if (failed) PetscCall(LodCheckMemory(MemoryNeeded(&picture), path, "use a smaller picture"));
  LodCheckInput(!failed, "%s: damaged PNG file: %s", path, message);
  *width = (PetscInt)picture.width;
  *height = (PetscInt)picture.height;
  PetscCall(PetscMalloc1((size_t)picture.width * picture.height, grey));
  ConvertToGrey(&picture, *grey);
  free(picture.pixels);
  PetscFunctionReturn(0);
}
