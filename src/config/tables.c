/* The keys of configs and meshes, their types and ranges. */
#include "config/tables_private.h"

#include <math.h>
#include <stddef.h>

#include "sample/sample.h"

#define AT_LEAST(bound) .low = (bound), .high = PETSC_MAX_INT
#define POSITIVE .low = 0, .high = PETSC_MAX_REAL, .above_low = PETSC_TRUE
#define NOT_NEGATIVE .low = 0, .high = PETSC_MAX_REAL
#define TABLE_OF(rows) .n = sizeof(rows) / sizeof((rows)[0]), .settings = (rows)

/* A mesh; a config's [mesh] has `use` before these. */
static const LodSetting mesh_settings[] = {
    {"use", LOD_KIND_MESH, .offset = 0,
     .help = "name of a mesh to start from, in `meshes/` or beside the config, or a TOML file; the "
             "keys below change it",
     .standard = "`paper-2d` without a [mesh]"},
    {"dimension", LOD_KIND_INTEGER, offsetof(LodGrid, dim), .low = 1, .high = LOD_MAX_DIM,
     .help = "axes of D, the unit interval, square or cube unless it has extents"},
    {"coarse", LOD_KIND_CELLS, offsetof(LodGrid, coarse), AT_LEAST(1),
     .help = "N, coarse cells per axis"},
    {"coefficient", LOD_KIND_CELLS, offsetof(LodGrid, coefficient), AT_LEAST(1),
     .help = "E, cells per axis with one value of A each; a multiple of N"},
    {"fine", LOD_KIND_CELLS, offsetof(LodGrid, fine), AT_LEAST(1),
     .help = "F, fine cells per axis; a multiple of E"},
    {"ell", LOD_KIND_INTEGER, offsetof(LodGrid, ell), AT_LEAST(1),
     .help = "layers of coarse cells around a cell in its patch"},
    {"natural", LOD_KIND_FACES, .offset = 0, .capacity = 2 * LOD_MAX_DIM,
     .help = "faces of D with A grad u . n = 0; u = 0 on the others"},
    {"extent", LOD_KIND_EXTENT, offsetof(LodGrid, extent), POSITIVE,
     .help = "side lengths of D along x, y, z; 1 where models are trained"},
};
static const LodTable mesh_table = {"[mesh]", TABLE_OF(mesh_settings)};
/* The same rows without `use`; all but `natural` and `extent` must be there. */
const LodTable lod_mesh_table = {.name = "",
                                 .n = sizeof mesh_settings / sizeof mesh_settings[0] - 1,
                                 .required = 5,
                                 .settings = mesh_settings + 1};

#define USED_BY_RANGE                                                                              \
  .families = 1 << LOD_FAMILY_IID | 1 << LOD_FAMILY_SINE | 1 << LOD_FAMILY_CHANNELS |              \
              1 << LOD_FAMILY_IMAGE | 1 << LOD_FAMILY_DARCY | 1 << LOD_FAMILY_RESERVOIR |          \
              1 << LOD_FAMILY_LAYERS
#define USED_BY_FIELDS                                                                             \
  .families = 1 << LOD_FAMILY_LOGNORMAL | 1 << LOD_FAMILY_RESERVOIR | 1 << LOD_FAMILY_ANISOTROPIC
#define USED_BY_CHANNELS .families = 1 << LOD_FAMILY_CHANNELS | 1 << LOD_FAMILY_RESERVOIR
#define SAMPLE(field) offsetof(LodSampleSettings, field)

