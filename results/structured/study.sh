#!/usr/bin/env bash
# The ablation, the comparison of losses and that of contrasts: configs/structured.toml with each
# structure switched off in turn, with other losses, and on coefficients of wider ranges; with the first
# 100 coefficients (102,400 pairs) and 12 epochs. Two runs at a time, one thread each. Runs that are done
# are not repeated. Leaves OUTPUT/NAME/ for every run, OUTPUT/study.csv and OUTPUT/contrast.csv.
#
#   results/structured/study.sh OUTPUT    (lod-train and lod-evaluate on the PATH)
set -euo pipefail
export LC_ALL=C OMP_NUM_THREADS=1
[ $# -eq 1 ] || {
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
mkdir -p "$1"
output=$(readlink -f "$1")
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
config=$here/../../configs/structured.toml

# Every run: its name, and a sed script that makes its config.
runs=(
  'all|'
  'no zero sums|s/^zero_sums = .*/zero_sums = false/'
  'no scale equivariance|/^exact_constants = /d; s/^scale_equivariant = .*/scale_equivariant = false/'
  'no baseline|/^exact_constants = /d; s/^baseline = .*/baseline = false/'
  'no exact constants|s/^exact_constants = .*/exact_constants = false/'
  'no symmetries|s/^symmetric = .*/symmetric = false/'
  'no encoder|s/^encoder = .*/encoder = []/; /^codes = /d; /^bounds = /d; /^lines = /d'
  'whole codes|s/^codes = .*/codes = []/'
  'neither bounds nor lines|s/^bounds = .*/bounds = false/; s/^lines = .*/lines = false/'
  'ReLU|s/^activation = .*/activation = "relu"/'
  'loss of entries|s/^loss = .*/loss = "entries"/'
  'energy loss|s/^loss = .*/loss = "energy"/'
)
# The same for runs on other coefficients.
contrasts=(
  'iid to 100|s/^beta = .*/beta = 100/'
  'lognormal 1|s/^family = .*/family = "lognormal"\nvariance = 1/; /^alpha = /d; /^beta = /d; /^scales = /d'
  'lognormal 2|s/^family = .*/family = "lognormal"\nvariance = 2/; /^alpha = /d; /^beta = /d; /^scales = /d'
)
short='s/^count = .*/count = 100/
  s/^epochs = .*/epochs = 12/
  s/^schedule = .*/schedule = [{from = 0, rate = 1e-3}, {from = 6, rate = 3e-4}, {from = 9, rate = 1e-4}, {from = 11, rate = 3e-5}]/'

# The folder of a run.
folder_of() {
  local name=${1%%|*}
  name=${name//,/}
  echo "$output/${name// /-}"
}

# run RUN SET PAIRS: trains and evaluates on SET, unless that is done; with the file PAIRS if not empty.
run() {
  local change=${1#*|} folder
  folder=$(folder_of "$1")
  [ ! -s "$folder/evaluation/evaluation.csv" ] || return 0
  mkdir -p "$folder"
  sed -e "$short" -e "$change" "$config" >"$folder/config.toml"
  [ -z "$3" ] || [ -e "$folder/pairs.h5" ] || ln "$3" "$folder/pairs.h5"
  lod-train "$folder/config.toml" --output "$folder" >"$folder/log.txt"
  lod-evaluate "$folder/model.h5" --set "$2" --no-pictures --quiet --output "$folder/evaluation"
  echo "${1%%|*}: done after $SECONDS s"
}

# The row of a run in study.csv: parameters; mean relative error of the operator (spectral norm) of the
# iid coefficients, mean and largest error of their solutions, and those of the others; f = 1, percent.
row() {
  local folder
  folder=$(folder_of "$1")
  awk -F, -v name="${1%%|*}" \
    -v parameters="$(grep -oE '[0-9]+ parameters' "$folder/log.txt" | head -n 1)" '
    /","1",(yes|no),/ {
      operator = $(NF - 5) / $(NF - 4); error = 100 * $(NF - 3)
      if (/^"iid/) { norm += operator; sum += error; if (error > most) most = error; count++ }
      if (/^"2 /) sine = error
      if (/^"channels/) channels = channels sprintf(",%.4f", error)
    }
    END {
      printf "\"%s\",%d,%.4f,%.4f,%.4f,%.4f%s\n", name, parameters, 100 * norm / count, sum / count,
        most, sine, channels
    }' "$folder/evaluation/evaluation.csv"
}

# The row of a run in contrast.csv: errors of the solutions of the coefficients held back, f = 1, as the
# training's last lines give them, and those of contrast.toml; percent.
contrast_row() {
  local folder
  folder=$(folder_of "$1")
  awk -F, -v name="${1%%|*}" \
    -v test="$(sed -n 's/^test:.*mean \([-+.0-9e]*\) %, max \([-+.0-9e]*\) %.*/\1,\2/p' "$folder/log.txt")" '
    /","1",(yes|no),/ {
      if (/^"lognormal variance 1"/) one = 100 * $(NF - 3)
      if (/^"lognormal variance 2"/) two = 100 * $(NF - 3)
      if (/^"iid \[1, 100\]/) wide = 100 * $(NF - 3)
      if (/^"iid \[1, 5\] on 256"/) narrow = 100 * $(NF - 3)
    }
    END { printf "\"%s\",%s,%.3f,%.3f,%.3f,%.3f\n", name, test, narrow, wide, one, two }
  ' "$folder/evaluation/evaluation.csv"
}

# Waits until fewer than $1 runs are going.
wait_below() {
  while [ "$(jobs -rp | wc -l)" -ge "$1" ]; do wait -n; done
}

if [ ! -e "$output/pairs.h5" ]; then
  sed -e "$short" "$config" >"$output/config.toml"
  OMP_NUM_THREADS=2 lod-train "$output/config.toml" --pairs-only --output "$output"
fi
for one in "${runs[@]}"; do
  wait_below 2
  run "$one" "$here/study.toml" "$output/pairs.h5" &
done
for one in "${contrasts[@]}" 'iid to 5|'; do
  wait_below 2
  pairs=
  [ "$one" != 'iid to 5|' ] || pairs=$output/pairs.h5
  run "$one" "$here/contrast.toml" "$pairs" &
done
wait_below 1
{
  echo 'run,parameters,operator,iid_mean,iid_max,sine,channels,channels_low'
  for one in "${runs[@]}"; do row "$one"; done
} >"$output/study.csv"
{
  echo 'trained_on,held_back_mean,held_back_max,iid_to_5,iid_to_100,lognormal_1,lognormal_2'
  for one in 'iid to 5|' "${contrasts[@]}"; do contrast_row "$one"; done
} >"$output/contrast.csv"
cat "$output/study.csv" "$output/contrast.csv"
