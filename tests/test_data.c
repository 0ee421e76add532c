/* Where meshes, configs and the model that come with lodnet are looked for, and in which order. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/data.h"
#include "check_lodnet.h"

/* A folder with meshes/only-here.toml and own/only-here.toml; paths of both as they are found. */
static char folder[64], own[128], in_own[192], in_all[192];

/* Makes an empty file, if need be in a new folder. */
static void touch(const char *directory, const char *path) {
  ck_assert_int_eq(mkdir(directory, 0700), 0);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(fclose(file), 0);
}

/* Makes the folder. */
static void set_up(void) {
  char all[128];
  snprintf(folder, sizeof folder, "/tmp/lodnet-data-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(own, sizeof own, "%s/own", folder);
  snprintf(all, sizeof all, "%s/meshes", folder);
  snprintf(in_own, sizeof in_own, "%s/only-here.toml", own);
  snprintf(in_all, sizeof in_all, "%s/only-here.toml", all);
  touch(own, in_own);
  touch(all, in_all);
}

/* Forgets the variables and removes the folder. */
static void tear_down(void) {
  char all[128];
  unsetenv("LODNET_MESHES");
  unsetenv("LODNET_DATA");
  unsetenv("LODNET_MODEL");
  unlink(in_own);
  unlink(in_all);
  snprintf(all, sizeof all, "%s/meshes", folder);
  rmdir(own);
  rmdir(all);
  rmdir(folder);
}

START_TEST(environment_comes_first) {
  char path[LOD_PATH_MAX];
  setenv("LODNET_DATA", folder, 1);
  assert_ok(LodDataPath(LOD_DATA_MESH, "only-here.toml", "test", path));
  ck_assert_str_eq(path, in_all);
  setenv("LODNET_MESHES", own, 1);
  assert_ok(LodDataPath(LOD_DATA_MESH, "only-here.toml", "test", path));
  ck_assert_str_eq(path, in_own);
  setenv("LODNET_MODEL", "any/where.h5", 1);
  assert_ok(LodDataPath(LOD_DATA_MODEL, "structured/model.h5", "test", path));
  ck_assert_str_eq(path, "any/where.h5");
}
END_TEST

START_TEST(what_the_environment_lacks_comes_from_above_the_program) {
  char path[LOD_PATH_MAX];
  setenv("LODNET_DATA", folder, 1);
  setenv("LODNET_MESHES", "", 1);
  assert_ok(LodDataPath(LOD_DATA_MESH, "small-2d.toml", "test", path));
  ck_assert_ptr_nonnull(strstr(path, "/share/lodnet/meshes/small-2d.toml"));
  assert_ok(LodDataPath(LOD_DATA_CONFIG, "paper.toml", "test", path));
  assert_ok(LodDataPath(LOD_DATA_MODEL, "structured/model.h5", "test", path));
  ck_assert_int_eq(access(path, R_OK), 0);
}
END_TEST

START_TEST(message_names_places_and_variables) {
  char path[LOD_PATH_MAX], expected[256];
  setenv("LODNET_DATA", folder, 1);
  setenv("LODNET_MESHES", own, 1);
  assert_refuses(LodDataPath(LOD_DATA_MESH, "absent.toml", "here", path),
                 "here: no mesh \"absent\": no file absent.toml in meshes, ");
  snprintf(expected, sizeof expected, "meshes, %s, %s/meshes, ", own, folder);
  ck_assert_msg(strstr(LodErrorMessage(), expected) != NULL, "%s", LodErrorMessage());
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "/share/lodnet/meshes"));
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "LODNET_MESHES names"));
  ck_assert_ptr_nonnull(strstr(LodErrorMessage(), "LODNET_DATA names"));
  LodErrorClear();
  assert_refuses(LodDataPath(LOD_DATA_MODEL, "absent.h5", "here", path), "LODNET_MODEL names");
  LodErrorClear();
}
END_TEST

int main(int argc, char **argv) {
  Suite *suite = suite_create("data");
  TCase *tests = tcase_create("data");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, environment_comes_first);
  tcase_add_test(tests, what_the_environment_lacks_comes_from_above_the_program);
  tcase_add_test(tests, message_names_places_and_variables);
  suite_add_tcase(suite, tests);
  return test_run(suite, argc, argv);
}
