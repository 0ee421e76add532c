#!/usr/bin/env bash
# What is written goes where it should: to devices and FIFOs as they are, to where links lead, under the
# mode of the file that it replaces, never over an input; and to standard output, or the program fails.
# shellcheck disable=SC2016 # commands for other shells are not to be expanded by this one
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# device NAME MINOR: a memory device of our own, 3 null and 7 full, or a link to it for those who may not
# make any: a program that replaces it does no harm.
device() {
  local -A system=([3]=null [7]=full)
  mknod "$1" c 1 "$2" 2>stderr.txt && dd if=/dev/null of="$1" conv=notrunc 2>stderr.txt && return
  rm -f "$1"
  ln -s "/dev/${system[$2]}" "$1"
}

# holds WHAT TEST...: one check by the shell.
holds() {
  checks=$((checks + 1))
  "${@:2}" || fail "$1"
}

tiny=$source_root/configs/tiny.toml
expect 0 '' "$bin/lod-train" "$tiny" --quiet --output tiny
expect 0 '' "$bin/lod-sample" --cells 16 --output a.h5
many=(tiny/pairs.h5 --dataset coefficients --many --mesh "$source_root/meshes/tiny-2d.toml")
device null 3
device full 7
mkfifo fifo

# Devices and FIFOs stay what they are, and nothing is written beside them.
for command in "lod-sample --cells 16" "lod-solve a.h5" "lod-solve ${many[*]}"; do
  read -ra words <<<"$command"
  expect 0 '' "$bin/${words[0]}" "${words[@]:1}" --output null
  expect 1 '^lod-s[a-z]*: full: .*[Ss]pace' "$bin/${words[0]}" "${words[@]:1}" --output full
  timeout 50 cat fifo >through.h5 &
  expect 0 '' "$bin/${words[0]}" "${words[@]:1}" --output fifo
  wait $!
  expect 0 '' "$bin/${words[0]}" "${words[@]:1}" --output straight.h5
  for dataset in $(h5ls straight.h5 | awk '{ print $1 }'); do
    expect 0 '' h5diff straight.h5 through.h5 "/$dataset"
  done
done
holds 'the null device was replaced' test -c null
holds 'the full device was replaced' test -c full
holds 'the FIFO was replaced' test -p fifo
holds 'a file was written beside a device' test -z "$(find . -maxdepth 1 -name '*.vtk' ! -name straight.vtk)"
ln -s /proc/self/fd/1 out # as /dev/stdout is one
expect 0 '' bash -c '"$1" a.h5 --quiet --output out | cat >piped.h5' bash "$bin/lod-solve"
expect 0 '' h5dump -d /solution piped.h5

# Links are followed, also one to nothing yet; the files keep mode and owner.
mkdir place
ln -s place/u.h5 link.h5
ln -s link.h5 chain.h5
ln -s place/missing/u.h5 astray.h5
expect 0 '' "$bin/lod-solve" a.h5 --output chain.h5
holds 'a link was replaced' test -L link.h5 -a -L chain.h5 -a -f place/u.h5
holds 'the ParaView file is not beside the link' test -s chain.vtk
umask 027
rm place/u.h5
expect 0 '' "$bin/lod-solve" a.h5 --output chain.h5
holds 'a new file has another mode than the umask says' test "$(stat -c %a place/u.h5)" = 640
umask 022
for mode in 600 666 755; do
  chmod $mode place/u.h5 chain.vtk
  [ "$(id -u)" -ne 0 ] || chown 12345:12346 place/u.h5
  owner=$(stat -c %u:%g place/u.h5)
  echo old | dd of=place/u.h5 conv=notrunc 2>stderr.txt
  expect 0 '' "$bin/lod-solve" a.h5 --output link.h5
  expect 0 '' "$bin/lod-solve" a.h5 --output chain.h5
  holds "mode $mode is lost" test "$(stat -c %a place/u.h5 chain.vtk | tr '\n' ' ')" = "$mode $mode "
  holds 'the owner is lost' test "$(stat -c %u:%g place/u.h5)" = "$owner"
  expect 0 '' h5diff place/u.h5 piped.h5 /solution
done
refuses 'astray\.h5: .*No such file' lod-solve a.h5 --output astray.h5
ln -s round.h5 round.h5
refuses 'round\.h5: .*links' lod-solve a.h5 --output round.h5

