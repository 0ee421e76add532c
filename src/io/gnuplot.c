/* Running gnuplot: no shell, its messages caught, its pictures whole or absent. */
#include "io/gnuplot_private.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

/* How much of what gnuplot says is kept for the message. */
#define MESSAGE_KEPT 1024

/* Starts gnuplot in `directory` with stdin and stdout on /dev/null and stderr on `error_pipe[1]`.
   Returns 0 or an errno. */
static int StartGnuplot(const char *directory, char *const arguments[], const int error_pipe[2],
                        pid_t *child) {
  posix_spawn_file_actions_t actions;

  int failed = posix_spawn_file_actions_init(&actions);
  if (failed) return failed;
  failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (!failed)
    failed = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (!failed) failed = posix_spawn_file_actions_adddup2(&actions, error_pipe[1], STDERR_FILENO);
  if (!failed) failed = posix_spawn_file_actions_addchdir_np(&actions, directory);
  if (!failed) failed = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  return failed;
}

/* Reads everything from `descriptor` until it is closed; the first MESSAGE_KEPT - 1 bytes go to
   message[MESSAGE_KEPT] as one line of text (gnuplot breaks its messages over several). */
static void ReadMessage(int descriptor, char message[MESSAGE_KEPT]) {
  char   piece[512];
  size_t kept = 0;

  for (;;) {
    ssize_t count = read(descriptor, piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    for (ssize_t i = 0; i < count; i++) {
      char letter = piece[i] == '\n' || piece[i] == '\t' ? ' ' : piece[i];
      if (letter == ' ' && (kept == 0 || message[kept - 1] == ' ')) continue;
      if (kept + 1 < MESSAGE_KEPT) message[kept++] = letter;
    }
  }
  message[kept] = '\0';
}

/* Runs gnuplot with these arguments in `directory` and waits; an error that begins with `script`
   unless it succeeds. */
static PetscErrorCode RunGnuplot(const char *directory, const char *script,
                                 char *const arguments[]) {
  int   error_pipe[2], status = 0;
  pid_t child, ended;
  char  message[MESSAGE_KEPT];

  PetscFunctionBeginUser;
  PetscCheck(pipe2(error_pipe, O_CLOEXEC) == 0, PETSC_COMM_SELF, PETSC_ERR_SYS,
             "%s/%s: cannot make a pipe: %s", directory, script, strerror(errno));
  int failed = StartGnuplot(directory, arguments, error_pipe, &child);
  (void)close(error_pipe[1]);
  if (failed) (void)close(error_pipe[0]);
  PetscCheck(failed != ENOENT, PETSC_COMM_SELF, PETSC_ERR_SYS,
             "%s/%s: no picture made: gnuplot is not installed (Debian: gnuplot-nox)", directory,
             script);
  PetscCheck(!failed, PETSC_COMM_SELF, PETSC_ERR_SYS, "%s/%s: cannot run gnuplot: %s", directory,
             script, strerror(failed));
  ReadMessage(error_pipe[0], message);
  (void)close(error_pipe[0]);
  do {
    ended = waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  PetscCheck(ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, PETSC_COMM_SELF,
             PETSC_ERR_SYS, "%s/%s: gnuplot failed: %s", directory, script,
             message[0] ? message : "it gave no reason");
  PetscFunctionReturn(0);
}

/* Prints "NAME = 'PATH'; " with the path of a picture's temporary file as gnuplot sees it from
   another directory; a quote in it is doubled. */
static PetscErrorCode PrintVariable(const char *name, const LodAtomicFile *picture, FILE *text) {
  char here[LOD_PATH_MAX];

  PetscFunctionBeginUser;
  fprintf(text, "%s = '", name);
  const char *parts[] = {"", "", picture->temporary};
  if (picture->temporary[0] != '/') {
    PetscCheck(getcwd(here, sizeof here), PETSC_COMM_SELF, PETSC_ERR_SYS, "%s: cannot be drawn: %s",
               picture->path, strerror(errno));
    parts[0] = here;
    parts[1] = "/";
  }
  for (int part = 0; part < 3; part++)
    for (const char *letter = parts[part]; *letter; letter++)
      fprintf(text, *letter == '\'' ? "''" : "%c", *letter);
  fputs("'; ", text);
  PetscFunctionReturn(0);
}

/* Lets NAME.gp write to the temporary files of `pictures` (png, svg). */
static PetscErrorCode RenderTo(const char *directory, const char *name,
                               const LodAtomicFile pictures[2]) {
  char   script[LOD_PATH_MAX], *variables = NULL;
  size_t size;

  PetscFunctionBeginUser;
  (void)snprintf(script, sizeof script, "%s.gp", name);
  FILE *text = open_memstream(&variables, &size);
  PetscCheck(text, PETSC_COMM_SELF, PETSC_ERR_MEM, "%s/%s: no memory left", directory, script);
  PetscErrorCode error = PrintVariable("png", &pictures[0], text);
  if (!error) error = PrintVariable("svg", &pictures[1], text);
  if (fclose(text) != 0 && !error) error = PETSC_ERR_MEM;
  if (!error) {
    /* -d: no start-up file of the user's may change the picture. */
    char *const arguments[] = {(char[]){"gnuplot"}, (char[]){"-d"}, (char[]){"-e"},
                               variables,           script,         NULL};
    error = RunGnuplot(directory, script, arguments);
  }
  free(variables);
  PetscCall(error);
  PetscFunctionReturn(0);
}

/* Renders a script to PNG and SVG; see gnuplot_private.h. */
PetscErrorCode LodGnuplotRender(const char *directory, const char *name) {
  static const char *const ending[2] = {"png", "svg"};
  LodAtomicFile            pictures[2];
  char                     path[LOD_PATH_MAX];
  PetscErrorCode           error = 0;
  int                      begun = 0;

  PetscFunctionBeginUser;
  while (!error && begun < 2) {
    (void)snprintf(path, sizeof path, "%s/%s.%s", directory, name, ending[begun]);
    error = LodAtomicFileBegin(&pictures[begun], path);
    if (!error) begun++;
  }
  if (!error) error = RenderTo(directory, name, pictures);
  for (int i = 0; i < begun; i++) {
    if (!error) {
      error = LodAtomicFileCommit(&pictures[i]);
    } else {
      (void)LodAtomicFileAbort(&pictures[i]);
    }
  }
  PetscCall(error);
  PetscFunctionReturn(0);
}
