/* Conditions of a problem: what problem files and options say is what is kept, with its place. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "check_lodnet.h"
#include "common/options.h"

static const char          path[] = "conditions-test.toml";
static LodProblemFile      file;
static LodConditionOptions options;

/* Reads `text` as a problem file. */
static PetscErrorCode ReadText(const char *text) {
  FILE *stream = fopen(path, "w");
  ck_assert_ptr_nonnull(stream);
  ck_assert(fputs(text, stream) >= 0);
  ck_assert_int_eq(fclose(stream), 0);
  const PetscErrorCode error = LodProblemFileRead(path, &file);
  unlink(path);
  return error;
}

/* A file that says everything. */
static const char everything[] =
    "[coefficient]\nfile = \"a.h5\"\ndataset = \"k\"\nresample = [30, 40]\n"
    "resample_mean = \"harmonic\"\npad = true\n"
    "[domain]\nextent = [1200, 2200.5]\nmask = \"/m.h5:mask\"\nwalls = \"dirichlet\"\n"
    "[mesh]\nuse = \"small-2d\"\ncoarse = [15, 55]\nfine = 220\nell = 3\n"
    "[boundary]\nleft = {dirichlet = 1}\nright = {flux = \"sin(pi*x)\"}\n"
    "bottom = {robin = [2.5, \"@g.h5:g\"]}\ntop = \"natural\"\nfront = {dirichlet = -0.1}\n"
    "[source]\nrhs = \"@/f.h5\"\nreaction = 1e-30\n"
    "wells = [{at = [0.2, 3], rate = 1}, {at = 4, rate = -2.5}]\n"
    "[method]\nname = \"fine\"\nmodel = \"/m.h5\"\naverage = true\nallow_range = true\n"
    "correct = true\nreconstruct = true\n"
    "[output]\nfile = \"u.h5\"\noperators = true\nquantities = true\nreport = \"r.json\"\n"
    "points = [[0.5, 1e-3], 2]\nmeans = [{from = [0, 0], to = [0.5, 1]}]\n";

START_TEST(a_file_that_says_everything_is_kept_whole) {
  char folder[LOD_PATH_MAX], absolute[2 * LOD_PATH_MAX];
  assert_ok(ReadText(everything));
  ck_assert_ptr_nonnull(getcwd(folder, sizeof folder));
  (void)snprintf(absolute, sizeof absolute, "%s/a.h5", folder);
  ck_assert_str_eq(file.coefficient, absolute);
  ck_assert_str_eq(file.dataset, "k");
  ck_assert_int_eq(file.resample.n, 2);
  ck_assert_double_eq(file.resample.numbers[1], 40);
  ck_assert_str_eq(file.resample_mean, "harmonic");
  ck_assert(file.pad);
  ck_assert_int_eq(file.extent.n, 2);
  ck_assert_double_eq(file.extent.numbers[1], 2200.5);
  ck_assert_str_eq(file.mesh, "small-2d");
  ck_assert_int_eq(file.coarse.n, 2);
  ck_assert_double_eq(file.coarse.numbers[1], 55);
  ck_assert_int_eq(file.fine.n, 1);
  ck_assert_double_eq(file.fine.numbers[0], 220);
  ck_assert_int_eq(file.ell, 3);
  ck_assert_str_eq(file.rhs.text, "@/f.h5");
  ck_assert_str_eq(file.reaction.text, "1e-30");
  ck_assert_int_eq(file.n_wells, 2);
  ck_assert_int_eq(file.wells[0].at.n, 2);
  ck_assert_double_eq(file.wells[0].at.numbers[1], 3);
  ck_assert_int_eq(file.wells[1].at.n, 1);
  ck_assert_double_eq(file.wells[1].rate, -2.5);
  ck_assert_str_eq(file.method.text, "fine");
  ck_assert_str_eq(file.model, "/m.h5");
  ck_assert_str_eq(file.output, "u.h5");
  ck_assert_str_eq(file.mask, "/m.h5:mask");
  ck_assert_str_eq(file.walls.text, "dirichlet");
  ck_assert_str_eq(file.report, "r.json");
  ck_assert_int_eq(file.n_points, 2);
  ck_assert_str_eq(file.points[0].text, "0.5,0.001");
  ck_assert_double_eq(file.points[0].numbers[1], 1e-3);
  ck_assert_int_eq(file.points[1].n, 1);
  ck_assert_int_eq(file.n_means, 1);
  ck_assert_str_eq(file.means[0].text, "0,0:0.5,1");
  ck_assert(file.average && file.allow_range && file.correct && file.reconstruct &&
            file.operators && file.quantities);
}
END_TEST

