/* The keys of problem files, and reading one. */
#include "config/problem_file.h"

#include <stddef.h>

#include "config/tables_private.h"

#define FIELD(name) offsetof(LodProblemFile, name)
#define TABLE_OF(rows) .n = sizeof(rows) / sizeof((rows)[0]), .settings = (rows)
#define MOST_CELLS 1000000

#define SWITCH(key, field, meaning)                                                                \
  { key, LOD_KIND_BOOLEAN, .offset = FIELD(field), .help = (meaning), .standard = "false" }

static const LodSetting coefficient_settings[] = {
    {"file", LOD_KIND_PATH, FIELD(coefficient), .capacity = LOD_PATH_MAX,
     .help = "HDF5 file with A; an argument COEFFICIENT.h5 overrides it",
     .standard = "none, must be given"},
    {"dataset", LOD_KIND_TEXT, FIELD(dataset), .capacity = LOD_TEXT_MAX, .help = "dataset of A",
     .standard = "\"coefficient\""},
    {"resample", LOD_KIND_COUNTS, FIELD(resample), .low = 1, .high = MOST_CELLS,
     .help = "average A to so many cells per axis", .standard = "none"},
    {"resample_mean", LOD_KIND_TEXT, FIELD(resample_mean), .capacity = LOD_TEXT_MAX,
     .help = "for resample: geometric, arithmetic or harmonic", .standard = "\"geometric\""},
    SWITCH("pad", pad, "repeat the last cells along each axis until N divides them"),
};
static const LodTable coefficient_table = {"[coefficient]", TABLE_OF(coefficient_settings)};

static const LodSetting domain_settings[] = {
    {"extent", LOD_KIND_NUMBERS, FIELD(extent), .low = 1e-100, .high = 1e100,
     .help = "side lengths of D along x, y, z", .standard = "1"},
    {"mask", LOD_KIND_PATH, FIELD(mask), .capacity = LOD_PATH_MAX,
     .help = "M.h5 or M.h5:DATASET, cells that are in D: booleans or integers, 0 outside",
     .standard = "dataset mask of the coefficient's file, if there is one"},
    {"walls", LOD_KIND_VALUE, FIELD(walls),
     .help = "what holds where the mask ends: natural or dirichlet (u = 0)",
     .standard = "\"natural\""},
};
static const LodTable domain_table = {"[domain]", TABLE_OF(domain_settings)};

static const LodSetting mesh_settings[] = {
    {"use", LOD_KIND_MESH_NAME, FIELD(mesh), .capacity = LOD_PATH_MAX,
     .help = "name of a mesh in `meshes/`, or a TOML file; the keys below change it",
     .standard = "none"},
    {"coarse", LOD_KIND_COUNTS, FIELD(coarse), .low = 1, .high = MOST_CELLS,
     .help = "N, coarse cells per axis", .standard = "the model's E/N, else E/8"},
    {"fine", LOD_KIND_COUNTS, FIELD(fine), .low = 1, .high = MOST_CELLS,
     .help = "F, fine cells per axis", .standard = "the model's F/E, else 2E"},
    {"ell", LOD_KIND_INTEGER, FIELD(ell), .low = 1, .high = MOST_CELLS,
     .help = "layers of coarse cells around a cell in its patch",
     .standard = "the model's, else 2, in three dimensions 1"},
};
static const LodTable mesh_table = {"[mesh]", TABLE_OF(mesh_settings)};

#define FACE(name, axis, side)                                                                     \
  {                                                                                                \
    name, LOD_KIND_FACE, FIELD(faces[axis][side]),                                                 \
        .help = "what holds there: `{dirichlet = g}`, `{flux = q}`, `{robin = [r, g]}` or "        \
                "\"natural\"",                                                                     \
        .standard = "`{dirichlet = 0}`"                                                            \
  }
static const LodSetting boundary_settings[] = {
    FACE("left", 0, 0), FACE("right", 0, 1), FACE("bottom", 1, 0),
    FACE("top", 1, 1),  FACE("front", 2, 0), FACE("back", 2, 1),
};
static const LodTable boundary_table = {"[boundary]", TABLE_OF(boundary_settings)};

static const LodSetting well_settings[] = {
    {"at", LOD_KIND_NUMBERS, offsetof(LodPlacedWell, at), .low = -PETSC_MAX_REAL,
     .high = PETSC_MAX_REAL, .help = "the point, x first", .standard = "none, must be given"},
    {"rate", LOD_KIND_REAL, offsetof(LodPlacedWell, rate), .low = -PETSC_MAX_REAL,
     .high = PETSC_MAX_REAL, .help = "what flows in there; negative: out",
     .standard = "none, must be given"},
};
static const LodTable well_table = {"wells", TABLE_OF(well_settings), .required = 2};

