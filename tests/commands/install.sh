#!/usr/bin/env bash
# What `meson install` leaves works where it has been moved to, with the sources and the build folder out
# of sight: programs and what they find by name, library, examples, manual pages, completion.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
build=$(dirname "$bin")
programs=(lod-bench lod-compare lod-evaluate lod-sample lod-solve lod-train)

# Sanitizers read their suppressions where the sources are out of sight.
if [ -n "${LSAN_OPTIONS-}" ]; then
  cp "$source_root/tests/lsan.supp" .
  export LSAN_OPTIONS=suppressions=$PWD/lsan.supp:print_suppressions=0
fi

# One installation into a stage, moved from there. The log of what the user has installed is kept: `ninja
# uninstall` reads it.
log=$build/meson-logs/install-log.txt
[ ! -e "$log" ] || cp "$log" kept-log.txt
expect 0 '' env DESTDIR="$PWD/stage" meson install -C "$build" --no-rebuild --quiet
if [ -e kept-log.txt ]; then cp kept-log.txt "$log"; else rm -f "$log"; fi
staged=$(find stage -path '*/bin/lod-solve' | head -n 1)
prefix=$PWD/moved/here
mkdir moved
mv "$(dirname "$(dirname "$staged")")" "$prefix" || fail 'nothing was installed'
find stage -type f >outside.txt
[ ! -s outside.txt ] || fail "files outside of the prefix: $(cat outside.txt)"
library=$(find "$prefix" -name 'liblodnet.so')
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name 'lodnet.pc')")

# apart COMMAND...: runs it where the sources and the build folder are empty folders, in a namespace of its
# own if the machine permits that; else it must be seen to open nothing there.
mkdir empty
export source_root build
cat >apart <<'TEXT'
#!/usr/bin/env bash
if unshare --user --map-root-user --mount true 2>/dev/null; then
  # shellcheck disable=SC2016
  exec unshare --user --map-root-user --mount bash -c 'mount --bind empty "$source_root" || exit 99
    [ ! -d "$build" ] || mount --bind empty "$build" || exit 99
    exec "$@"' apart "$@"
fi
strace -f -o trace.txt -e trace=file "$@"
status=$?
grep -F -e "\"$source_root/" -e "\"$build/" trace.txt >&2 && exit 99
exit $status
TEXT
chmod +x apart

# works COMMAND...: it succeeds there.
works() {
  expect 0 '' ./apart "$@"
}
expect 2 'No such file' ./apart ls "$source_root/meson.build"

# No path of the sources is in what was installed.
for file in "$library" "${programs[@]/#/$prefix/bin/}"; do
  checks=$((checks + 1))
  ! strings --data "$file" | grep -F -e "$source_root/" -e "$build" || fail "$file knows where it was built"
done

# The library shows what its header declares and nothing else, under a name with a version.
nm -D --defined-only "$library" | sed -n 's/.* [TDBRWVu] \([^@]*\).*/\1/p' | sort >shown.txt
sed -n 's/^LODNET_API .*[ *]\(Lod[A-Za-z]*\)(.*/\1/p' "$prefix/include/lodnet.h" | sort >declared.txt
checks=$((checks + 2))
diff declared.txt shown.txt >&2 || fail 'the library does not show just what lodnet.h declares'
[ "$(wc -l <shown.txt)" -ge 20 ] || fail 'the library shows hardly anything'
readelf -d "$library" | grep 'SONAME.*\[liblodnet\.so\.0\]' >/dev/null || fail 'no soname liblodnet.so.0'

# The programs, and what they find: meshes and configs by name, the model.
PATH=$prefix/bin:$PATH
for program in "${programs[@]}"; do
  works "$program" --version
  grep -q "^$program [0-9]" stdout.txt || fail "$program --version prints no version"
done
cp "$prefix/share/lodnet/configs/tiny.toml" tiny.toml # by itself: its mesh is found by name
works lod-train tiny.toml --output tiny --quiet
works lod-train quickstart --print-config
works lod-train tiny --print-config # by name, though a folder has it too
works lod-sample --cells 64 --output a.h5
works lod-sample --cells 32 --output b.h5
works lod-solve b.h5 --mesh small-2d --output u.h5
works lod-solve a.h5 --method dnn --output learned.h5
works lod-compare a.h5 --output compared
works lod-evaluate tiny/model.h5 --no-pictures --output evaluated --quiet
works lod-bench network --cells 16 --repeats 1 # the config of the paper
works lod-sample --image "$prefix/share/lodnet/configs/micrograph.png" --cells 16 --output picture.h5

