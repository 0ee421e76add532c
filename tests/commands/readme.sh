#!/usr/bin/env bash
# Every command of README.md's section Use runs as it is written there, in order, and what README says of
# files is true of those that it leaves. Only the training is made smaller, by its config.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
PATH=$bin:$PATH

# The folder of README.md, with nothing in it that a command could write over.
mkdir configs
cp "$source_root"/configs/* configs
sed -i 's/^count = .*/count = 10/; s/^epochs = .*/epochs = 1/; s/^hidden = .*/hidden = [32]/' configs/quickstart.toml

# section NAME: README's section of that name.
section() {
  sed -n "/^## $1\$/,/^## /p" "$source_root/README.md"
}

# The commands, one a line: what is indented, but for what follows a prompt up to the next empty line.
section Use | awk '/^$/ { shown = 0 } /^    [$] / { shown = 1 } /^    / && !shown { print substr($0, 5) }' >commands.txt
[ "$(wc -l <commands.txt)" -ge 15 ] || fail 'README has hardly any commands'
number=0
while read -r line; do
  expect 0 '' bash -c "$line"
  number=$((number + 1))
  cp stdout.txt "printed-$number.txt"
  printf '%s\n' "$line" | sed 's/  *#.*//' >"command-$number.txt"
done <commands.txt

# What the README shows of the output of a command, after its prompt, is there.
section Use | awk '/^    [$] / { shown = 1 } /^$/ { shown = 0 } shown && !/[.][.][.]/ { print substr($0, 5) }' >shown.txt
while IFS= read -r line; do
  checks=$((checks + 1))
  if [[ $line == '$ '* ]]; then
    printf '%s\n' "${line#$ }" >command.txt
    printed=$(for file in command-*.txt; do cmp -s command.txt "$file" && echo "${file/command/printed}"; done)
    [ -n "$printed" ] || fail "README shows what no command prints: $line"
  else
    grep -qxF -- "$line" "${printed:-/dev/null}" || fail "is not printed: $line"
  fi
done <shown.txt
[ "$(wc -l <shown.txt)" -ge 8 ] || fail 'README shows hardly anything'

# Files: shapes as the table says, and the lines of Python with a stand-in for matplotlib.
mkdir matplotlib
echo 'def imshow(u, origin, extent): assert u.shape == (33, 33), u.shape' >matplotlib/pyplot.py
touch matplotlib/__init__.py
section Files | sed -n 's/^    //p' >snippet.py
grep -q imshow snippet.py || fail 'README shows no Python'
expect 0 '' env PYTHONPATH=. /usr/bin/python3 snippet.py
cat >shapes.py <<'TEXT'
import csv
import h5py


def check(path, name, *shape):
    found = h5py.File(path)[name].shape
    assert found == shape, (path, name, found, shape)


check("rough.h5", "coefficient", 256, 256)
check("u.h5", "solution", 33, 33)
check("fine.h5", "solution", 513, 513)
check("fine.h5", "x", 513)
check("intact-u.h5", "local_operators", 1024, 6, 6, 4)
check("intact-u.h5", "coefficient", 256, 256)
check("many.h5", "solution", 10, 2, 5, 5)
check("small/pairs.h5", "coefficients", 10, 32, 32)
check("small/pairs.h5", "operators", 10, 64, 36, 4)
check("small/pairs.h5", "split", 10)
out, _ = h5py.File("small/model.h5")["layer0/weight"].shape
check("small/model.h5", "layer0/bias", out)
check("small/model.h5", "history", 1, 5)
assert len(next(csv.reader(open("small/history.csv")))) == 5
TEXT
expect 0 '' /usr/bin/python3 shapes.py
finish
