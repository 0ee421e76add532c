/* Reading PNG through libpng. */
#include "sample/png_private.h"

#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* A picture as libpng decodes it: grey or RGB of 8 or 16 bits, the latter in big endian order. */
typedef struct {
  png_uint_32 width, height;
  int         channels, bytes; /* of a pixel; of a sample */
  png_byte   *pixels;          /* [height][width][channels][bytes] */
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

/* Bytes of a row of decoded pixels. */
static size_t RowBytes(const Picture *picture) {
  return (size_t)picture->width * (size_t)(picture->channels * picture->bytes);
}

/* Bytes that the pixels and their grey values take. */
static double MemoryNeeded(const Picture *picture) {
  return (double)picture->height *
         ((double)RowBytes(picture) + sizeof(double) * (double)picture->width);
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
  png_set_expand(png); /* palettes to RGB, grey of few bits to 8 */
  png_set_strip_alpha(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  picture->width = png_get_image_width(png, info);
  picture->height = png_get_image_height(png, info);
  picture->channels = png_get_channels(png, info);
  picture->bytes = png_get_bit_depth(png, info) / 8;
  if (MemoryNeeded(picture) > LodMemoryAvailable()) png_error(png, "the picture is too large");
  picture->pixels = malloc((size_t)picture->height * RowBytes(picture));
  if (!picture->pixels) png_error(png, "out of memory");
  for (int pass = 0; pass < passes; pass++)
    for (png_uint_32 row = 0; row < picture->height; row++)
      png_read_row(png, picture->pixels + (size_t)row * RowBytes(picture), NULL);
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

/* The grey value of a pixel in [0, 1]; libpng's own conversion of colours rounds it to the bits of
   the file. Luma of Rec. ITU-R BT.709, item 3.2. */
static double Grey(const Picture *picture, const png_byte *pixel) {
  static const double weights[3] = {0.2126, 0.7152, 0.0722};
  double              grey = 0;
  for (int c = 0; c < picture->channels; c++, pixel += picture->bytes) {
    const double sample = picture->bytes == 1 ? pixel[0] / 255.0 : png_get_uint_16(pixel) / 65535.0;
    grey += picture->channels == 1 ? sample : weights[c] * sample;
  }
  return grey;
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
  if (failed) PetscCall(LodMemoryCheck(MemoryNeeded(&picture), path, "use a smaller picture"));
  LodCheckInput(!failed, "%s: damaged PNG file: %s", path, message);
  *width = (PetscInt)picture.width;
  *height = (PetscInt)picture.height;
  PetscCall(PetscMalloc1((size_t)picture.width * picture.height, grey));
  for (size_t i = 0; i < (size_t)picture.width * picture.height; i++)
    (*grey)[i] = Grey(&picture, picture.pixels + i * (size_t)(picture.channels * picture.bytes));
  free(picture.pixels);
  PetscFunctionReturn(0);
}
