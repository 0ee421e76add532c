/* The keys of configs and meshes, their types and ranges. */
#include "config/tables_private.h"
#include <lodnet/sample.h>
#include <math.h>
#include <stddef.h>

#define AT_LEAST(bound) .low = (bound), .high = PETSC_MAX_INT
#define POSITIVE .low = 0, .high = PETSC_MAX_REAL, .above_low = PETSC_TRUE
#define NOT_NEGATIVE .low = 0, .high = PETSC_MAX_REAL
#define TABLE_OF(rows) .n = sizeof(rows) / sizeof((rows)[0]), .settings = (rows)

const char *const lod_face_names[LOD_MAX_DIM][2] = {
    {"left", "right"}, {"bottom", "top"}, {"front", "back"}};

/* A mesh; a config's [mesh] has `use` before these. */
static const LodSetting mesh_settings[] = {
    {"use", LOD_KIND_MESH, .offset = 0},
    {"dimension", LOD_KIND_INTEGER, offsetof(LodGrid, dim), .low = 1, .high = LOD_MAX_DIM},
    {"coarse", LOD_KIND_INTEGER, offsetof(LodGrid, coarse), AT_LEAST(1)},
    {"coefficient", LOD_KIND_INTEGER, offsetof(LodGrid, coefficient), AT_LEAST(1)},
    {"fine", LOD_KIND_INTEGER, offsetof(LodGrid, fine), AT_LEAST(1)},
    {"ell", LOD_KIND_INTEGER, offsetof(LodGrid, ell), AT_LEAST(1)},
    {"natural", LOD_KIND_FACES, .offset = 0, .capacity = 2 * LOD_MAX_DIM},
};
static const LodTable mesh_table = {"[mesh]", TABLE_OF(mesh_settings)};
/* The same rows without `use`; all but `natural` must be there. */
const LodTable lod_mesh_table = {.name = "",
                                 .n = sizeof mesh_settings / sizeof mesh_settings[0] - 1,
                                 .required = 5,
                                 .settings = mesh_settings + 1};

#define USED_BY_RANGE                                                                              \
  .families = 1 << LOD_FAMILY_IID | 1 << LOD_FAMILY_SINE | 1 << LOD_FAMILY_CHANNELS |              \
              1 << LOD_FAMILY_IMAGE | 1 << LOD_FAMILY_DARCY
#define SAMPLE(field) offsetof(LodSampleSettings, field)

/* One [[sample]]; `family` comes first because it decides which others may follow. */
static const LodSetting sample_settings[] = {
    {"family", LOD_KIND_FAMILY, .offset = SAMPLE(family)},
    {"count", LOD_KIND_INTEGER, SAMPLE(count), AT_LEAST(1)},
    {"alpha", LOD_KIND_REAL, SAMPLE(alpha), POSITIVE, USED_BY_RANGE},
    {"beta", LOD_KIND_REAL, SAMPLE(beta), POSITIVE, USED_BY_RANGE},
    {"scales", LOD_KIND_INTEGER, SAMPLE(scales), AT_LEAST(1), .count = SAMPLE(n_scales),
     .capacity = LOD_MAX_SCALES, .families = 1 << LOD_FAMILY_IID},
    {"expression", LOD_KIND_TEXT, SAMPLE(expression), .capacity = LOD_TEXT_MAX,
     .families = 1 << LOD_FAMILY_EXPRESSION},
    {"correlation_length", LOD_KIND_REAL, SAMPLE(correlation_length), POSITIVE,
     .families = 1 << LOD_FAMILY_LOGNORMAL},
    {"variance", LOD_KIND_REAL, SAMPLE(variance), NOT_NEGATIVE,
     .families = 1 << LOD_FAMILY_LOGNORMAL},
    {"channels", LOD_KIND_INTEGER, SAMPLE(channels), AT_LEAST(1),
     .families = 1 << LOD_FAMILY_CHANNELS},
    {"channel_width", LOD_KIND_INTEGER, SAMPLE(channel_width), AT_LEAST(1),
     .families = 1 << LOD_FAMILY_CHANNELS},
    {"channel_low", LOD_KIND_BOOLEAN, .offset = SAMPLE(channel_low),
     .families = 1 << LOD_FAMILY_CHANNELS},
    {"image", LOD_KIND_PATH, SAMPLE(image), .capacity = LOD_PATH_MAX,
     .families = 1 << LOD_FAMILY_IMAGE},
    {"logarithmic", LOD_KIND_BOOLEAN, .offset = SAMPLE(logarithmic),
     .families = 1 << LOD_FAMILY_IMAGE},
};

/* Fills a new entry of `families`. */
static void FamilyDefaults(void *base) {
  LodSampleDefaults(base);
}
static const LodTable sample_table = {"[[sample]]", TABLE_OF(sample_settings),
                                      .defaults = FamilyDefaults};

