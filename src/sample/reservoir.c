/* Layers of a reservoir: meandering channels that conduct well in a background that does not, as in
   the Upper Ness formation of model 2 of the Tenth SPE Comparative Solution Project (M. Christie,
   M. Blunt, SPE Reservoir Evaluation & Engineering 4 (2001), 308-317).

   log A runs from log alpha to log beta. The background has its middle at a quarter of that range,
   and never leaves the lowest two fifths; channels have theirs at four fifths, and never leave the
   highest two: whatever is drawn, half the range tells them apart. Both vary as Gaussian fields of
   the given correlation length. */
#include <math.h>

#include "base/random.h"
#include "sample/sample_private.h"

/* Middle and deviation of log A, and where it is cut off, in parts of its range. */
#define LOW_MIDDLE 0.25
#define LOW_DEVIATION 0.1
#define LOW_END 0.4
#define HIGH_MIDDLE 0.8
#define HIGH_DEVIATION 0.07
#define HIGH_BEGIN 0.6

/* Axis along which channels run from face to face. */
#define ALONG 1

/* Random stream of the channels of a sample ("CHAN" in the upper half, apart from the others). */
#define CHANNEL_STREAM ((uint64_t)0x4348414e << 32)

/* A centre line: along axis a != ALONG it lies at middle[a] plus two waves over D, all in parts of
   the cells of that axis. */
typedef struct {
  double middle[LOD_MAX_DIM], height[LOD_MAX_DIM][2], waves[LOD_MAX_DIM][2], phase[LOD_MAX_DIM][2];
} Meander;

/* Draws one. It never leaves D: the heights of its waves are taken off the room for its middle. */
static Meander DrawMeander(uint64_t seed, PetscInt64 number, PetscInt channel) {
  const uint64_t stream = CHANNEL_STREAM | (uint64_t)number;
  uint64_t       counter = 32 * (uint64_t)channel; /* those that belong to this channel */
  Meander        meander = {.middle = {0}};
  for (int axis = 0; axis < LOD_MAX_DIM; axis++) {
    double room = 1;
    for (int wave = 0; wave < 2; wave++) {
      meander.height[axis][wave] = (wave ? 0.03 : 0.1) * LodRandomUniform(seed, stream, counter++);
      meander.waves[axis][wave] =
          (wave ? 2 : 0.5) + (wave ? 4 : 1.5) * LodRandomUniform(seed, stream, counter++);
      meander.phase[axis][wave] = LodRandomUniform(seed, stream, counter++);
      room -= 2 * meander.height[axis][wave];
    }
    meander.middle[axis] = (1 - room) / 2 + room * LodRandomUniform(seed, stream, counter++);
  }
  return meander;
}

/* Marks the cells of a channel with 1: a tube around its centre line, followed in steps of less
   than an eighth of a cell, so that it is connected. */
static void MarkMeander(PetscInt dim, const PetscInt cells[], const Meander *meander, double width,
                        double *marks) {
  double length = (double)cells[ALONG], point[LOD_MAX_DIM] = {0};
  for (PetscInt axis = 0; axis < dim; axis++)
    for (int wave = 0; wave < 2 && axis != ALONG; wave++)
      length += 2 * PETSC_PI * meander->waves[axis][wave] * meander->height[axis][wave] *
                (double)cells[axis];
  const PetscInt steps = 1 + (PetscInt)(8 * length);
  for (PetscInt step = 0; step < steps; step++) {
    const double t = ((double)step + 0.5) / (double)steps;
    for (PetscInt axis = 0; axis < dim; axis++) {
      double at = axis == ALONG ? t : meander->middle[axis];
      for (int wave = 0; wave < 2 && axis != ALONG; wave++)
        at += meander->height[axis][wave] *
              sin(2 * PETSC_PI * (meander->waves[axis][wave] * t + meander->phase[axis][wave]));
      point[axis] = at * (double)cells[axis];
    }
    LodSampleMark(dim, cells, point, width, 1, marks);
  }
}

/* A at one cell, of the Gaussian fields there. */
static double Value(const LodSampleSettings *settings, PetscBool inside, double low, double high) {
  const double part = inside ? fmin(fmax(HIGH_MIDDLE + HIGH_DEVIATION * high, HIGH_BEGIN), 1)
                             : fmin(fmax(LOW_MIDDLE + LOW_DEVIATION * low, 0), LOW_END);
  const double value = settings->alpha * pow(settings->beta / settings->alpha, part);
  return fmin(fmax(value, settings->alpha), settings->beta); /* pow rounds */
}

PetscErrorCode LodSampleReservoir(const LodSampleSettings *settings, PetscInt dim,
                                  const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                                  double *values) {
  const PetscInt    count = LodCellCount(dim, cells);
  LodSampleSettings field = *settings;
  double           *low, *high;

  PetscFunctionBeginUser;
  field.variance = 1;
  PetscCall(PetscMalloc2(count, &low, count, &high));
  PetscErrorCode error = LodSampleGaussian(&field, dim, cells, seed, number, low, high);
  PetscCall(PetscArrayzero(values, count));
  for (PetscInt channel = 0; channel < settings->channels && !error; channel++) {
    const Meander meander = DrawMeander((uint64_t)seed, number, channel);
    MarkMeander(dim, cells, &meander, (double)settings->channel_width, values);
  }
  for (PetscInt i = 0; i < count && !error; i++)
    values[i] = Value(settings, (PetscBool)(values[i] > 0), low[i], high[i]);
  PetscCall(PetscFree2(low, high));
  PetscCall(error);
  PetscFunctionReturn(0);
}
