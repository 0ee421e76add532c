/* Kernels on all levels of processors that this machine has, and which one is chosen. */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "base/units_private.h"
#include "exact_properties.h"
#include "lod/exact.h"
#include "lod/front_private.h"
#include "nn/adam_private.h"
#include "nn/layer_private.h"

/* What a child process found out, in memory that it shares with its parent. */
enum { MOST_VALUES = 1 << 20, MOST_WORDS = 1024 };
typedef struct {
  LodCpuLevel level;
  char        stderr_text[MOST_WORDS];
  double      values[MOST_VALUES];
} Shared;

/* A block of shared memory. */
static Shared *create_shared(void) {
  Shared *shared =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(shared, MAP_FAILED);
  return shared;
}

/* In a child process whose LODNET_CPU is `word` (unset: NULL): asks for the level, and runs work. A
   level is chosen once in a process. */
static void run_with(const char *word, void (*work)(Shared *), Shared *shared) {
  int   status, ends[2];
  pid_t child;
  ck_assert_int_eq(pipe(ends), 0);
  child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    if (word)
      setenv("LODNET_CPU", word, 1);
    else
      unsetenv("LODNET_CPU");
    shared->level = LodCpuLevelHere();
    if (work) work(shared);
    _exit(0);
  }
  close(ends[1]);
  size_t used = 0;
  for (ssize_t got = 1; got > 0; used += got > 0 ? (size_t)got : 0)
    got = read(ends[0], shared->stderr_text + used, MOST_WORDS - 1 - used);
  shared->stderr_text[used] = 0;
  close(ends[0]);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child failed: %s",
                shared->stderr_text);
}

/* The level that the machine has. */
static LodCpuLevel machine_level(void) {
  Shared *shared = create_shared();
  run_with(NULL, NULL, shared);
  LodCpuLevel level = shared->level;
  munmap(shared, sizeof *shared);
  return level;
}

START_TEST(environment_limits_the_level) {
  static const struct {
    const char *word;
    LodCpuLevel most;
  } known[] = {{"x86-64", LOD_CPU_BASELINE},
               {"x86-64-v2", LOD_CPU_BASELINE},
               {"x86-64-v3", LOD_CPU_AVX2},
               {"x86-64-v4", LOD_CPU_AVX512},
               {"", LOD_CPU_AVX512}};
  Shared           *shared = create_shared();
  const LodCpuLevel machine = machine_level();
  printf("this machine: %s\n", LodCpuLevelName(machine));
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    run_with(known[i].word, NULL, shared);
    ck_assert_int_eq(shared->level, machine < known[i].most ? machine : known[i].most);
    ck_assert_str_eq(shared->stderr_text, "");
  }
  run_with("avx2", NULL, shared);
  ck_assert_int_eq(shared->level, machine);
  const char *warning = strstr(shared->stderr_text, "warning: LODNET_CPU is 'avx2'");
  ck_assert_ptr_nonnull(warning);
  ck_assert_ptr_null(strstr(warning + 1, "warning:")); /* said once */
  munmap(shared, sizeof *shared);
}
END_TEST

/* The kernels of all levels; those above the machine's must not be called. */
#ifdef __x86_64__
static const LodFrontKernel *const fronts[] = {&LodFrontKernelBaseline, &LodFrontKernelAvx2,
                                               &LodFrontKernelAvx512};
static const LodAdamKernel *const  adams[] = {&LodAdamKernelBaseline, &LodAdamKernelAvx2,
                                              &LodAdamKernelAvx512};
static const LodLayerKernel *const layers[] = {&LodLayerKernelBaseline, &LodLayerKernelAvx2,
                                               &LodLayerKernelAvx512};
static const LodUnitsKernel *const units[] = {&LodUnitsKernelBaseline, &LodUnitsKernelAvx2,
                                              &LodUnitsKernelAvx512};
#else
static const LodFrontKernel *const fronts[] = {&LodFrontKernelBaseline};
static const LodAdamKernel *const  adams[] = {&LodAdamKernelBaseline};
static const LodLayerKernel *const layers[] = {&LodLayerKernelBaseline};
static const LodUnitsKernel *const units[] = {&LodUnitsKernelBaseline};
#endif

/* Fills the upper triangle of a matrix that is dominated by its diagonal. */
static void fill_front(int n, unsigned long long seed, uint64_t stream, double *front) {
  for (int i = 0; i < n; i++)
    for (int j = i; j < n; j++)
      front[i * n + j] = LodRandomUniform(seed, stream, (uint64_t)(i * n + j)) - 0.5;
  for (int i = 0; i < n; i++)
    front[i * n + i] += n;
}