START_TEST(faces_are_kept_with_values_and_places) {
  char folder[LOD_PATH_MAX], absolute[2 * LOD_PATH_MAX];
  assert_ok(ReadText(everything));
  ck_assert_int_eq(file.faces[0][0].kind, LOD_FACE_DIRICHLET);
  ck_assert_str_eq(file.faces[0][0].value.text, "1");
  ck_assert_str_eq(file.faces[0][0].value.where,
                   "conditions-test.toml: line 17, column 1: \"left\" in [boundary]");
  ck_assert_int_eq(file.faces[0][1].kind, LOD_FACE_FLUX);
  ck_assert_str_eq(file.faces[0][1].value.text, "sin(pi*x)");
  ck_assert_int_eq(file.faces[1][0].kind, LOD_FACE_ROBIN);
  ck_assert_str_eq(file.faces[1][0].rate.text, "2.5");
  ck_assert_ptr_nonnull(getcwd(folder, sizeof folder));
  (void)snprintf(absolute, sizeof absolute, "@%s/g.h5:g", folder);
  ck_assert_str_eq(file.faces[1][0].value.text, absolute);
  ck_assert_int_eq(file.faces[1][1].kind, LOD_FACE_NATURAL);
  ck_assert_str_eq(file.faces[2][0].value.text, "-0.1");
  ck_assert_int_eq(file.faces[2][1].kind, LOD_FACE_UNSET);
}
END_TEST

START_TEST(shipped_problems_are_good) {
  LodConditions conditions;
  options = (LodConditionOptions){0};
  assert_ok(LodProblemFileRead("../configs/problem.toml", &file));
  assert_ok(LodConditionOptionsResolve(&options, NULL, &file, 2, "a.h5", &conditions));
  assert_ok(LodConditionsDestroy(&conditions));
}
END_TEST