/* One [[sample]]; `family` comes first because it decides which others may follow. */
static const LodSetting sample_settings[] = {
    {"family", LOD_KIND_FAMILY, .offset = SAMPLE(family),
     .help = "what the coefficients are drawn from"},
    {"count", LOD_KIND_INTEGER, SAMPLE(count), AT_LEAST(1), .help = "coefficients of this family",
     .standard = "1 (500 without a [[sample]])"},
    {"alpha", LOD_KIND_REAL, SAMPLE(alpha), POSITIVE, USED_BY_RANGE,
     .help = "least value of A, in the units of the problem",
     .standard = "1, darcy 3, reservoir 1e-3"},
    {"beta", LOD_KIND_REAL, SAMPLE(beta), POSITIVE, USED_BY_RANGE,
     .help = "largest value of A, at least alpha", .standard = "5, darcy 12, reservoir 1e4"},
    {"scales", LOD_KIND_INTEGER, SAMPLE(scales), AT_LEAST(1), .count = SAMPLE(n_scales),
     .capacity = LOD_MAX_SCALES, .families = 1 << LOD_FAMILY_IID,
     .help = "pieces per axis with one value each, the coefficients taking the scales in turn; "
             "each divides E",
     .standard = "[E]"},
    {"expression", LOD_KIND_TEXT, SAMPLE(expression), .capacity = LOD_TEXT_MAX,
     .families = 1 << LOD_FAMILY_EXPRESSION, .help = "A as a formula in x, y, z from 0 to 1",
     .standard = "none, must be given"},
    {"correlation_length", LOD_KIND_REAL, SAMPLE(correlation_length), POSITIVE, USED_BY_FIELDS,
     .help = "of the Gaussian field; D has side 1"},
    {"variance", LOD_KIND_REAL, SAMPLE(variance), NOT_NEGATIVE,
     .families = 1 << LOD_FAMILY_LOGNORMAL | 1 << LOD_FAMILY_ANISOTROPIC,
     .help = "of log A; the median of A is 1"},
    {"ratio", LOD_KIND_REAL, SAMPLE(ratio), POSITIVE, .families = 1 << LOD_FAMILY_ANISOTROPIC,
     .help = "A along the layers over A across them", .standard = "10"},
    {"angle", LOD_KIND_REAL, SAMPLE(angle), .low = -360, .high = 360,
     .families = 1 << LOD_FAMILY_ANISOTROPIC, .help = "of the layers with the x axis, in degrees",
     .standard = "30"},
    {"layers", LOD_KIND_INTEGER, SAMPLE(layers), AT_LEAST(1), .families = 1 << LOD_FAMILY_LAYERS,
     .help = "how many, along the last axis; A is beta in a direction of each, alpha across it"},
    {"channels", LOD_KIND_INTEGER, SAMPLE(channels), AT_LEAST(1), USED_BY_CHANNELS,
     .help = "how many inclusions"},
    {"channel_width", LOD_KIND_INTEGER, SAMPLE(channel_width), AT_LEAST(1), USED_BY_CHANNELS,
     .help = "their width in cells of the coefficient", .standard = "1, reservoir 5"},
    {"channel_low", LOD_KIND_BOOLEAN, .offset = SAMPLE(channel_low),
     .families = 1 << LOD_FAMILY_CHANNELS,
     .help = "alpha in a background of beta, not beta in alpha"},
    {"image", LOD_KIND_PATH, SAMPLE(image), .capacity = LOD_PATH_MAX,
     .families = 1 << LOD_FAMILY_IMAGE,
     .help = "PNG file whose grey values become A; a relative name counts from the config's folder",
     .standard = "none, must be given"},
    {"logarithmic", LOD_KIND_BOOLEAN, .offset = SAMPLE(logarithmic),
     .families = 1 << LOD_FAMILY_IMAGE, .help = "grey is linear in log A"},
    {"file", LOD_KIND_PATH, SAMPLE(file), .capacity = LOD_PATH_MAX,
     .families = 1 << LOD_FAMILY_FILE,
     .help = "HDF5 file of coefficients on the cells of the mesh; a relative name counts from the "
             "config's folder",
     .standard = "none, must be given"},
    {"dataset", LOD_KIND_TEXT, SAMPLE(dataset), .capacity = LOD_TEXT_MAX,
     .families = 1 << LOD_FAMILY_FILE,
     .help = "its dataset: one coefficient, or many along the first axis",
     .standard = "`coefficient`, else `coefficients`"},
    {"first", LOD_KIND_INTEGER, SAMPLE(first), AT_LEAST(0), .families = 1 << LOD_FAMILY_FILE,
     .help = "number of the first of them that is taken, from 0"},
};

/* Fills a new entry of `families`. */
static void FamilyDefaults(void *base) {
  LodSampleDefaults(base);
}
static const LodTable sample_table = {"[[sample]]", TABLE_OF(sample_settings),
                                      .defaults = FamilyDefaults};