/* Largest difference of the upper triangles over the largest entry. */
static double front_difference(int n, const double *a, const double *b) {
  double difference = 0, largest = 0;
  for (int i = 0; i < n; i++)
    for (int j = i; j < n; j++) {
      difference = fmax(difference, fabs(a[i * n + j] - b[i * n + j]));
      largest = fmax(largest, fabs(a[i * n + j]));
    }
  return difference / largest;
}

/* Every remainder of a row of tiles, all levels against the plainest elimination. */
START_TEST(levels_eliminate_alike) {
  enum { MOST = 104 };
  const unsigned long long seed = test_seed();
  double                   plain[MOST * MOST], front[MOST * MOST];
  for (int n = 8; n <= MOST; n += 8) {
    const int gone = 8 * (int)(1 + LodRandomBits(seed, 1, (uint64_t)n) % (uint64_t)(n / 8));
    memset(plain, 0, sizeof plain);
    fill_front(n, seed, (uint64_t)(1000 + n), plain);
    for (int k = 0; k < gone; k++) {
      const double pivot = sqrt(plain[k * n + k]);
      for (int j = k; j < n; j++)
        plain[k * n + j] /= pivot;
      for (int i = k + 1; i < n; i++)
        for (int j = i; j < n; j++)
          plain[i * n + j] -= plain[k * n + i] * plain[k * n + j];
    }
    for (int level = 0; level <= (int)machine_level(); level++) {
      memset(front, 0, sizeof front);
      fill_front(n, seed, (uint64_t)(1000 + n), front);
      ck_assert_int_eq(fronts[level]->eliminate(front, n, gone, n), -1);
      ck_assert_double_le(front_difference(n, plain, front), 1e-12);
    }
  }
}
END_TEST

/* A pivot that is not positive is found at the same place. */
START_TEST(levels_find_the_bad_pivot) {
  enum { SIZE = 32 };
  const unsigned long long seed = test_seed();
  double                   front[SIZE * SIZE];
  for (int level = 0; level <= (int)machine_level(); level++)
    for (int bad = 0; bad < SIZE; bad++) {
      memset(front, 0, sizeof front);
      fill_front(SIZE, seed, 1, front);
      front[bad * SIZE + bad] = -1;
      ck_assert_int_eq(fronts[level]->eliminate(front, SIZE, SIZE, SIZE), bad);
    }
}
END_TEST

START_TEST(levels_step_alike) {
  enum { COUNT = 1003, ARRAYS = 4 }; /* gradient, parameter, both moments */
  const LodAdamStep        step = {.beta1 = 0.9F,
                                   .beta2 = 0.999F,
                                   .rest1 = 0.1F,
                                   .rest2 = 0.001F,
                                   .correction1 = 0.1F,
                                   .correction2 = 0.001F,
                                   .rate = 1e-3F,
                                   .epsilon = 1e-8F};
  const unsigned long long seed = test_seed();
  float                    values[LOD_CPU_LEVELS][ARRAYS][COUNT];
  for (int level = 0; level <= (int)machine_level(); level++) {
    for (int a = 0; a < ARRAYS; a++)
      for (int i = 0; i < COUNT; i++)
        values[level][a][i] = (float)LodRandomUniform(seed, (uint64_t)a, (uint64_t)i);
    float(*v)[COUNT] = values[level];
    adams[level]->update(&step, 3, COUNT, v[0], v[1], v[2], v[3]);
    ck_assert_float_eq(v[1][2], (float)LodRandomUniform(seed, 1, 2)); /* before the stretch */
    for (int a = 0; a < ARRAYS; a++)
      for (int i = 0; i < COUNT; i++)
        ck_assert_float_eq_tol(v[a][i], values[0][a][i], 1e-6F);
  }
}
END_TEST

/* ELU's derivative is out + 1 where out is negative, and sums add up, to the last number and not
   beyond. */
