# shellcheck shell=bash disable=SC2034
# Sourced by the command line tests: a scratch folder and checks of what a program prints and how it
# ends. Arguments of every test: the build folders of apps/ and of tests/.
set -uo pipefail
export LC_ALL=C
bin=$(readlink -f "$1")
helpers=$(readlink -f "$2")
source_root=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failures=0
checks=0

# fail MESSAGE: notes a failure with what the program said.
fail() {
  failures=$((failures + 1))
  echo "FAILED: $1" >&2
  sed 's/^/    stderr: /' stderr.txt >&2
}

# expect STATUS PATTERN COMMAND...: runs it; its exit status must be STATUS and, unless PATTERN is empty,
# its stderr must match the extended expression. Never a backtrace, never a temporary file. Leaks are
# looked for in runs that are to succeed: by PETSc's error convention a failing one returns at once
# and leaves its memory to the end of the process.
expect() {
  local wanted=$1 pattern=$2 status
  shift 2
  checks=$((checks + 1))
  local leaks=1
  [ "$wanted" -eq 0 ] || leaks=0
  ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=$leaks" timeout 100 "$@" >stdout.txt 2>stderr.txt </dev/null
  status=$?
  [ "$status" -eq "$wanted" ] || fail "exit status $status, not $wanted: $*"
  if [ -n "$pattern" ] && ! grep -qE -- "$pattern" stderr.txt; then
    fail "stderr does not match /$pattern/: $*"
  fi
  if grep -qE 'PETSC ERROR|Signal|Sanitizer|HDF5-DIAG|Assertion' stderr.txt; then
    fail "a backtrace: $*"
  fi
  if [ -n "$(find . -name '*.tmp')" ]; then
    fail "a temporary file is left: $*"
    find . -name '*.tmp' -delete
  fi
}

# refuses PATTERN PROGRAM ARGUMENTS...: unusable input: status 2, one line `PROGRAM: MESSAGE`.
refuses() {
  local pattern=$1 program=$2
  shift 2
  expect 2 "^$program: $pattern" "$bin/$program" "$@"
}

# finish: the closing line and the exit status.
finish() {
  echo "$((checks - failures)) of $checks checks passed"
  [ "$failures" -eq 0 ] && [ "$checks" -gt 0 ]
  exit
}

# has_sanitizers LIBRARY: whether it was built under AddressSanitizer. (grep -q would end the pipe before
# nm has written all, which pipefail counts as a failure.)
has_sanitizers() {
  nm -D "$1" | grep __asan_init >/dev/null
}

# python_for LIBRARY: sets python, Debian's Python for a module on that library, whose sanitizers come
# first, if it has any, and do not ask Python for leaks.
python_for() {
  local preload
  python=(/usr/bin/python3)
  has_sanitizers "$1" || return 0
  preload=$(for name in libasan libubsan libstdc++; do cc -print-file-name=$name.so; done | tr '\n' ' ')
  python=(env ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" LD_PRELOAD="$preload" /usr/bin/python3)
}
