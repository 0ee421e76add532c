/* Constructors that run out of memory at each of their allocations in turn: they say so, leave
   nothing behind, and give no half an object. */
#include <lodnet.h>
#include <omp.h>
#include <string.h>
#include <unistd.h>

#include "base/expression.h"
#include "base/text_file.h"
#include "check_lodnet.h"
#include "config/config.h"
#include "failing_malloc.h"
#include "fem/q1_system.h"
#include "io/history.h"
#include "lod/baseline.h"
#include "lod/exact.h"
#include "lod/update.h"
#include "nn/learned.h"
#include "problem/data.h"
#include "sample/sample.h"
#include "structured_model.h"
#include "system/coarse_system.h"
#include "train/batch.h"

/* A folder of this process, removed by main, and a name in it. */
static char        folder[] = "/tmp/lodnet-leaks-XXXXXX";
static const char *scratch(const char *name) {
  static char path[64];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

/* What the constructors take, made by main; models without and with an encoder, exact for
   constants. */
static const LodGrid             grid = {LOD_UNIT_CUBE(2, 3, 6, 12), .ell = 1};
static const LodTrainingSettings training = {.loss = LOD_LOSS_ENERGY, .moment_weight = 30};
static LodModel                 *model[2];
static LodCoefficient            given;
static LodPairs                 *opened;
static LodLocalOperators        *source;
static double                    operators[9 * 64], fine_nodes[169], values[36]; /* of the grid */

/* What they make. */
static LodCoefficient     coefficient;
static LodLocalOperators *made;
static double            *baseline;
static LodNetwork        *network;
static LodNetworkRun     *run;
static LodModel          *loaded;
static LodBatch           batch;
static LodAnchors         anchors;
static LodLoss           *loss;
static LodPairs          *pairs;
static LodCoarseSystem   *coarse;
static LodQ1System       *q1;
static LodExpression     *expression;
static LodTextFile        text;
static LodSolver         *solver;
static LodData            data;

/* Each kind of object: how it is made and how it ends. */
static PetscErrorCode make_coefficient(void) {
  return LodCoefficientCreate(2, LOD_CUBE(6), &coefficient);
}
static PetscErrorCode end_coefficient(void) {
  return LodCoefficientDestroy(&coefficient);
}

static PetscErrorCode make_shared(void) {
  return LodExactSharedCreate(&grid, &made);
}
static PetscErrorCode make_patch(void) {
  return LodExactPatchCreate(&grid, &made);
}
static PetscErrorCode make_learned(void) {
  return LodLearnedCreate(&grid, model[0], PETSC_FALSE, &made);
}
static PetscErrorCode make_encoded(void) {
  return LodLearnedCreate(&grid, model[1], PETSC_FALSE, &made);
}
static PetscErrorCode make_averaged(void) {
  return LodLearnedCreate(&grid, model[0], PETSC_TRUE, &made);
}
static PetscErrorCode make_update(void) {
  return LodUpdateCreate(source, &given, operators, &made);
}
static PetscErrorCode end_operators(void) {
  return LodLocalOperatorsDestroy(&made);
}

/* What is allocated when operators are first computed. */
static PetscErrorCode compute(PetscErrorCode error) {
  if (!error) error = LodLocalOperatorsSetCoefficient(made, &given);
  if (!error) error = LodLocalOperatorsCompute(made, 0, 9, NULL, operators);
  const PetscErrorCode freed = end_operators();
  return error ? error : freed;
}
static PetscErrorCode compute_shared(void) {
  return compute(make_shared());
}
static PetscErrorCode compute_patch(void) {
  return compute(make_patch());
}
static PetscErrorCode compute_learned(void) {
  return compute(make_averaged());
}
static PetscErrorCode compute_update(void) {
  return compute(make_update());
}

static PetscErrorCode make_baseline(void) {
  return LodBaselineCreate(&grid, &baseline);
}
static PetscErrorCode end_baseline(void) {
  return PetscFree(baseline);
}

static PetscErrorCode make_network(void) {
  return LodNetworkCreate(LodNetworkShapeOf(model[1]->network), &network);
}
static PetscErrorCode end_network(void) {
  return LodNetworkDestroy(&network);
}

static PetscErrorCode make_run(void) {
  return LodNetworkRunCreate(model[1]->network, 30, &run);
}
static PetscErrorCode make_gradients(void) {
  PetscErrorCode error = make_run();
  if (!error && !LodNetworkGradients(run)) {
    (void)LodNetworkRunDestroy(&run);
    error = PETSC_ERR_MEM;
  }
  return error;
}
static PetscErrorCode end_run(void) {
  return LodNetworkRunDestroy(&run);
}

static PetscErrorCode make_model(void) {
  return LodModelRead(scratch("model.h5"), &loaded);
}
static PetscErrorCode end_model(void) {
  return LodModelDestroy(&loaded);
}

static PetscErrorCode make_batch(void) {
  return LodBatchCreate(opened, model[0], &training, 5, PETSC_TRUE, &batch);
}
static PetscErrorCode end_batch(void) {
  return LodBatchDestroy(&batch);
}

static PetscErrorCode make_anchors(void) {
  return LodAnchorsCreate(&grid, model[1], &anchors);
}
static PetscErrorCode end_anchors(void) {
  return LodAnchorsDestroy(&anchors);
}

static PetscErrorCode make_loss(void) {
  return LodLossCreate(&grid, &training, PETSC_TRUE, &loss);
}
static PetscErrorCode end_loss(void) {
  return LodLossDestroy(&loss);
}

static PetscErrorCode make_pairs(void) {
  return LodPairsOpen(scratch("pairs.h5"), &pairs);
}
static PetscErrorCode end_pairs(void) {
  return LodPairsClose(&pairs);
}

static PetscErrorCode make_coarse(void) {
  return LodCoarseSystemCreate(PETSC_COMM_WORLD, &grid, &coarse);
}
static PetscErrorCode end_coarse(void) {
  return LodCoarseSystemDestroy(&coarse);
}

static PetscErrorCode make_q1(void) {
  return LodQ1SystemCreate(PETSC_COMM_WORLD, &grid, LOD_Q1_FINE, &q1);
}
static PetscErrorCode end_q1(void) {
  return LodQ1SystemDestroy(&q1);
}
static PetscErrorCode solve_q1(void) {
  return LodQ1FineSolve(PETSC_COMM_WORLD, &grid, &given, fine_nodes, fine_nodes, NULL);
}

/* Every kind of boundary data but datasets; constants, which are integrated at once. */
static PetscErrorCode make_data(void) {
  LodConditions  conditions = {0};
  LodCoefficient medium = given;
  LodGrid        mesh = grid;
  double         point[LOD_MAX_DIM] = {0.3, 0.6, 0};
  PetscErrorCode error =
      LodConditionsSetFace(&conditions, 2, "left", LOD_FACE_DIRICHLET, "y", NULL, "left");
  if (!error)
    error = LodConditionsSetFace(&conditions, 2, "right", LOD_FACE_ROBIN, "1", "2", "right");
  if (!error) error = LodConditionsSetFace(&conditions, 2, "top", LOD_FACE_FLUX, "3", NULL, "top");
  if (!error) error = LodConditionsAddWell(&conditions, point, 1, "well");
  if (!error) error = LodConditionsSetReaction(&conditions, "1", "reaction");
  if (!error) error = LodConditionsApply(&conditions, &mesh, &medium);
  if (!error) error = LodDataCreate(&mesh, &medium, &conditions, "1", "f", PETSC_TRUE, &data);
  (void)LodConditionsDestroy(&conditions);
  (void)PetscFree(medium.reaction);
  (void)PetscFree(medium.robin[0][1]);
  return error;
}
static PetscErrorCode end_data(void) {
  return LodDataDestroy(&data);
}

static PetscErrorCode make_expression(void) {
  return LodExpressionCreate("1 + x * sin(pi * y)", 2, "f", &expression);
}
static PetscErrorCode end_expression(void) {
  return LodExpressionDestroy(&expression);
}

static PetscErrorCode read_config(void) {
  LodConfig config;
  return LodConfigRead(scratch("config.toml"), &config);
}
static PetscErrorCode write_config(void) {
  LodConfig config;
  char     *toml = NULL;
  LodConfigDefaults(&config);
  PetscErrorCode       error = LodConfigWrite(&config, &toml);
  const PetscErrorCode freed = PetscFree(toml);
  return error ? error : freed;
}

static PetscErrorCode make_text(void) {
  return LodTextFileBegin(&text, folder, "text");
}
static PetscErrorCode end_text(void) {
  return LodTextFileAbort(&text);
}

/* A solver of the public library by one method. */
static PetscErrorCode solver_of(LodSolverMethod method) {
  const LodSolverOptions options = {
      .method = method, .model = model[1], .average = 1, .allow_range = 1};
  LodMesh   mesh;
  const int cells[] = {6, 6};
  if (LodMeshDefaults(2, cells, NULL, &mesh)) return LOD_ERR_INPUT;
  for (int axis = 0; axis < 2; axis++)
    mesh.coarse[axis] = 3;
  mesh.ell = 1;
  return LodSolverCreate(MPI_COMM_WORLD, &mesh, &options, &solver) ? PETSC_ERR_MEM : 0;
}
static PetscErrorCode make_solver_lod(void) {
  return solver_of(LODNET_METHOD_LOD);
}
static PetscErrorCode make_solver_dnn(void) {
  return solver_of(LODNET_METHOD_DNN);
}
static PetscErrorCode make_solver_coarse(void) {
  return solver_of(LODNET_METHOD_COARSE);
}
static PetscErrorCode end_solver(void) {
  return LodSolverDestroy(&solver);
}

/* A coefficient is taken and a load solved for; the solver is made and ended with it. */
static PetscErrorCode use_solver(PetscErrorCode error) {
  double load[16], solution[16];
  if (error) return error;
  for (int i = 0; i < 16; i++)
    load[i] = 1;
  error = LodSolverSetCoefficient(solver, values) || LodSolverSolve(solver, 1, load, solution)
              ? PETSC_ERR_MEM
              : 0;
  (void)end_solver();
  return error;
}
static PetscErrorCode use_solver_lod(void) {
  return use_solver(make_solver_lod());
}
static PetscErrorCode use_solver_dnn(void) {
  return use_solver(make_solver_dnn());
}
static PetscErrorCode use_solver_coarse(void) {
  return use_solver(make_solver_coarse());
}

/* A whole problem, with all that is known of its solution. */
static PetscErrorCode solve_problem(void) {
  const double    point[1][3] = {{0.4, 0.3, 0}}, rate = 1;
  const LodMedium medium = {.values = values, .reaction = values};
  LodFlows        flows;
  double          solution[16], flux[72], fine[169];
  PetscErrorCode  error = make_solver_lod();
  if (error) return error;
  error = LodSolverSetFace(solver, "left", LODNET_FACE_DIRICHLET, "y", NULL) ||
                  LodSolverSetFace(solver, "top", LODNET_FACE_ROBIN, "1", "2") ||
                  LodSolverSetWells(solver, 1, point, &rate) ||
                  LodSolverSetMedium(solver, &medium) ||
                  LodSolverSolveProblem(solver, &(LodSource){.cell_values = values, .correct = 1},
                                        solution) ||
                  LodSolverFineSolution(solver, fine) || LodSolverFlux(solver, flux) ||
                  LodSolverFlows(solver, &flows)
              ? PETSC_ERR_MEM
              : 0;
  (void)end_solver();
  return error;
}

/* All of them; `handle` is NULL where the object has none. */
static const struct {
  const char *name;
  PetscErrorCode (*make)(void);
  PetscErrorCode (*end)(void);
  void *handle;
} kinds[] = {
    {"coefficient", make_coefficient, end_coefficient, &coefficient.values},
    {"exact operators, shared", make_shared, end_operators, &made},
    {"exact operators, by patch", make_patch, end_operators, &made},
    {"learned operators", make_learned, end_operators, &made},
    {"learned operators, encoder", make_encoded, end_operators, &made},
    {"learned operators, averaged", make_averaged, end_operators, &made},
    {"updated operators", make_update, end_operators, &made},
    {"computing, shared", compute_shared, NULL, &made},
    {"computing, by patch", compute_patch, NULL, &made},
    {"computing, learned", compute_learned, NULL, &made},
    {"computing, updated", compute_update, NULL, &made},
    {"baseline", make_baseline, end_baseline, &baseline},
    {"network", make_network, end_network, &network},
    {"run", make_run, end_run, &run},
    {"gradients", make_gradients, end_run, &run},
    {"model", make_model, end_model, &loaded},
    {"batch", make_batch, end_batch, &batch.inp},
    {"anchors", make_anchors, end_anchors, &anchors.rows},
    {"loss", make_loss, end_loss, &loss},
    {"pairs", make_pairs, end_pairs, &pairs},
    {"coarse system", make_coarse, end_coarse, &coarse},
    {"fine system", make_q1, end_q1, &q1},
    {"fine solution", solve_q1, NULL, NULL},
    {"data of a problem", make_data, end_data, &data.load},
    {"expression", make_expression, end_expression, &expression},
    {"config", read_config, NULL, NULL},
    {"config, written", write_config, NULL, NULL},
    {"text file", make_text, end_text, &text.stream},
    {"solver, lod", make_solver_lod, end_solver, &solver},
    {"solver, dnn", make_solver_dnn, end_solver, &solver},
    {"solver, coarse", make_solver_coarse, end_solver, &solver},
    {"solving, lod", use_solver_lod, NULL, &solver},
    {"solving, dnn", use_solver_dnn, NULL, &solver},
    {"solving, coarse", use_solver_coarse, NULL, &solver},
    {"a problem", solve_problem, NULL, &solver},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Makes an object and ends it; what is made only once in a process is there then. */
static void make_and_end(int kind) {
  LodErrorClear();
  assert_ok(kinds[kind].make());
  if (kinds[kind].end) assert_ok(kinds[kind].end());
}

START_TEST(failing_leaves_nothing) {
  const char *const name = kinds[_i].name;
  void            **handle = kinds[_i].handle;
  const void       *nothing = NULL;
  /* Of the many allocations of a problem most are those of other kinds. */
  const long step = kinds[_i].make == solve_problem ? 19 : 1;
  memory_fails_at(0);
  make_and_end(_i);
  make_and_end(_i);
  for (long n = 1;; n += step) {
    const long before = memory.live;
    LodErrorClear();
    memory_fails_at(n);
    const PetscErrorCode error = kinds[_i].make();
    const int            failed = memory_has_failed();
    memory_fails_at(0);
    if (!failed) {
      ck_assert_msg(n > 1, "%s: nothing is allocated", name);
      assert_ok(error);
      if (kinds[_i].end) assert_ok(kinds[_i].end());
      ck_assert_msg(memory.live == before, "%s: %ld pieces are left", name, memory.live - before);
      break;
    }
    ck_assert_msg(error == PETSC_ERR_MEM && strstr(LodErrorMessage(), "memory"),
                  "%s, allocation %ld: error %d, \"%s\"", name, n, error, LodErrorMessage());
    ck_assert_msg(memory.live == before, "%s, allocation %ld: %ld pieces are left (%s)", name, n,
                  memory.live - before, LodErrorMessage());
    if (handle)
      ck_assert_msg(!memcmp(handle, &nothing, sizeof nothing), "%s, allocation %ld: not NULL", name,
                    n);
  }
}
END_TEST

/* Makes pairs, a model and a config in files, and all that constructors borrow. */
static void prepare(void) {
  LodConfig config;
  FILE     *file = fopen(scratch("config.toml"), "w");
  assert_ok(memory_take_over());
  ck_assert_ptr_nonnull(file);
  (void)fputs("[mesh]\ncoarse = 4\n", file);
  (void)fclose(file);
  for (int i = 0; i < 2; i++) {
    model[i] = structured_model(&grid, (PetscBool)i, 0.3, 1);
    model[i]->structure.exact_constants = PETSC_TRUE;
  }
  model[1]->history.epochs = 1;
  assert_ok(PetscCalloc1(LOD_HISTORY_COLUMNS, &model[1]->history.history));
  assert_ok(LodModelWrite(model[1], scratch("model.h5")));
  assert_ok(LodCoefficientCreate(2, LOD_CUBE(6), &given));
  for (int i = 0; i < 36; i++)
    values[i] = given.values[i] = 1 + i % 5;
  for (int i = 0; i < 169; i++)
    fine_nodes[i] = 1;
  LodConfigDefaults(&config);
  config.grid = grid;
  config.n_families = 1;
  LodSampleDefaults(&config.families[0]);
  config.families[0].count = 5;
  config.families[0].n_scales = 1;
  config.families[0].scales[0] = 6;
  assert_ok(LodConfigMakePairs(&config, scratch("pairs.h5"), PETSC_TRUE));
  assert_ok(LodPairsOpen(scratch("pairs.h5"), &opened));
  assert_ok(LodExactSharedCreate(&grid, &source));
}

/* Ends what `prepare` has made. */
static void clean(void) {
  memory_fails_at(0);
  assert_ok(LodLocalOperatorsDestroy(&source));
  assert_ok(LodPairsClose(&opened));
  assert_ok(LodCoefficientDestroy(&given));
  for (int i = 0; i < 2; i++)
    assert_ok(LodModelDestroy(&model[i]));
  (void)unlink(scratch("config.toml"));
  (void)unlink(scratch("model.h5"));
  (void)unlink(scratch("pairs.h5"));
  (void)rmdir(folder);
}

int main(int argc, char **argv) {
  Suite *suite = suite_create("leaks");
  TCase *tests = tcase_create("leaks");
  if (!mkdtemp(folder)) return 1;
  tcase_set_timeout(tests, 60);
  tcase_add_unchecked_fixture(tests, prepare, clean);
  tcase_add_loop_test(tests, failing_leaves_nothing, 0, KINDS);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