# Write-protected files are refused, for root too, and before the work.
chmod 444 place/u.h5
cp place/u.h5 before.h5
refuses 'link\.h5: .*write-protected' lod-solve a.h5 --output link.h5
refuses 'place/u\.h5: .*write-protected' lod-sample --cells 16 --output place/u.h5
cp chain.vtk straight.vtk
chmod 444 straight.vtk
refuses 'straight\.vtk: .*write-protected' lod-solve a.h5 --output straight.h5
holds 'a write-protected file was changed' cmp place/u.h5 before.h5

# No input is overwritten, whatever it is called.
cp a.h5 kept.h5
ln -s a.h5 soft.h5
ln a.h5 hard.h5
cp "$source_root/meshes/tiny-2d.toml" mesh.toml
expect 0 '' "$bin/lod-solve" a.h5 --operators --output previous.h5
for output in a.h5 ./a.h5 "$PWD/a.h5" soft.h5 hard.h5; do
  refuses '.*: is also read in this run' lod-solve a.h5 --output "$output"
done
refuses 'a\.h5: is also read.*soft\.h5' lod-solve soft.h5 --output a.h5
refuses 'previous\.h5: is also read' lod-solve a.h5 --previous previous.h5 --output previous.h5
refuses 'tiny/model\.h5: is also read' lod-solve a.h5 --method dnn --model tiny/model.h5 --output tiny/model.h5
refuses 'mesh\.toml: is also read' lod-solve a.h5 --mesh mesh.toml --output mesh.toml
refuses 'tiny/pairs\.h5: is also read' lod-solve "${many[@]}" --output tiny/pairs.h5
cp a.h5 value.h5
for option in '--rhs @value.h5' '--reaction @value.h5' '--flux left=@value.h5:coefficient' \
  '--dirichlet left=@value.h5' '--robin left=@value.h5,0' '--robin left=1,@value.h5'; do
  read -ra words <<<"$option"
  refuses 'value\.h5: is also read' lod-solve a.h5 "${words[@]}" --output value.h5
done
refuses 'value\.h5: is also read' lod-solve a.h5 --rhs @value.h5 --report value.h5
refuses 'value\.h5: is also read' lod-solve "${many[@]}" --rhs 1 --rhs @value.h5 --output value.h5
cp a.h5 b.vtk
refuses 'b\.vtk: is also read' lod-solve b.vtk --output b.h5
cp tiny/loss.png grey.png
refuses 'grey\.png: is also read' lod-sample --image grey.png --cells 16 --output grey.png

# Nor is anything that the same run has written.
ln -s u.h5 also.h5
refuses 'u\.h5: is also written.*' lod-solve a.h5 --output u.h5 --report u.h5
refuses './u\.vtk: is also written.*u\.vtk' lod-solve a.h5 --output u.h5 --report ./u.vtk
refuses 'also\.h5: is also written.*' lod-solve a.h5 --output u.h5 --report also.h5
mkdir same
cp a.h5 same/report.json
ln tiny/model.h5 same/difference.csv
refuses 'same/report\.json: is also read' lod-compare same/report.json --output same
refuses 'same/difference\.csv: is also read' lod-compare a.h5 --model tiny/model.h5 --output same
ln -s "$PWD/set.toml" same/evaluation.md
cp "$source_root/configs/evaluation.toml" set.toml
refuses 'same/evaluation\.md: is also read' lod-evaluate tiny/model.h5 --set set.toml --output same
sed "s|use = .*|use = \"$PWD/mesh.toml\"|; s/^family = .*/family = \"image\"\nimage = \"same\/loss.png\"/; /^scales/d; s/^count.*/count = 1/" \
  "$tiny" >same.toml
cp tiny/loss.png same
refuses 'same/loss\.png: is also read' lod-train same.toml --output same
cp "$tiny" same/history.csv
sed -i "s|use = .*|use = \"$PWD/mesh.toml\"|" same/history.csv
refuses 'same/history\.csv: is also read' lod-train same/history.csv --output same
holds 'an input was changed' cmp a.h5 kept.h5
holds 'a model was changed' cmp tiny/model.h5 same/difference.csv

