/* Thin straight inclusions of one value in a background of the other. */
#include <math.h>

#include "base/random.h"
#include "sample/sample_private.h"

void LodSampleMark(PetscInt dim, const PetscInt cells[], const double point[LOD_MAX_DIM],
                   double width, double value, double *values) {
  LodBox   all = LodBoxCells(dim, cells), block = {.dim = dim};
  PetscInt index[LOD_MAX_DIM];

  for (PetscInt axis = 0; axis < dim; axis++) {
    block.first[axis] = (PetscInt)floor(point[axis] - width / 2);
    block.size[axis] = (PetscInt)floor(point[axis] + width / 2) - block.first[axis] + 1;
  }
  const PetscInt count = LodBoxCount(&block);
  for (PetscInt i = 0; i < count; i++) {
    double   distance = 0;
    PetscInt holds = 1;
    LodBoxIndex(&block, i, index);
    for (PetscInt axis = 0; axis < dim; axis++) {
      double offset = (double)index[axis] + 0.5 - point[axis];
      distance += offset * offset;
      holds = holds && floor(point[axis]) == (double)index[axis];
    }
    const PetscInt position = LodBoxPosition(&all, index);
    if (position >= 0 && (holds || distance <= width * width / 4)) values[position] = value;
  }
}

/* Draws inclusion number `channel`: middle uniform in D, direction uniform (a normal vector scaled
   to length 1), length uniform in [1/4, 3/4]. Gives its two ends in units of cells. */
static void DrawChannel(PetscInt dim, const PetscInt cells[], uint64_t seed, uint64_t stream,
                        PetscInt channel, double begin[LOD_MAX_DIM], double end[LOD_MAX_DIM]) {
  const uint64_t first = 16 * (uint64_t)channel; /* counters that belong to this channel */
  double         direction[LOD_MAX_DIM], norm = 0;
  const double   length = 0.25 + 0.5 * LodRandomUniform(seed, stream, first);

  for (PetscInt axis = 0; axis < dim; axis++) {
    /* Normal c uses the uniform numbers 2c and 2c+1: here first + 8, ..., first + 13. */
    direction[axis] = LodRandomNormal(seed, stream, first / 2 + 4 + (uint64_t)axis);
    norm += direction[axis] * direction[axis];
  }
  norm = sqrt(norm);
  for (PetscInt axis = 0; axis < dim; axis++) {
    double middle = LodRandomUniform(seed, stream, first + 1 + (uint64_t)axis);
    double half = norm > 0 ? length / 2 * direction[axis] / norm : 0;
    begin[axis] = (double)cells[axis] * (middle - half);
    end[axis] = (double)cells[axis] * (middle + half);
  }
}

PetscErrorCode LodSampleChannels(const LodSampleSettings *settings, PetscInt dim,
                                 const PetscInt cells[], PetscInt64 seed, PetscInt64 number,
                                 double *values) {
  const double   inside = settings->channel_low ? settings->alpha : settings->beta;
  const double   background = settings->channel_low ? settings->beta : settings->alpha;
  const PetscInt count = LodCellCount(dim, cells);
  PetscInt       most = 1;
  double         begin[LOD_MAX_DIM], end[LOD_MAX_DIM], point[LOD_MAX_DIM] = {0};

  PetscFunctionBeginUser;
  for (PetscInt axis = 0; axis < dim; axis++)
    most = PetscMax(most, cells[axis]);
  for (PetscInt i = 0; i < count; i++)
    values[i] = background;
  for (PetscInt channel = 0; channel < settings->channels; channel++) {
    DrawChannel(dim, cells, (uint64_t)seed, LodSampleStream(number), channel, begin, end);
    /* Walk along the axis in eighths of a cell: no cell that the axis crosses for longer is missed,
       so the inclusion is connected. */
    const PetscInt steps = 8 * most;
    for (PetscInt step = 0; step <= steps; step++) {
      for (PetscInt axis = 0; axis < dim; axis++)
        point[axis] = begin[axis] + (end[axis] - begin[axis]) * (double)step / (double)steps;
      LodSampleMark(dim, cells, point, (double)settings->channel_width, inside, values);
    }
  }
  PetscFunctionReturn(0);
}