# Examples, compiled with what pkg-config says and nothing else, the library not being where ld.so looks.
# With sanitizers in the library they come first.
# A build folder that was set up without pkgconfig.relocatable makes a lodnet.pc that names its prefix.
sed -i "s|^prefix=/.*|prefix=$prefix|" "$PKG_CONFIG_PATH/lodnet.pc"
read -ra flags < <(pkg-config --cflags --libs lodnet)
if has_sanitizers "$library"; then flags+=("-fsanitize=address,undefined"); fi
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(dirname "$library")
for example in "$prefix"/share/doc/lodnet/examples/*.c; do
  works cc -Wall -Werror "$example" -o "$(basename "$example" .c)" "${flags[@]}"
done
works c++ -Wall -Werror "$prefix/share/doc/lodnet/examples/solve.cpp" -o solve-in-cpp "${flags[@]}"
works ./solve
grep -qE '^u\(1/2, 1/2\) = 0\.0[0-9]{3}$' stdout.txt || fail "solve prints $(cat stdout.txt)"
works ./solve-in-cpp
grep -qE '^u\(1/2, 1/2\) = 0\.0[0-9]*$' stdout.txt || fail "solve-in-cpp prints $(cat stdout.txt)"
# The program that README shows, and that it prints what README says.
sed -n '/^## Library/,/^## /s/^    //p' "$source_root/README.md" >shown.txt
sed '/^\$/,$d' shown.txt >mean.c
grep -q LodSolverSolve mean.c || fail 'README shows no program'
works cc -Wall -Wextra -Werror mean.c -o mean "${flags[@]}"
works ./mean
sed '1,/^\$/d' shown.txt | diff - stdout.txt >&2 || fail 'mean prints something else than README'
works lod-sample --cells 128 --output coefficient.h5
works ./compare
grep -qE '^learned to exact 0\.' stdout.txt || fail "compare prints $(cat stdout.txt)"
expect 1 '' ./apart ./compare absent.h5
unset LD_LIBRARY_PATH

# The Python module finds the library from where it lies: the README's lines, in an empty folder.
module=$(find "$prefix" -path '*/lodnet/__init__.py')
python_for "$library"
sed -n '/^## Python/,/^## /s/^    //p' "$source_root/README.md" >readme.py
grep -q 'import lodnet' readme.py || fail 'README shows no Python'
export PYTHONPATH
PYTHONPATH=$(dirname "$(dirname "$module")")
mkdir elsewhere
cp readme.py elsewhere
works env -C elsewhere "${python[@]}" readme.py
unset PYTHONPATH

# What is not there is said with the places and the variables.
mv "$prefix/share/lodnet" gone
expect 2 "structured/model.h5 in $prefix/share/lodnet/models.*LODNET_MODEL.*LODNET_DATA" \
  ./apart lod-solve a.h5 --method dnn
expect 2 "in meshes, $prefix/share/lodnet/meshes.*LODNET_MESHES.*LODNET_DATA" \
  ./apart lod-solve b.h5 --mesh small-2d
works env LODNET_DATA=gone lod-solve a.h5 --method dnn
works env LODNET_MESHES=gone/meshes lod-solve b.h5 --mesh small-2d
mv gone "$prefix/share/lodnet"

# Manual pages: one a program, made from its help, and the overview; groff finds nothing wrong with them.
for page in "${programs[@]/%/.1}" lodnet.7; do
  file=$prefix/share/man/man${page##*.}/$page
  [ ! -e "$file.gz" ] || gunzip "$file.gz"
  expect 0 '' groff -man -Tutf8 -ww -z "$file"
  [ ! -s stderr.txt ] || fail "$page: groff warns"
done
works lod-solve --help
grep -oE -- '--[a-z-]{3,}' stdout.txt | sort -u >options.txt
while read -r option; do
  grep -qF -- "${option//-/\\-}" "$prefix/share/man/man1/lod-solve.1" || fail "lod-solve.1 lacks $option"
done <options.txt

# Completion: completes WORD... prints what the last word can become.
cat >complete.bash <<'TEXT'
source "$1"
compopt() { :; }
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_lodnet "$1"
printf '%s\n' "${COMPREPLY[@]}"
TEXT
completions=$prefix/share/bash-completion/completions
# completes EXPECTED WORD...: the last word becomes just that.
completes() {
  local expected=$1
  shift
  works bash complete.bash "$completions/$1" "$@"
  [ "$(sort stdout.txt | tr '\n' ' ')" = "$expected " ] || fail "$*: completes to $(cat stdout.txt)"
}
for program in "${programs[@]}"; do
  expect 0 '' bash -n "$completions/$program"
done
completes '--method=' lod-solve --meth
completes 'coarse' lod-solve --method = c
completes 'fine' lod-solve --method 'fi'
completes 'a.h5' lod-solve a.
completes 'tiny tiny.toml' lod-train ti
completes 'learned.h5' lod-solve --previous = le
completes 'patch' lod-bench exact --method p
completes 'darcy' lod-sample --family = d
finish