START_TEST(what_is_wrong_in_a_file_is_said_with_its_place) {
  static const struct {
    const char *text, *message;
  } wrong[] = {
      {"[bounary]\n", "line 1, column 2: unknown table \"bounary\"; did you mean \"boundary\"?"},
      {"[boundary]\nleft = 1\n",
       "line 2, column 1: \"left\" in [boundary] must be \"natural\", {di"},
      {"[boundary]\nleft = \"open\"\n", "line 2, column 1: \"left\" in [boundary] must be"},
      {"[boundary]\nleft = {}\n", "\"left\" in [boundary] must be"},
      {"[boundary]\nleft = {flux = 1, dirichlet = 2}\n", "\"left\" in [boundary] must be"},
      {"[boundary]\nleft = {flow = 1}\n", "\"left\" in [boundary] must be"},
      {"[boundary]\nleft = {flux = [1]}\n", "must be a number or a string, not a list"},
      {"[boundary]\nleft = {flux = \"\"}\n", "\"left\" in [boundary] must not be empty"},
      {"[boundary]\nleft = {flux = inf}\n", "\"left\" in [boundary] must be finite"},
      {"[boundary]\nleft = {robin = 1}\n", "must be a list of two values, [r, g]"},
      {"[boundary]\nleft = {robin = [1, 2, 3]}\n", "must be a list of two values, [r, g]"},
      {"[boundary]\nleft = {robin = [true, 2]}\n", "not true or false"},
      {"[boundary]\nwest = \"natural\"\n", "unknown key \"west\" in [boundary]; "},
      {"[mesh]\ncoarse = 1.5\n", "\"coarse\" in [mesh] must be an integer, not a floating"},
      {"[mesh]\ncoarse = []\n", "\"coarse\" in [mesh] has 0 entries"},
      {"[mesh]\ncoarse = [4, 0]\n", "column 14: entry 2 of \"coarse\" in [mesh] is 0, must be"},
      {"[domain]\nextent = 0\n", "\"extent\" in [domain] is 0, must be"},
      {"[domain]\nextent = [1, 2, 3, 4]\n", "\"extent\" in [domain] has 4 entries"},
      {"[domain]\nextent = [nan]\n", "\"extent\" in [domain] is nan"},
      {"[source]\nwells = [{at = [1, 2]}]\n", "missing key \"rate\" in wells"},
      {"[source]\nwells = [{at = [1, \"2\"], rate = 1}]\n", "entry 2 of \"at\" in wells must be"},
      {"[source]\nwells = [{at = [1, inf], rate = 1}]\n", "entry 2 of \"at\" in wells is inf"},
      {"[source]\nwells = {at = [1, 2], rate = 1}\n", "\"wells\" in [source] must be a list"},
      {"[source]\nrhs = true\n", "\"rhs\" in [source] must be a number or a string"},
      {"[method]\ncorrect = 1\n", "\"correct\" in [method] must be true or false"},
      {"[coefficient]\nfile = \"\"\n", "\"file\" must not be empty"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_refuses(ReadText(wrong[i].text), wrong[i].message);
    ck_assert_int_eq(strncmp(LodErrorMessage(), "conditions-test.toml: line ", 27), 0);
    LodErrorClear();
  }
}
END_TEST

/* Whether options and a file give this for the faces of a square, "" if they are refused. */
static PetscErrorCode Resolve(const char *neumann, const LodProblemFile *from, char **text) {
  LodGrid       grid = {LOD_UNIT_CUBE(2, 2, 4, 8), .ell = 1};
  LodConditions conditions;
  PetscFunctionBeginUser;
  PetscCall(LodConditionOptionsResolve(&options, neumann, from, 2, "a.h5", &conditions));
  PetscCall(LodConditionsBoundaryText(&conditions, &grid, text));
  PetscCall(LodConditionsDestroy(&conditions));
  PetscFunctionReturn(0);
}

START_TEST(options_come_before_the_file) {
  char *text;
  assert_ok(
      ReadText("[boundary]\nleft = {dirichlet = 1}\nright = {flux = 2}\ntop = \"natural\"\n"));
  options = (LodConditionOptions){
      .n_faces = 2, .faces = {{LOD_FACE_ROBIN, "right=min(x,2),y"}, {LOD_FACE_FLUX, "top=3"}}};
  assert_ok(Resolve("bottom", &file, &text));
  ck_assert_str_eq(text, "left: u = 1\nright: A grad u . n = (min(x,2)) (y - u)\n"
                         "bottom: natural\ntop: A grad u . n = 3");
  assert_ok(PetscFree(text));
  options.n_faces = 0;
  assert_ok(Resolve("left", &file, &text));
  ck_assert_str_eq(text, "left: natural\nright: A grad u . n = 2\nbottom: u = 0\ntop: natural");
  assert_ok(PetscFree(text));
}
END_TEST

START_TEST(a_face_has_one_condition) {
  char *text;
  options = (LodConditionOptions){
      .n_faces = 2, .faces = {{LOD_FACE_DIRICHLET, "left=1"}, {LOD_FACE_FLUX, "left=1"}}};
  assert_refuses(Resolve(NULL, NULL, &text),
                 "--flux left: the face has a condition already, --dirichlet left");
  LodErrorClear();
  options.n_faces = 1;
  assert_refuses(Resolve("top,left", NULL, &text),
                 "--dirichlet left: the face has a condition already, --neumann top,left");
  LodErrorClear();
}
END_TEST

START_TEST(wells_are_read_strictly) {
  static const struct {
    const char *text, *message;
  } wrong[] = {{"0.2,0.8", "--well 0.2,0.8: has no ="},
               {"0.2=1", "--well 0.2: has 1 coordinate, but a.h5 has 2 axes"},
               {"0.2,0.3,0.4=1", "--well 0.2,0.3,0.4: has more than 2 coordinates"},
               {"0.2,y=1", "--well 0.2,y: coordinate 'y': "},
               {"0.2,=1", "--well 0.2,: coordinate '': "},
               {"0.2,0.3=", "--well 0.2,0.3: rate '': "},
               {"0.2,0.3=nan", "--well 0.2,0.3: rate 'nan': "}};
  LodConditions conditions;
  char         *text;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    options = (LodConditionOptions){.n_wells = 1, .wells = {wrong[i].text}};
    assert_refuses(LodConditionOptionsResolve(&options, NULL, NULL, 2, "a.h5", &conditions),
                   wrong[i].message);
    LodErrorClear();
  }
  options = (LodConditionOptions){.n_wells = 2, .wells = {"0.25,0.5=1", "0,1=-2.5"}};
  assert_ok(LodConditionOptionsResolve(&options, NULL, NULL, 2, "a.h5", &conditions));
  assert_ok(LodConditionsWellsText(&conditions, 2, &text));
  ck_assert_str_eq(text, "0.25,0.5=1\n0,1=-2.5");
  assert_ok(PetscFree(text));
  assert_ok(LodConditionsDestroy(&conditions));
}
END_TEST

