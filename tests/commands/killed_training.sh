#!/usr/bin/env bash
# kill -9 during training at ten random moments, resumed each time: the model is that of an undisturbed
# run, to the last bit, and no temporary file stays (expect).
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
RANDOM=${LODNET_TEST_SEED:-$$}
echo "seed: LODNET_TEST_SEED=${LODNET_TEST_SEED:-$$}"

printf '%s\n' 'seed = 3' '[mesh]' "use = \"$source_root/meshes/tiny-2d.toml\"" \
  '[[sample]]' 'family = "iid"' 'count = 20' '[network]' 'hidden = [32]' 'encoder = [16, 8]' \
  'zero_sums = true' 'symmetric = true' '[training]' 'epochs = 30' 'batch = 50' \
  'schedule = [{from = 0, rate = 1e-3}]' 'checkpoint_minutes = 0' >config.toml
expect 0 '' "$bin/lod-train" config.toml --quiet --output whole
[ ! -e whole/checkpoint.h5 ] || fail 'the checkpoint of a finished run is still there'
mkdir killed
cp whole/pairs.h5 killed

# same: the disturbed training has become the undisturbed one.
same() {
  local dataset
  for dataset in $(h5ls -r whole/model.h5 | awk '$2 == "Dataset" && $1 ~ /weight|bias/ { print $1 }'); do
    expect 0 '' h5diff whole/model.h5 killed/model.h5 "$dataset"
  done
  cut -d, -f1,3- whole/history.csv >whole.csv # without the seconds
  cut -d, -f1,3- killed/history.csv >killed.csv
  cmp whole.csv killed.csv || fail 'the histories differ'
}

# Each kill comes within 0.03 s of the first checkpoint that a run writes. Runs that end before are
# resumed ones too: their model is compared, and the next begins anew.
found=0
for ((runs = 0; runs < 100 && found < 10; runs++)); do
  before=$(stat -c %.Y killed/checkpoint.h5 2>/dev/null)
  "$bin/lod-train" config.toml --resume --quiet --output killed >stdout.txt 2>stderr.txt &
  process=$!
  while [ "$(stat -c %.Y killed/checkpoint.h5 2>/dev/null)" = "$before" ] &&
    kill -0 $process 2>/dev/null; do
    sleep 0.005
  done
  sleep "$(awk -v random=$RANDOM 'BEGIN { printf "%.6f", 0.03 * random / 32768 }')"
  kill -9 $process 2>/dev/null
  wait $process 2>/dev/null
  [ -e killed/model.h5 ] && sleep 1   # its gnuplot may go on for a moment
  if [ -e killed/model.h5 ]; then
    same
    rm -f killed/model.h5 killed/checkpoint.h5
  elif [ -e killed/checkpoint.h5 ]; then
    found=$((found + 1))
  fi
done
checks=$((checks + 1))
[ $found -eq 10 ] || fail "only $found of $runs kills found an unfinished training"
expect 0 '' "$bin/lod-train" config.toml --resume --output killed
grep -q 'training: continues' stdout.txt || fail 'the run does not say that it continues'
same

# A checkpoint of another config, and one that is none.
sed 's/rate = 1e-3/rate = 2e-3/' config.toml >other.toml
cp whole/pairs.h5 killed
"$bin/lod-train" config.toml --quiet --output killed >stdout.txt 2>stderr.txt &
process=$!
until [ -e killed/checkpoint.h5 ] || ! kill -0 $process 2>/dev/null; do sleep 0.002; done
kill -9 $process
wait $process 2>/dev/null
rm -f killed/model.h5
refuses 'killed/checkpoint\.h5: .*2e-3|killed/checkpoint\.h5: .*0\.002' lod-train other.toml --resume --output killed
head -c 2000 killed/checkpoint.h5 >cut.h5
mv cut.h5 killed/checkpoint.h5
refuses 'killed/checkpoint\.h5: ' lod-train config.toml --resume --output killed

# From the third epoch on a step size with which training cannot work.
sed 's/rate = 1e-3}/rate = 1e-3}, {from = 2, rate = 1e3}/' config.toml >diverging.toml
expect 1 'training: .*epoch 3, step [0-9]+' "$bin/lod-train" diverging.toml --quiet --output diverging
finish
