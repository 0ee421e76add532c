#!/usr/bin/env bash
# Accuracy against cost of forward passes: networks of several sizes, all with the structure of
# configs/structured.toml, on the paper's pairs, with the same budget of 5 epochs. Leaves OUTPUT/NAME/
# for every network and OUTPUT/search.csv: parameters, mean and largest relative L2 error of the
# solution (percent, 50 coefficients held back, f = 1). Runs that are done are not repeated.
#
#   results/structured/search.sh OUTPUT    (lod-train on the PATH)
set -euo pipefail
export LC_ALL=C
[ $# -eq 1 ] || {
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
mkdir -p "$1"
output=$(readlink -f "$1")
config=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../configs/structured.toml

# Name, and widths of encoder, codes and hidden layers.
networks=(
  'tiny|64, 32|32, 12, 4|128, 96'
  'small|96, 48|48, 20, 6|192, 160, 144'
  'two layers|128, 64|64, 32, 8|384, 256'
  'default|128, 64|64, 32, 8|288, 256, 224, 192'
  'six layers|128, 64|64, 32, 8|240, 240, 224, 208, 192, 192'
  'accurate|192, 96|96, 48, 12|512, 448, 384, 320'
)
budget='s/^epochs = .*/epochs = 5/
  s/^schedule = .*/schedule = [{from = 0, rate = 1e-3}, {from = 3, rate = 3e-4}, {from = 4, rate = 5e-5}]/'

sed -e "$budget" "$config" >"$output/config.toml"
lod-train "$output/config.toml" --pairs-only --output "$output"
echo 'network,parameters,mean,max' >"$output/search.csv.tmp"
for network in "${networks[@]}"; do
  IFS='|' read -r name encoder codes hidden <<<"$network"
  folder=$output/${name// /-}
  mkdir -p "$folder"
  sed -e "$budget" -e "s/^encoder = .*/encoder = [$encoder]/; s/^codes = .*/codes = [$codes]/" \
    -e "s/^hidden = .*/hidden = [$hidden]/" "$config" >"$folder/config.toml"
  [ -e "$folder/pairs.h5" ] || ln "$output/pairs.h5" "$folder/pairs.h5"
  [ -e "$folder/model.h5" ] || lod-train "$folder/config.toml" --output "$folder" >"$folder/log.txt"
  parameters=$(grep -oE '[0-9]+ parameters' "$folder/log.txt" | head -n 1)
  test=$(sed -n 's/^test:.*mean \([-+.0-9e]*\) %, max \([-+.0-9e]*\) %.*/\1,\2/p' "$folder/log.txt")
  echo "$name,${parameters% parameters},$test" | tee -a "$output/search.csv.tmp"
done
mv "$output/search.csv.tmp" "$output/search.csv"
