/* Settings of a training run and of meshes, read from TOML.

   One struct a subject, every field with a default; one function reads, one validates. A wrong file
   is an input error with line and column: TOML syntax, an unknown key (with the nearest known one),
   a wrong type, a value out of its range. */
#ifndef LODNET_CONFIG_H
#define LODNET_CONFIG_H

#include <lodnet/base.h>
#include <lodnet/grid.h>

#define LOD_MAX_FAMILIES 16
#define LOD_MAX_SCALES 16
#define LOD_MAX_LAYERS 32
#define LOD_MAX_STEPS 16
#define LOD_MAX_RINGS 16
/* Most numbers of a local operator for zero_sums and the losses but entries: l = 3 in three
   dimensions. */
#define LOD_MAX_STRUCTURED_NUMBERS 4096
#define LOD_TEXT_MAX 512

typedef enum {
  LOD_FAMILY_IID,        /* uniform in [alpha, beta], iid on `scales[i]` pieces per axis */
  LOD_FAMILY_SINE,       /* (alpha+beta)/2 + (beta-alpha)/2 * sin(2 pi x) sin(2 pi y) ... */
  LOD_FAMILY_EXPRESSION, /* any expression of x, y, z at cell midpoints */
  LOD_FAMILY_LOGNORMAL,  /* exp of a Gaussian field, exponential covariance */
  LOD_FAMILY_CHANNELS,   /* thin high- or low-value inclusions in a background */
  LOD_FAMILY_IMAGE,      /* grey values of a PNG mapped to [alpha, beta] */
  LOD_FAMILY_DARCY       /* beta where a Gaussian field is positive, else alpha; 12 and 3 */
} LodFamily;

/* One [[sample]] table: a family and its parameters; `count` coefficients are drawn from it. */
typedef struct {
  LodFamily family;
  PetscInt  count;                  /* >= 1 */
  double    alpha, beta;            /* all but expression, lognormal: 0 < alpha <= beta; 1, 5 */
  PetscInt  n_scales;               /* iid: the coefficients go through the scales in turn */
  PetscInt  scales[LOD_MAX_SCALES]; /* iid: pieces per axis; each must divide E; default E only */
  char      expression[LOD_TEXT_MAX];
  double    correlation_length; /* lognormal: > 0; default 0.1 (D has side 1) */
  double    variance;           /* lognormal: >= 0, of log A; default 1; its median is 1 */
  PetscInt  channels;           /* channels: how many inclusions; default 8 */
  PetscInt  channel_width;      /* channels: in cells of T_eps; default 1 */
  PetscBool channel_low;        /* channels: alpha in a background of beta; default beta in alpha */
  char      image[LOD_PATH_MAX]; /* image: PNG file; relative to the config's directory */
  PetscBool logarithmic;         /* image: map grey to [alpha, beta] in log scale */
} LodSampleSettings;

/* The nonlinearity between the layers of a network: max(x, 0), or x above and exp(x) - 1 below 0
   (D.-A. Clevert, T. Unterthiner, S. Hochreiter, ICLR 2016, eq. 15), which is continuously
   differentiable. */
typedef enum { LOD_ACTIVATION_RELU, LOD_ACTIVATION_ELU } LodActivation;

/* What training minimises (src/nn/loss_private.h). */
typedef enum { LOD_LOSS_ENTRIES, LOD_LOSS_ENERGY, LOD_LOSS_MOMENTS } LodLossKind;

/* A network. Defaults are those of configs/structured.toml; what mesh or other settings do not
   allow is left out (each field says so). */
typedef struct {
  PetscInt n_hidden;               /* hidden layers of the head */
  PetscInt hidden[LOD_MAX_LAYERS]; /* their widths; the output is affine; 288, 256, 224, 192 */
  /* Widths of an encoder that takes the values of each coarse cell of a patch to a code, the last
     of them; the head then takes codes. Default 128, 64; an empty list: the head takes the values
     of the whole patch, as the paper's plain network does (so too by default if ell >=
     LOD_MAX_RINGS). */
  PetscInt n_encoder;
  PetscInt encoder[LOD_MAX_LAYERS];
  /* How many numbers of the code the head takes of a cell that lies so many layers away from the
     patch's centre: codes[0] of the centre itself. The last entry stands for all further layers.
     Empty: the whole code of every cell. Default: the whole, half and an eighth of the code. */
  PetscInt n_codes;
  PetscInt codes[LOD_MAX_RINGS];
  /* Give the head the bounds of Cardwell and Parsons for the effective coefficient of every coarse
     cell along every axis (model.h). Default true if there is an encoder. */
  PetscBool bounds;
  /* Give the encoder, beside the values of a coarse cell, their means along lines and in slabs, of
     which those bounds are means (model.h). Default true if there is an encoder. */
  PetscBool     lines;
  LodActivation activation; /* after every layer but the encoder's and the head's last; ELU */
  /* Shift and scale the input by mean and deviation of the training values, the output by the rms
     of the training operators. Default true. */
  PetscBool normalise;
  /* Structure by construction (model.h): row and column sums of learned operators vanish as those
     of exact ones do (default true unless operators are larger than LOD_MAX_STRUCTURED_NUMBERS);
     S(c A) = c S(A) (true); the network learns the difference to the operator of a constant
     coefficient (true), and what the network says of constants is subtracted, so that theirs are
     exact (true if the two before are); every pair is turned by a random symmetry of the cube each
     time it is trained on (true if u = 0 on all faces). */
  PetscBool zero_sums, scale_equivariant, baseline, exact_constants, symmetric;
} LodNetworkSettings;

