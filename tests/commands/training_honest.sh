#!/usr/bin/env bash
# A training says how well it went: losses relative to knowing nothing, a warning with hints when the
# result is bad. Configs that say nothing get a network that learns. Options that mean nothing for a
# method are refused, those that mean something are recorded.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# The plain network of tiny.toml learns nothing, and says so.
expect 0 'lod-train: warning: the learned solution .* % wrong .*zero_sums.*still falls' \
  "$bin/lod-train" "$source_root/configs/tiny.toml" --output tiny
grep -q 'relative loss: training' stdout.txt || fail 'losses are not relative'
head -n 1 tiny/history.csv | grep -x 'epoch,seconds,train_loss,validation_loss,learning_rate' >/dev/null ||
  fail 'history.csv has other columns'
expect 0 'lod-train: warning' "$bin/lod-train" "$source_root/configs/tiny.toml" --output tiny --quiet

# A config of mesh and samples alone trains in any dimension, and even a short run of a narrow network
# gets somewhere.
for mesh in 'dimension = 1 coarse = 8 coefficient = 16 fine = 32 ell = 1' \
  'dimension = 2 coarse = 4 coefficient = 8 fine = 16 ell = 1' \
  'dimension = 3 coarse = 3 coefficient = 6 fine = 6 ell = 1'; do
  name=$(cut -d' ' -f3 <<<"$mesh")d
  printf '%s\n' '[mesh]' >"$name.toml"
  sed 's/\([a-z]* = [0-9]*\) */\1\n/g' <<<"$mesh" >>"$name.toml"
  printf '%s\n' '[[sample]]' 'family = "iid"' 'count = 20' >>"$name.toml"
  if [ "$name" = 2d ]; then
    printf '%s\n' '[network]' 'encoder = [24, 12]' 'hidden = [48]' '[training]' 'epochs = 30' >>2d.toml
  else
    printf '%s\n' '[training]' 'epochs = 2' >>"$name.toml"
  fi
  expect 0 '' "$bin/lod-train" "$name.toml" --output "$name"
  grep -q 'for each of' stdout.txt || fail "$name: the default is no structured network"
  if [ "$name" = 2d ]; then
    mean=$(sed -n 's/^test:.*mean \([-+.0-9e]*\) %.*/\1/p' stdout.txt)
    grep -q warning stderr.txt && fail 'a good result is warned of'
  fi
done
awk -v mean="$mean" 'BEGIN { exit !(mean > 0 && mean < 5) }' ||
  fail "the default network, narrowed, is $mean % wrong"
expect 0 '' "$bin/lod-train" --print-config 2d.toml
grep -qx 'zero_sums = true' stdout.txt || fail '--print-config does not print the defaults'
cp stdout.txt whole.toml
expect 0 '' "$bin/lod-train" --print-config whole.toml
cmp stdout.txt whole.toml || fail 'a printed config is not the same config'

# The key table names every key that a printed config has.
expect 0 '' "$bin/lod-train" --keys
for key in $(sed -n 's/^\([a-z_0-9]*\) = .*/\1/p' whole.toml); do
  grep -q "| \`$key\` |" stdout.txt || fail "--keys lacks $key"
done
grep -qE '\| *\| *$|\| *\|' stdout.txt && fail '--keys has an empty cell'

printf '%s\n' '[network]' 'zero_sums = false' '[training]' 'loss = "energy"' >energy.toml
refuses 'energy\.toml: line 4, column 1: loss = "energy" .*zero_sums' lod-train energy.toml

# Options for the learned method alone.
expect 0 '' "$bin/lod-sample" --cells 8 --seed 3 --output a.h5
for method in lod fine coarse; do
  refuses "--average: --method $method" lod-solve a.h5 --coarse 4 --method $method --average
  refuses "--allow-range: --method $method" lod-solve a.h5 --coarse 4 --method $method --allow-range
done
refuses '--operators: --method fine' lod-solve a.h5 --coarse 4 --method fine --operators
for average in 0 1; do
  option=--quiet
  [ $average = 0 ] || option=--average
  expect 0 '' "$bin/lod-solve" a.h5 --method dnn --model 2d/model.h5 "$option" --output u.h5
  h5dump -a /average u.h5 | grep "(0): $average" >/dev/null || fail "average is not $average in solution.h5"
done
expect 0 '' "$bin/lod-compare" a.h5 --model 2d/model.h5 --average --quiet --output compare
grep -q '"average": true' compare/report.json || fail 'report.json does not say that it averaged'

# Draws of one family do not overwrite each other.
printf '%s\n' '[[sample]]' 'family = "channels"' 'channels = 1' 'count = 3' >set.toml
expect 0 '' "$bin/lod-evaluate" 2d/model.h5 --set set.toml --average --output evaluation
[ "$(find evaluation -mindepth 1 -type d | wc -l)" -eq 3 ] || fail 'three coefficients, not three folders'
[ "$(cut -d'"' -f2 evaluation/evaluation.csv | sort -u | wc -l)" -eq 4 ] || fail 'rows share a name'
[ "$(grep -c ',yes,' evaluation/evaluation.csv)" -eq 9 ] || fail 'evaluation.csv does not say that it averaged'
grep -q 'averaged over' evaluation/evaluation.md || fail 'evaluation.md does not say that it averaged'

# A formula of two axes is left out for a model of one; coefficients beyond what is checked for
# rounding are said.
printf '%s\n' '[mesh]' 'dimension = 1' 'coarse = 4' 'coefficient = 8' 'fine = 16' 'ell = 1' '[[sample]]' \
  'family = "channels"' 'channels = 1' 'count = 10' 'beta = 1e8' '[training]' 'epochs = 1' >line.toml
expect 0 '^lod-train: warning: line\.toml: sample 0 has a contrast above 1e\+06' "$bin/lod-train" line.toml --quiet --output line
printf '%s\n' '[[sample]]' 'family = "expression"' 'expression = "1 + x*y"' '[[sample]]' >two.toml
expect 0 "^lod-evaluate: warning: two\.toml: '1 \+ x\*y' is no expression in the 1 dimensions" \
  "$bin/lod-evaluate" line/model.h5 --set two.toml --quiet --output evaluation-line
finish