/* What LodConditionsPrint says of the faces of a square. */
static void AssertPrints(const LodConditions *conditions, const LodGrid *grid, const char *wanted) {
  char  text[LOD_TEXT_MAX] = "";
  FILE *stream = fmemopen(text, sizeof text - 1, "w");
  ck_assert_ptr_nonnull(stream);
  LodConditionsPrint(stream, conditions, grid);
  ck_assert_int_eq(fclose(stream), 0);
  ck_assert_str_eq(text, wanted);
}

START_TEST(faces_with_the_same_condition_are_printed_together) {
  LodGrid       grid = {LOD_UNIT_CUBE(2, 2, 4, 8), .ell = 1};
  LodConditions conditions = {.n_wells = 0};
  AssertPrints(&conditions, &grid, "u = 0 on all faces");
  grid.natural[1][0] = PETSC_TRUE;
  AssertPrints(&conditions, &grid, "u = 0 on left, right, top; natural on bottom");
  assert_ok(LodConditionsSetFace(&conditions, 2, "top", LOD_FACE_NATURAL, NULL, NULL, "a"));
  assert_ok(LodConditionsSetFace(&conditions, 2, "right", LOD_FACE_DIRICHLET, "0", NULL, "b"));
  assert_ok(LodConditionsSetFace(&conditions, 2, "left", LOD_FACE_ROBIN, NULL, "2", "c"));
  AssertPrints(&conditions, &grid,
               "A grad u . n = (2) (0 - u) on left; u = 0 on right; natural on bottom, top");
  assert_ok(LodConditionsDestroy(&conditions));
  AssertPrints(&conditions, &grid, "u = 0 on left, right, top; natural on bottom");
}
END_TEST

START_TEST(all_keys_are_listed) {
  char  *text = NULL;
  size_t length;
  FILE  *stream = open_memstream(&text, &length);
  assert_ok(LodProblemFileWriteKeys(stream));
  ck_assert_int_eq(fclose(stream), 0);
  ck_assert_ptr_nonnull(strstr(text, "| `[boundary]` | `back` | `{dirichlet = 0}` | "));
  ck_assert_ptr_nonnull(strstr(text, "| `[source]` | `wells` | none | list of {at, rate} | "));
  free(text);
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("conditions");
  TCase *tests = tcase_create("conditions");
  tcase_add_test(tests, a_file_that_says_everything_is_kept_whole);
  tcase_add_test(tests, faces_are_kept_with_values_and_places);
  tcase_add_test(tests, shipped_problems_are_good);
  tcase_add_test(tests, what_is_wrong_in_a_file_is_said_with_its_place);
  tcase_add_test(tests, options_come_before_the_file);
  tcase_add_test(tests, a_face_has_one_condition);
  tcase_add_test(tests, wells_are_read_strictly);
  tcase_add_test(tests, faces_with_the_same_condition_are_printed_together);
  tcase_add_test(tests, all_keys_are_listed);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
