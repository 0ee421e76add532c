#!/usr/bin/env bash
# The whole way at tiny size: train, solve an unseen coefficient with both operators, compare. The same
# config gives the same model for any number of threads.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
config=$source_root/configs/tiny.toml

OMP_NUM_THREADS=1 expect 0 '' "$bin/lod-train" "$config" --output one
grep -q 'relative L2 error' stdout.txt || fail 'lod-train does not print the test error'
OMP_NUM_THREADS=2 expect 0 '' "$bin/lod-train" "$config" --output two --quiet
for dataset in $(h5ls -r one/model.h5 | awk '$2 == "Dataset" && $1 ~ /weight|bias/ { print $1 }'); do
  expect 0 '' h5diff one/model.h5 two/model.h5 "$dataset"
done
expect 0 '' h5diff one/pairs.h5 two/pairs.h5 /operators
[ "$checks" -gt 5 ] || fail 'the model has no layers'
for file in history.csv loss.png loss.svg pairs.h5; do
  [ -s "one/$file" ] || fail "lod-train left no $file"
done

cells=$(sed -n 's/^coefficient *= *\([0-9]*\).*/\1/p' "$source_root/meshes/tiny-2d.toml")
expect 0 '' "$bin/lod-sample" --cells "$cells" --seed 77 --output unseen.h5
expect 0 '' "$bin/lod-solve" unseen.h5 --method dnn --model one/model.h5 --operators --output dnn.h5
expect 0 '' "$bin/lod-solve" unseen.h5 --mesh "$source_root/meshes/tiny-2d.toml" --operators \
  --output lod.h5
expect 0 '' h5diff --delta=1 dnn.h5 lod.h5 /solution # same shape, values not far apart
expect 0 '' "$bin/lod-compare" unseen.h5 --model one/model.h5 --output compare
for file in report.json cross-sections.csv; do
  [ -s "compare/$file" ] || fail "lod-compare left no $file"
done
[ "$(find compare -name '*.png' | wc -l)" -ge 3 ] || fail 'lod-compare left too few pictures'
[ "$(find compare -name '*.svg' | wc -l)" -ge 3 ] || fail 'lod-compare left too few SVG pictures'

# The evaluation writes its tables and, unless told not to, cross sections; the same ones each time.
expect 0 '' "$bin/lod-evaluate" one/model.h5 --output evaluation
[ "$(wc -l <evaluation/evaluation.csv)" -ge 25 ] || fail 'evaluation.csv has too few rows'
grep -q '| darcy' evaluation/evaluation.md || fail 'evaluation.md lacks a family'
[ -s evaluation/1/cross-section-along-x.png ] || fail 'lod-evaluate left no picture'
OMP_NUM_THREADS=1 expect 0 '' "$bin/lod-evaluate" two/model.h5 --output again --no-pictures --quiet
cmp evaluation/evaluation.csv again/evaluation.csv || fail 'two evaluations differ'
[ ! -e again/1 ] || fail 'lod-evaluate --no-pictures draws pictures'
expect 0 '' "$bin/lod-evaluate" one/model.h5 --average --no-pictures --quiet --output averaged
cmp -s evaluation/evaluation.csv averaged/evaluation.csv && fail 'averaging over the symmetries changes nothing'
refuses 'missing\.h5' lod-evaluate missing.h5
refuses 'missing\.toml' lod-evaluate one/model.h5 --set missing.toml
refuses 'one/model\.h5' lod-evaluate one/model.h5 --output one/model.h5

# A model refuses what it was not made for, and says which number differs.
expect 0 '' "$bin/lod-sample" --cells 64 --output large.h5
refuses '.*[0-9]+' lod-solve unseen.h5 --method dnn --model one/model.h5 --ell 2
expect 0 '' "$bin/lod-sample" --cells "$cells" --alpha 0.01 --beta 100 --output wide.h5
refuses '.*(range|outside|trained)' lod-solve wide.h5 --method dnn --model one/model.h5
finish
