/* What a network looks like, and what is built into it. */
#ifndef LODNET_NN_SETTINGS_H
#define LODNET_NN_SETTINGS_H

#include "grid/grid.h"

#define LOD_MAX_LAYERS 32
#define LOD_MAX_RINGS 16
/* Most numbers of a local operator for zero_sums and the losses but entries: l = 3 in three
   dimensions. */
#define LOD_MAX_STRUCTURED_NUMBERS 4096

/* The nonlinearity between the layers of a network: max(x, 0), or x above and exp(x) - 1 below 0
   (D.-A. Clevert, T. Unterthiner, S. Hochreiter, ICLR 2016, eq. 15), which is continuously
   differentiable. */
typedef enum { LOD_ACTIVATION_RELU, LOD_ACTIVATION_ELU } LodActivation;

/* Structure by construction (model.h). */
typedef struct {
  /* Row and column sums of learned operators vanish as those of exact ones do. Default true unless
     operators are larger than LOD_MAX_STRUCTURED_NUMBERS. */
  PetscBool zero_sums;
  PetscBool baseline;          /* learns the difference to the operator of a constant; true */
  PetscBool scale_equivariant; /* S(c A) = c S(A); true */
  /* What the network says of constants is subtracted, so that their operators are exact. Default
     true if the two before are. */
  PetscBool exact_constants;
  /* The head is given the bounds of Cardwell and Parsons for the effective coefficient of every
     coarse cell along every axis. Default true if there is an encoder. */
  PetscBool bounds;
  /* The encoder is given, beside the values of a coarse cell, their means along lines and in slabs,
     of which those bounds are means. Default true if there is an encoder. */
  PetscBool lines;
} LodStructure;

/* The switches of a structure by name, as in [network] of configs and in models. */
typedef struct {
  const char *name;
  size_t      offset; /* in LodStructure */
  PetscBool   needs_encoder;
} LodSwitch;
#define LOD_SWITCHES 6
extern const LodSwitch lod_switches[LOD_SWITCHES];

/* The value of a switch. */
PetscBool LodSwitchIsOn(const LodSwitch *which, const LodStructure *structure);
void      LodSwitchSet(const LodSwitch *which, LodStructure *structure, PetscBool on);

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
  PetscInt      n_codes;
  PetscInt      codes[LOD_MAX_RINGS];
  LodActivation activation; /* after every layer but the encoder's and the head's last; ELU */
  /* Shift and scale the input by mean and deviation of the training values, the output by the rms
     of the training operators. Default true. */
  PetscBool    normalise;
  LodStructure structure;
  /* Every pair is turned by a random symmetry of the cube each time it is trained on. Default true
     if u = 0 on all faces. */
  PetscBool symmetric;
} LodNetworkSettings;

/* Checks that the settings of a network for patches of `ell` layers go together, whether they come
   from a config or from a model. */
PetscErrorCode LodNetworkSettingsCheck(const LodNetworkSettings *network, PetscInt ell,
                                       const char *where);

/* Whether the local operators of a mesh have more than LOD_MAX_STRUCTURED_NUMBERS numbers. */
PetscBool LodGridOperatorIsLarge(const LodGrid *grid);

#endif