typedef struct {
  /* 36; more, up to 300, if there are so few pairs that steps would be below 2000. */
  PetscInt epochs;
  PetscInt batch; /* pairs per mini-batch; 512, less, down to 32, below 32 pairs for each of it */
  /* Step-size schedule: rate[i] from epoch from[i] (0 = first) on; 1e-3 falling to 1e-5 in six
     steps over the epochs. */
  PetscInt    n_steps;
  PetscInt    step_from[LOD_MAX_STEPS];
  double      step_rate[LOD_MAX_STEPS];
  double      beta1, beta2, epsilon; /* Adam; 0.9, 0.999, 1e-8 */
  double      checkpoint_minutes;    /* at most that long between checkpoints; 0: every step; 5 */
  LodLossKind loss;          /* moments; energy needs zero_sums; entries if operators are large */
  double      moment_weight; /* of the moments in the loss of that name; 30 */
} LodTrainingSettings;

/* How pairs.h5 is stored. */
typedef struct {
  PetscInt bits;        /* of each number: 32 (default) or 64; 16: operators as bfloat16 */
  PetscInt compression; /* level of shuffle and deflate, 0 (none, default) to 9 */
} LodPairsSettings;

/* A whole training run: configs/NAME.toml. */
typedef struct {
  char                path[LOD_PATH_MAX]; /* the file it came from */
  PetscInt64          seed;
  LodGrid             grid;
  PetscInt            n_families;
  LodSampleSettings   families[LOD_MAX_FAMILIES];
  double              train, validation, test; /* parts of the coefficients; sum 1; 0.8, 0.1, 0.1 */
  LodPairsSettings    pairs;
  LodNetworkSettings  network;
  LodTrainingSettings training;
  char output[LOD_PATH_MAX]; /* default "results/<stem of the config>" , --output overrides */
} LodConfig;

/* Fills in every default (paper mesh, one iid family, structured network, its schedule). A config
   file that says nothing of a setting gets the default for its mesh and samples, see above. */
void LodConfigDefaults(LodConfig *config);

/* Reads and validates a training config. Collective over nothing: every rank reads the file. */
PetscErrorCode LodConfigRead(const char *path, LodConfig *config);

/* Checks all ranges and that the parts fit together; `where` begins each message. */
PetscErrorCode LodConfigValidate(const LodConfig *config, const char *where);

/* Checks that the settings of a network for patches of `ell` layers go together, whether they come
   from a config or from a model. */
PetscErrorCode LodNetworkSettingsCheck(const LodNetworkSettings *network, PetscInt ell,
                                       const char *where);

/* The resolved config (every value, defaults too) as TOML that LodConfigRead accepts and that gives
   the same settings. Allocates *text with PetscMalloc; the caller frees it. The same settings give
   the same text. LodConfigWritePairs gives only the part that determines pairs.h5 (mesh, samples,
   seed, split, storage): two runs with the same text have the same pairs. */
PetscErrorCode LodConfigWrite(const LodConfig *config, char **text);
PetscErrorCode LodConfigWritePairs(const LodConfig *config, char **text);

/* Writes a table in Markdown of all keys that a config may have: table, key, default, range,
   meaning with unit. */
PetscErrorCode LodConfigWriteKeys(FILE *stream);

/* Raises an input error that names the first line in which two such texts differ and the table that
   it stands in, and ends with `advice`; no error if they are equal. `path` is what the text `found`
   is from. */
PetscErrorCode LodConfigCheckSame(const char *path, const char *found, const char *wanted,
                                  const char *advice);

/* Mesh settings. `name` is a TOML file, or the stem of one in meshes/ (looked up in ./meshes, then
   in the directory named by LODNET_MESHES, then in the source tree). Keys: dimension, coarse,
   coefficient, fine, ell, natural (faces by name: left right bottom top front back, i.e. x low, x
   high, y low, y high, z low, z high). */
PetscErrorCode LodMeshRead(const char *name, LodGrid *grid);

/* Parses a list of faces "right" or "left,top" into grid->natural (adds to what is set); an input
   error lists the names that `dim` allows. */
PetscErrorCode LodGridSetNatural(LodGrid *grid, const char *faces, const char *where);

#endif