static const LodSetting split_settings[] = {
    {"train", LOD_KIND_REAL, offsetof(LodConfig, train), .low = 0, .high = 1,
     .above_low = PETSC_TRUE,
     .help = "part of the coefficients that is trained on; the three add up to 1"},
    {"validation", LOD_KIND_REAL, offsetof(LodConfig, validation), .low = 0, .high = 1,
     .below_high = PETSC_TRUE, .help = "part that chooses the best epoch"},
    {"test", LOD_KIND_REAL, offsetof(LodConfig, test), .low = 0, .high = 1,
     .below_high = PETSC_TRUE, .help = "part that is held back for the test at the end"},
};
static const LodTable split_table = {"[split]", TABLE_OF(split_settings)};

#define PAIRS(field) offsetof(LodConfig, pairs.field)

static const LodSetting pairs_settings[] = {
    {"bits", LOD_KIND_INTEGER, PAIRS(bits), .low = 16, .high = 64,
     .help = "bits of each stored number: 16 (operators as bfloat16), 32 or 64"},
    {"compression", LOD_KIND_INTEGER, PAIRS(compression), .low = 0, .high = 9,
     .help = "level of deflate, 0 for none"},
};
static const LodTable pairs_table = {"[pairs]", TABLE_OF(pairs_settings)};

#define NETWORK(field) offsetof(LodNetworkSettings, field)

static const char *const activation_names[] = {
    [LOD_ACTIVATION_RELU] = "relu", [LOD_ACTIVATION_ELU] = "elu", NULL};

static const LodSetting network_settings[] = {
    {"hidden", LOD_KIND_INTEGER, NETWORK(hidden), AT_LEAST(1), .count = NETWORK(n_hidden),
     .capacity = LOD_MAX_LAYERS, .help = "widths of the head's hidden layers"},
    {"encoder", LOD_KIND_INTEGER, NETWORK(encoder), AT_LEAST(1), .count = NETWORK(n_encoder),
     .capacity = LOD_MAX_LAYERS,
     .help = "widths of the encoder that takes each coarse cell to a code, the last that of the "
             "code; []: none, the head takes the whole patch",
     .standard = "[128, 64]; [] if ell is 16 or more"},
    {"codes", LOD_KIND_INTEGER, NETWORK(codes), AT_LEAST(1), .count = NETWORK(n_codes),
     .capacity = LOD_MAX_RINGS,
     .help = "numbers of the code that the head takes of the patch's centre, of the cells around "
             "it, the next ones ...; []: all",
     .standard = "the whole, half and an eighth of the code; [64, 32, 8]"},
    {"bounds", LOD_KIND_BOOLEAN, .offset = NETWORK(structure.bounds),
     .help = "the head gets bounds of each cell's effective coefficient",
     .standard = "true with an encoder"},
    {"lines", LOD_KIND_BOOLEAN, .offset = NETWORK(structure.lines),
     .help = "the encoder gets means of each cell along lines and in slabs",
     .standard = "true with an encoder"},
    {"activation", LOD_KIND_CHOICE, NETWORK(activation), .choices = activation_names,
     .help = "between the layers"},
    {"normalise", LOD_KIND_BOOLEAN, .offset = NETWORK(normalise),
     .help = "input and output are shifted and scaled to deviation 1"},
    {"zero_sums", LOD_KIND_BOOLEAN, .offset = NETWORK(structure.zero_sums),
     .help = "rows and columns of learned operators add up to 0, as those of exact ones do",
     .standard = "true; false if operators have more than 4096 numbers"},
    {"scale_equivariant", LOD_KIND_BOOLEAN, .offset = NETWORK(structure.scale_equivariant),
     .help = "S(c A) = c S(A) for learned operators"},
    {"baseline", LOD_KIND_BOOLEAN, .offset = NETWORK(structure.baseline),
     .help = "the network learns the difference to the operator of a constant"},
    {"exact_constants", LOD_KIND_BOOLEAN, .offset = NETWORK(structure.exact_constants),
     .help = "learned operators of constants are exact",
     .standard = "true with baseline and scale_equivariant"},
    {"symmetric", LOD_KIND_BOOLEAN, .offset = NETWORK(symmetric),
     .help = "pairs are turned by random symmetries of the cube in training",
     .standard = "true if no face is natural"},
};
static const LodTable network_table = {"[network]", TABLE_OF(network_settings)};

#define TRAINING(field) offsetof(LodTrainingSettings, field)

