/* What the tests of configs share: files in a directory of the process, configs read from texts. */
#ifndef LODNET_TESTS_CONFIG_FILES_H
#define LODNET_TESTS_CONFIG_FILES_H

#include <string.h>
#include <unistd.h>

#include "check_lodnet.h"
#include "config/config.h"

/* A directory of this process for the files; removed by run_config_tests. */
static char directory[64];

/* directory/NAME. */
static inline const char *path_of(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

/* Writes a file of that name and returns its path. */
static inline const char *write_file(const char *name, const char *text, size_t length) {
  const char *path = path_of(name);
  FILE       *file = fopen(path, "wb");
  ck_assert_uint_eq(fwrite(text, 1, length, file), length);
  fclose(file);
  return path;
}

/* Reads a config of that text, named config.toml. */
static inline PetscErrorCode read_text(const char *text, LodConfig *config) {
  LodErrorClear();
  return LodConfigRead(write_file("config.toml", text, strlen(text)), config);
}

/* Reads a config that must be good. */
static inline const LodConfig *good(const char *text) {
  static LodConfig config;
  assert_ok(read_text(text, &config));
  return &config;
}

/* Removes the files and the directory. */
static inline void remove_files(void) {
  static const char *const names[] = {"config.toml", "again.toml", "own.toml",
                                      "m.toml",      "own.h5",     "picture \"1\".png"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    unlink(path_of(names[i]));
  rmdir(directory);
}

/* Runs a suite with the directory, and returns main's exit status. */
static inline int run_config_tests(Suite *suite, int argc, char **argv) {
  snprintf(directory, sizeof directory, "/tmp/lodnet-config-XXXXXX");
  if (!mkdtemp(directory)) return 1;
  const int status = test_run(suite, argc, argv);
  remove_files();
  return status;
}

#endif