static const LodSetting split_settings[] = {
    {"train", LOD_KIND_REAL, offsetof(LodConfig, train), .low = 0, .high = 1,
     .above_low = PETSC_TRUE},
    {"validation", LOD_KIND_REAL, offsetof(LodConfig, validation), .low = 0, .high = 1,
     .below_high = PETSC_TRUE},
    {"test", LOD_KIND_REAL, offsetof(LodConfig, test), .low = 0, .high = 1,
     .below_high = PETSC_TRUE},
};
static const LodTable split_table = {"[split]", TABLE_OF(split_settings)};

#define PAIRS(field) offsetof(LodConfig, pairs.field)

static const LodSetting pairs_settings[] = {
    {"bits", LOD_KIND_INTEGER, PAIRS(bits), .low = 16, .high = 64},
    {"compression", LOD_KIND_INTEGER, PAIRS(compression), .low = 0, .high = 9},
};
static const LodTable pairs_table = {"[pairs]", TABLE_OF(pairs_settings)};

#define NETWORK(field) offsetof(LodNetworkSettings, field)

static const char *const activation_names[] = {
    [LOD_ACTIVATION_RELU] = "relu", [LOD_ACTIVATION_ELU] = "elu", NULL};

static const LodSetting network_settings[] = {
    {"hidden", LOD_KIND_INTEGER, NETWORK(hidden), AT_LEAST(1), .count = NETWORK(n_hidden),
     .capacity = LOD_MAX_LAYERS},
    {"encoder", LOD_KIND_INTEGER, NETWORK(encoder), AT_LEAST(1), .count = NETWORK(n_encoder),
     .capacity = LOD_MAX_LAYERS},
    {"codes", LOD_KIND_INTEGER, NETWORK(codes), AT_LEAST(1), .count = NETWORK(n_codes),
     .capacity = LOD_MAX_RINGS},
    {"bounds", LOD_KIND_BOOLEAN, .offset = NETWORK(bounds)},
    {"lines", LOD_KIND_BOOLEAN, .offset = NETWORK(lines)},
    {"activation", LOD_KIND_CHOICE, NETWORK(activation), .choices = activation_names},
    {"normalise", LOD_KIND_BOOLEAN, .offset = NETWORK(normalise)},
    {"zero_sums", LOD_KIND_BOOLEAN, .offset = NETWORK(zero_sums)},
    {"scale_equivariant", LOD_KIND_BOOLEAN, .offset = NETWORK(scale_equivariant)},
    {"baseline", LOD_KIND_BOOLEAN, .offset = NETWORK(baseline)},
    {"exact_constants", LOD_KIND_BOOLEAN, .offset = NETWORK(exact_constants)},
    {"symmetric", LOD_KIND_BOOLEAN, .offset = NETWORK(symmetric)},
};
static const LodTable network_table = {"[network]", TABLE_OF(network_settings)};

#define TRAINING(field) offsetof(LodTrainingSettings, field)

/* One entry of the schedule. Its fields are entries of two arrays, hence the strides. */
static const LodSetting step_settings[] = {
    {"from", LOD_KIND_INTEGER, TRAINING(step_from), .stride = sizeof(PetscInt), AT_LEAST(0)},
    {"rate", LOD_KIND_REAL, TRAINING(step_rate), .stride = sizeof(double), POSITIVE},
};
static const LodTable step_table = {"schedule", TABLE_OF(step_settings), .required = 2};

static const char *const loss_names[] = {[LOD_LOSS_ENTRIES] = "entries",
                                         [LOD_LOSS_ENERGY] = "energy",
                                         [LOD_LOSS_MOMENTS] = "moments",
                                         NULL};

static const LodSetting training_settings[] = {
    {"epochs", LOD_KIND_INTEGER, TRAINING(epochs), AT_LEAST(1)},
    {"batch", LOD_KIND_INTEGER, TRAINING(batch), AT_LEAST(1)},
    {"schedule", LOD_KIND_TABLES, .count = TRAINING(n_steps), .capacity = LOD_MAX_STEPS,
     .table = &step_table},
    {"beta1", LOD_KIND_REAL, TRAINING(beta1), .low = 0, .high = 1, .below_high = PETSC_TRUE},
    {"beta2", LOD_KIND_REAL, TRAINING(beta2), .low = 0, .high = 1, .below_high = PETSC_TRUE},
    {"epsilon", LOD_KIND_REAL, TRAINING(epsilon), POSITIVE},
    {"checkpoint_minutes", LOD_KIND_REAL, TRAINING(checkpoint_minutes), NOT_NEGATIVE},
    {"loss", LOD_KIND_CHOICE, TRAINING(loss), .choices = loss_names},
    {"moment_weight", LOD_KIND_REAL, TRAINING(moment_weight), NOT_NEGATIVE},
};
static const LodTable training_table = {"[training]", TABLE_OF(training_settings)};

static const LodSetting output_settings[] = {
    {"directory", LOD_KIND_TEXT, offsetof(LodConfig, output), .capacity = LOD_PATH_MAX},
};
static const LodTable output_table = {"[output]", TABLE_OF(output_settings)};

/* The first five determine the pairs. */
enum { N_PAIRS_SETTINGS = 5 };
static const LodSetting config_settings[] = {
    {"seed", LOD_KIND_SEED, offsetof(LodConfig, seed), .low = 0, .high = INFINITY},
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