# The files in a directory follow the same rules, pictures and pairs too; its name may hold a quote.
directory="it's here"
mkdir "$directory"
for file in history.csv loss.png; do
  echo old >"place/$file"
  chmod 600 "place/$file"
  ln -s "../place/$file" "$directory/$file"
done
ln -s ../place/pairs.h5 "$directory/pairs.h5"
ln -s ../null "$directory/loss.svg"
sed "s|use = .*|use = \"$PWD/mesh.toml\"|" "$tiny" >packed.toml
printf '[pairs]\ncompression = 6\n' >>packed.toml
for config in packed.toml "$tiny"; do
  rm -f place/pairs.h5
  expect 0 '' "$bin/lod-train" "$config" --quiet --output "$directory"
  holds 'a link in the directory was replaced' test 4 -eq "$(find "$directory" -type l | wc -l)"
  holds 'the pairs did not go where the link leads' test -s place/pairs.h5
done
holds 'the picture is none' grep -q PNG place/loss.png
holds 'the history is not there' grep -q epoch place/history.csv
holds 'a mode in the directory is lost' test "$(stat -c %a place/loss.png place/history.csv | sort -u)" = 600

# Standard output: on a full device, on one that is closed, and by those who write nothing.
config=$source_root/configs/evaluation.toml
expect 1 '^lod-sample: standard output' bash -c '"$0" --cells 8 --output s.h5 >full' "$bin/lod-sample"
expect 1 '^lod-solve: standard output' bash -c '"$0" a.h5 >full' "$bin/lod-solve"
expect 1 '^lod-solve: standard output' bash -c '"$0" a.h5 >&-' "$bin/lod-solve"
expect 0 '' bash -c '"$0" a.h5 --quiet >&-' "$bin/lod-solve"
expect 1 '^lod-solve: standard output' bash -c '"$0" a.h5 --quiet -- -log_view >full' "$bin/lod-solve"
expect 1 '^lod-train: standard output' bash -c '"$0" "$1" --resume --output tiny >full' "$bin/lod-train" "$tiny"
expect 1 '^lod-compare: standard output' bash -c '"$0" a.h5 --model tiny/model.h5 >full' "$bin/lod-compare"
expect 1 '^lod-evaluate: standard output' bash -c '"$0" tiny/model.h5 --no-pictures >full' "$bin/lod-evaluate"
expect 1 '^lod-bench: standard output' bash -c '"$0" fine --fine 8 --repeats 1 --json >full' "$bin/lod-bench"
for program in lod-sample lod-train lod-solve lod-compare lod-evaluate lod-bench; do
  expect 1 "^$program: standard output" bash -c '"$0" --help >full' "$bin/$program"
  expect 1 "^$program: standard output" bash -c '"$0" --version >&-' "$bin/$program"
done

# What a killed run leaves is removed by the next one with the same output, what a living one has is not.
# begin: starts a run in the background and stops it while it has a temporary file.
begin() {
  local attempt
  for attempt in $(seq 50); do
    "$bin/lod-solve" "${many[@]}" --method fine --output m.h5 >stdout.txt 2>stderr.txt &
    process=$!
    until [ -n "$(find . -maxdepth 1 -name 'm.h5.*.tmp')" ] || ! kill -0 $process 2>/dev/null; do :; done
    kill -STOP $process 2>/dev/null
    until grep -qs '^State:.*[TZ] ' /proc/$process/status || ! kill -0 $process 2>/dev/null; do :; done
    temporary=$(find . -maxdepth 1 -name 'm.h5.*.tmp')
    [ -z "$temporary" ] || return 0
    kill -KILL $process 2>/dev/null
    wait $process 2>/dev/null
  done
  fail "no run could be stopped in $attempt attempts"
}
checks=$((checks + 1))
begin
"$bin/lod-solve" a.h5 --quiet --output m.h5 || fail 'a second run with the same output fails'
holds 'the temporary file of a living run was removed' test -e "$temporary"
kill -KILL "$process"
wait "$process" 2>/dev/null
holds 'the killed run left no temporary file' test -e "$temporary"
echo mine >m.h5.notes.tmp
"$bin/lod-solve" a.h5 --quiet --output m.h5 || fail 'a run after a killed one fails'
holds 'what a killed run left is still there' test ! -e "$temporary"
holds 'a file that is not ours was removed' test -e m.h5.notes.tmp
rm -f m.h5.notes.tmp
finish
