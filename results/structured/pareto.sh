#!/usr/bin/env bash
# Measures what the forward passes of the networks that search.sh left in SEARCH, of the one that comes
# with lodnet and of the paper's cost, 1024 cells, one thread; writes pareto.csv and pareto.png here.
# The errors of the networks of the paper's width are those of results/paper, whose models are not kept:
# same pairs, same coefficients held back, 20 epochs.
#
#   results/structured/pareto.sh SEARCH     (lod-bench, lod-train on the PATH; gnuplot)
set -euo pipefail
export LC_ALL=C OMP_NUM_THREADS=1
[ $# -eq 1 ] || {
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
search=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

# microseconds ARGUMENT...: forward pass of a cell.
microseconds() {
  lod-bench network --repeats 21 --json "$@" |
    sed -n 's/.*"seconds_per_cell": \([-+.0-9e]*\),.*/\1/p' | awk '{ printf "%.3f", 1e6 * $1 }'
}

{
  echo 'network,parameters,microseconds,mean,max'
  tail -n +2 "$search/search.csv" | while IFS=, read -r name parameters mean max; do
    echo "$name,$parameters,$(microseconds --model "$search/${name// /-}/model.h5"),$mean,$max"
  done
  echo "comes with lodnet,$(grep -oE '[0-9]+ parameters' README.md | head -n 1 | cut -d' ' -f1),$(
    microseconds --model model.h5
  ),$(sed -n 's/^test:.*mean \([-+.0-9e]*\) %, max \([-+.0-9e]*\) %.*/\1,\2/p' README.md)"
  paper=$(microseconds)
  echo "paper,5063504,$paper,10.7,43"
  echo "paper with zero sums,5063504,$paper,0.40,0.78"
} >pareto.csv.tmp
mv pareto.csv.tmp pareto.csv
gnuplot <<'PLOT'
set terminal pngcairo size 900,600 font 'sans,12'
set output 'pareto.png'
set datafile separator ','
set logscale xy
set xrange [1:1500]
set yrange [0.01:30]
set xlabel 'forward pass, microseconds a cell (1024 cells, one thread)'
set ylabel 'relative L_2 error of the solution, %, mean of 50 coefficients held back'
set grid
unset key
plot 'pareto.csv' using 3:4 skip 1 with points pointtype 7 pointsize 1.5, \
  '' using 3:4:1 skip 1 with labels left rotate by 40 offset 0.4,0.4 noenhanced
PLOT
cat pareto.csv