/* One entry of the schedule. Its fields are entries of two arrays, hence the strides. */
static const LodSetting step_settings[] = {
    {"from", LOD_KIND_INTEGER, TRAINING(step_from), .stride = sizeof(PetscInt), AT_LEAST(0),
     .help = "epoch, counted from 0, from which the rate holds", .standard = "none, must be given"},
    {"rate", LOD_KIND_REAL, TRAINING(step_rate), .stride = sizeof(double), POSITIVE,
     .help = "step size of Adam", .standard = "none, must be given"},
};
static const LodTable step_table = {"schedule", TABLE_OF(step_settings), .required = 2};

static const char *const loss_names[] = {[LOD_LOSS_ENTRIES] = "entries",
                                         [LOD_LOSS_ENERGY] = "energy",
                                         [LOD_LOSS_MOMENTS] = "moments",
                                         NULL};

static const LodSetting training_settings[] = {
    {"epochs", LOD_KIND_INTEGER, TRAINING(epochs), AT_LEAST(1),
     .help = "passes over the training pairs",
     .standard = "36; with few pairs more, up to 300, for 2000 steps"},
    {"batch", LOD_KIND_INTEGER, TRAINING(batch), AT_LEAST(1), .help = "pairs in one step",
     .standard = "512; with fewer than 16384 pairs less, down to 32"},
    {"schedule", LOD_KIND_TABLES, .count = TRAINING(n_steps), .capacity = LOD_MAX_STEPS,
     .table = &step_table, .help = "step size `rate` from epoch `from` (0: the first) on",
     .standard = "1e-3 falling to 1e-5 in six steps"},
    {"beta1", LOD_KIND_REAL, TRAINING(adam.beta1), .low = 0, .high = 1, .below_high = PETSC_TRUE,
     .help = "decay of Adam's first moment"},
    {"beta2", LOD_KIND_REAL, TRAINING(adam.beta2), .low = 0, .high = 1, .below_high = PETSC_TRUE,
     .help = "decay of Adam's second moment"},
    {"epsilon", LOD_KIND_REAL, TRAINING(adam.epsilon), POSITIVE, .help = "Adam's epsilon"},
    {"checkpoint_minutes", LOD_KIND_REAL, TRAINING(checkpoint_minutes), NOT_NEGATIVE,
     .help = "most minutes between checkpoints; 0: one each step"},
    {"loss", LOD_KIND_CHOICE, TRAINING(loss), .choices = loss_names,
     .help = "what training minimises; energy needs zero_sums",
     .standard = "\"moments\"; \"entries\" if operators have more than 4096 numbers"},
    {"moment_weight", LOD_KIND_REAL, TRAINING(moment_weight), NOT_NEGATIVE,
     .help = "of local fluxes in the loss \"moments\""},
};
static const LodTable training_table = {"[training]", TABLE_OF(training_settings)};

static const LodSetting output_settings[] = {
    {"directory", LOD_KIND_TEXT, offsetof(LodConfig, output), .capacity = LOD_PATH_MAX,
     .help = "where everything goes; --output overrides it",
     .standard = "results/NAME for NAME.toml"},
};
static const LodTable output_table = {"[output]", TABLE_OF(output_settings)};

/* The first five determine the pairs. */
enum { N_PAIRS_SETTINGS = 5 };
static const LodSetting config_settings[] = {
    {"seed", LOD_KIND_SEED, offsetof(LodConfig, seed), .low = 0, .high = INFINITY,
     .help = "of samples, weights and order: the same seed, the same model"},
    {"mesh", LOD_KIND_TABLE, offsetof(LodConfig, grid), .table = &mesh_table},
    {"sample", LOD_KIND_TABLES, offsetof(LodConfig, families), .size = sizeof(LodSampleSettings),
     .count = offsetof(LodConfig, n_families), .capacity = LOD_MAX_FAMILIES,
     .table = &sample_table},
    {"split", LOD_KIND_TABLE, .table = &split_table},
    {"pairs", LOD_KIND_TABLE, .table = &pairs_table},
    {"network", LOD_KIND_TABLE, offsetof(LodConfig, network), .table = &network_table},
    {"training", LOD_KIND_TABLE, offsetof(LodConfig, training), .table = &training_table},
    {"output", LOD_KIND_TABLE, .table = &output_table},
};
const LodTable lod_config_table = {"", TABLE_OF(config_settings)};
const LodTable lod_pairs_table = {.name = "", .n = N_PAIRS_SETTINGS, .settings = config_settings};