START_TEST(levels_go_back_alike) {
  enum { MOST = 67 };
  const unsigned long long seed = test_seed();
  for (int level = 0; level <= (int)machine_level(); level++)
    for (size_t n = 1; n < MOST; n++) {
      float out[MOST], dout[MOST], sum[MOST], before[2][MOST];
      for (size_t i = 0; i < MOST; i++) {
        out[i] = (float)(2 * LodRandomUniform(seed, n, i) - 1);
        before[0][i] = dout[i] = (float)LodRandomUniform(seed, 100 + n, i);
        before[1][i] = sum[i] = (float)LodRandomUniform(seed, 200 + n, i);
      }
      layers[level]->activation(1, n, out, dout);
      layers[level]->add(n, out, sum);
      for (size_t i = 0; i < MOST; i++) {
        const float slope = i >= n || out[i] > 0 ? 1 : out[i] + 1;
        ck_assert_float_eq_tol(dout[i], slope * before[0][i], 1e-6F);
        ck_assert_float_eq_tol(sum[i], before[1][i] + (i < n ? out[i] : 0), 1e-6F);
      }
      layers[level]->activation(0, n, out, dout); /* ReLU */
      for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(dout[i] != 0, out[i] > 0);
    }
}
END_TEST

/* Wherever it is; and what is not finite is not overlooked. */
START_TEST(levels_find_the_largest) {
  enum { MOST = 67 };
  const unsigned long long seed = test_seed();
  for (int level = 0; level <= (int)machine_level(); level++)
    for (size_t n = 1; n < MOST; n++) {
      double values[MOST], scaled[MOST];
      float  singles[MOST];
      size_t place = (size_t)(LodRandomBits(seed, 300, n) % n);
      for (size_t i = 0; i < MOST; i++)
        singles[i] = (float)(values[i] = i < n ? LodRandomUniform(seed, n, i) - 0.5 : 7);
      singles[place] = (float)(values[place] = -5);
      ck_assert_double_eq(units[level]->largest(n, values), 5);
      ck_assert_float_eq(units[level]->largest_single(n, singles), 5);
      units[level]->scale(4, 0.5, n, values, scaled);
      for (size_t i = 0; i < n; i++)
        ck_assert_double_eq(scaled[i], 2 * values[i]);
      singles[place] = (float)(values[place] = NAN);
      ck_assert(!isfinite(units[level]->largest(n, values)));
      ck_assert(!isfinite(units[level]->largest_single(n, singles)));
    }
}
END_TEST

static const LodGrid meshes[] = {
    {LOD_UNIT_CUBE(1, 9, 27, 54), .ell = 2},
    {LOD_UNIT_CUBE(2, 6, 24, 48), .ell = 2, .natural = {{1, 0}, {0, 0}}},
    {LOD_UNIT_CUBE(3, 3, 6, 12), .ell = 1},
};
enum { N_MESHES = sizeof meshes / sizeof *meshes };
static const LodGrid     *mesh;
static unsigned long long seed_of_mesh;

/* All operators of a random coefficient on `mesh`, to shared->values. */
static void compute_operators(Shared *shared) {
  LodCoefficient coefficient = random_coefficient(mesh, seed_of_mesh, 1, 100);
  double        *operators = all_operators(LodExactSharedCreate, mesh, &coefficient);
  memcpy(shared->values, operators,
         (size_t)(LodGridCells(mesh) * LodGridOperatorSize(mesh)) * sizeof *operators);
}

/* From the coefficient to the operators, each level in a process of its own. */
START_TEST(levels_give_the_same_operators) {
  static const char *const words[] = {"x86-64", "x86-64-v3", "x86-64-v4"};
  Shared                  *first = create_shared(), *other = create_shared();
  mesh = &meshes[_i];
  seed_of_mesh = test_seed();
  const PetscInt count = LodGridCells(mesh) * LodGridOperatorSize(mesh);
  ck_assert_int_le(count, MOST_VALUES);
  run_with(words[0], compute_operators, first);
  const double largest = largest_entry(count, first->values);
  ck_assert_double_gt(largest, 0);
  for (int level = 1; level <= (int)machine_level(); level++) {
    double difference = 0;
    run_with(words[level], compute_operators, other);
    ck_assert_int_eq(other->level, level);
    for (PetscInt i = 0; i < count; i++)
      difference = fmax(difference, fabs(first->values[i] - other->values[i]));
    printf("mesh %d, %s: %.1e\n", _i, words[level], difference / largest);
    ck_assert_double_le(difference, 1e-12 * largest);
  }
  munmap(first, sizeof *first);
  munmap(other, sizeof *other);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("cpu");
  TCase *tests = tcase_create("cpu");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, environment_limits_the_level);
  tcase_add_test(tests, levels_eliminate_alike);
  tcase_add_test(tests, levels_find_the_bad_pivot);
  tcase_add_test(tests, levels_step_alike);
  tcase_add_test(tests, levels_go_back_alike);
  tcase_add_test(tests, levels_find_the_largest);
  tcase_add_loop_test(tests, levels_give_the_same_operators, 0, N_MESHES);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