static const LodSetting source_settings[] = {
    {"rhs", LOD_KIND_VALUE, FIELD(rhs), .help = "f", .standard = "1"},
    {"reaction", LOD_KIND_VALUE, FIELD(reaction), .help = "c, from 0 on", .standard = "0"},
    {"wells", LOD_KIND_TABLES, FIELD(wells), .size = sizeof(LodPlacedWell), .count = FIELD(n_wells),
     .capacity = LOD_MAX_FILE_PLACES, .table = &well_table, .help = "points with a source",
     .standard = "none"},
};
static const LodTable source_table = {"[source]", TABLE_OF(source_settings)};

static const LodSetting method_settings[] = {
    {"name", LOD_KIND_VALUE, FIELD(method), .help = "lod, dnn, fine or coarse",
     .standard = "\"lod\""},
    {"model", LOD_KIND_PATH, FIELD(model), .capacity = LOD_PATH_MAX, .help = "trained model of dnn",
     .standard = "the one that comes with lodnet"},
    SWITCH("average", average, "of dnn: over the symmetries of the cube"),
    SWITCH("allow_range", allow_range, "take values of A that the model was not trained for"),
    SWITCH("correct", correct, "correctors of the right-hand side, too"),
    SWITCH("reconstruct", reconstruct, "the fine-scale field, too"),
};
static const LodTable method_table = {"[method]", TABLE_OF(method_settings)};

static const LodSetting box_settings[] = {
    {"from", LOD_KIND_NUMBERS, offsetof(LodPlacedBox, from), .low = -PETSC_MAX_REAL,
     .high = PETSC_MAX_REAL, .help = "its corner with the lowest coordinates",
     .standard = "none, must be given"},
    {"to", LOD_KIND_NUMBERS, offsetof(LodPlacedBox, to), .low = -PETSC_MAX_REAL,
     .high = PETSC_MAX_REAL, .help = "its corner with the highest",
     .standard = "none, must be given"},
};
static const LodTable box_table = {"means", TABLE_OF(box_settings), .required = 2};

static const LodSetting output_settings[] = {
    {"file", LOD_KIND_TEXT, FIELD(output), .capacity = LOD_PATH_MAX,
     .help = "where the solution goes, from the working directory on", .standard = "solution.h5"},
    SWITCH("operators", operators, "also write the local operators"),
    SWITCH("quantities", quantities, "flows through the faces, their balance, and energies"),
    {"points", LOD_KIND_POINTS, FIELD(points), .low = -PETSC_MAX_REAL, .high = PETSC_MAX_REAL,
     .count = FIELD(n_points), .capacity = LOD_MAX_FILE_PLACES,
     .help = "points at which the value is wanted", .standard = "none"},
    {"means", LOD_KIND_TABLES, FIELD(means), .size = sizeof(LodPlacedBox), .count = FIELD(n_means),
     .capacity = LOD_MAX_FILE_PLACES, .table = &box_table,
     .help = "boxes over which the mean is wanted", .standard = "none"},
    {"report", LOD_KIND_TEXT, FIELD(report), .capacity = LOD_PATH_MAX,
     .help = "where quantities go as JSON", .standard = "beside the solution"},
};
static const LodTable output_table = {"[output]", TABLE_OF(output_settings)};

static const LodSetting problem_settings[] = {
    {"coefficient", LOD_KIND_TABLE, .table = &coefficient_table},
    {"domain", LOD_KIND_TABLE, .table = &domain_table},
    {"mesh", LOD_KIND_TABLE, .table = &mesh_table},
    {"boundary", LOD_KIND_TABLE, .table = &boundary_table},
    {"source", LOD_KIND_TABLE, .table = &source_table},
    {"method", LOD_KIND_TABLE, .table = &method_table},
    {"output", LOD_KIND_TABLE, .table = &output_table},
};
const LodTable lod_problem_table = {"", TABLE_OF(problem_settings)};

PetscErrorCode LodProblemFileRead(const char *path, LodProblemFile *problem) {
  LodSettingsFile file;

  PetscFunctionBeginUser;
  PetscCall(PetscMemzero(problem, sizeof *problem));
  PetscCall(LodSettingsOpen(path, &file));
  (void)snprintf(problem->path, sizeof problem->path, "%s", path);
  PetscErrorCode error =
      LodSettingsRead(&file, LodTomlRoot(file.document), &lod_problem_table, problem);
  PetscCall(LodSettingsClose(&file));
  PetscCall(error);
  for (PetscInt i = 0; i < problem->n_means; i++) {
    LodPlacedBox *box = &problem->means[i];
    (void)snprintf(box->text, sizeof box->text, "%s:%s", box->from.text, box->to.text);
  }
  PetscFunctionReturn(0);
}

PetscErrorCode LodProblemFileWriteKeys(FILE *stream) {
  LodProblemFile *nothing;
  PetscFunctionBeginUser;
  PetscCall(PetscNew(&nothing));
  LodSettingsWriteKeys(stream, &lod_problem_table, nothing);
  PetscCall(PetscFree(nothing));
  PetscFunctionReturn(0);
}
