#!/usr/bin/env bash
# Bad input never crashes, never leaves a file behind, and gets a message that says what is wrong.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

"$helpers/make_bad_files" .
echo 'this is not HDF5' >text-file.h5

for program in lod-sample lod-train lod-solve lod-compare; do
  expect 0 '' "$bin/$program" --help
  grep -q 'Example' stdout.txt || fail "$program --help shows no example"
  expect 0 '' "$bin/$program" --version
  grep -qE '[0-9]+\.[0-9]+\.[0-9]+' stdout.txt || fail "$program --version shows no version"
  expect 2 'unrecognized option' "$bin/$program" --nonsense
done

# Coefficient files.
refuses 'missing\.h5: .*(No such file|does not exist)' lod-solve missing.h5
refuses 'text-file\.h5: .*HDF5' lod-solve text-file.h5
refuses 'other-name\.h5: .*coefficient.*permeability' lod-solve other-name.h5
refuses 'good\.h5: .*nothing.*coefficient' lod-solve good.h5 --dataset nothing
refuses 'rank-four\.h5: coefficient: ' lod-solve rank-four.h5
expect 0 '' "$bin/lod-solve" oblong.h5 # a rectangle of 8 x 16 cells
refuses 'empty\.h5: coefficient: ' lod-solve empty.h5
refuses 'nan\.h5: coefficient.*\[3\]\[5\].*nan' lod-solve nan.h5
refuses 'infinite\.h5: coefficient.*\[3\]\[5\].*inf' lod-solve infinite.h5
refuses 'zero\.h5: coefficient.*\[3\]\[5\].* 0' lod-solve zero.h5
refuses 'negative\.h5: coefficient.*\[3\]\[5\].*-2\.5' lod-solve negative.h5
refuses 'text\.h5: coefficient: ' lod-solve text.h5
expect 0 '' "$bin/lod-solve" other-name.h5 --dataset permeability --coarse 4 --output renamed.h5

# The mesh.
refuses '--coarse 5: .*16' lod-solve good.h5 --coarse 5
refuses '.*multiple' lod-solve good.h5 --fine 40
refuses '--coarse .*' lod-solve good.h5 --coarse 4x
refuses '.*ell' lod-solve good.h5 --ell 0
refuses '.*no-such-mesh' lod-solve good.h5 --mesh no-such-mesh
refuses '.*upwards.*left' lod-solve good.h5 --neumann upwards
refuses '.*add up to 0; they add up to 1,' lod-solve good.h5 --neumann left,right,bottom,top
refuses '.*(32|16).*(16|32)' lod-solve good.h5 --mesh "$source_root/meshes/small-2d.toml"

# Methods, models, expressions.
refuses '.*magic.*lod' lod-solve good.h5 --method magic
LODNET_MODEL=missing.h5 refuses 'missing\.h5' lod-solve good.h5 --method dnn
refuses 'missing\.h5' lod-solve good.h5 --method dnn --model missing.h5
refuses 'good\.h5: is not a model that lod-train wrote' lod-solve good.h5 --method dnn --model good.h5
refuses 'missing\.h5' lod-compare good.h5 --model missing.h5
refuses '--rhs' lod-solve good.h5 --rhs '1 +'
refuses '--rhs' lod-solve good.h5 --rhs 'q + 1'
refuses '--rhs' lod-solve good.h5 --rhs '1/(x-x)'
refuses '.*magic.*iid' lod-sample --family magic --output a.h5
refuses '.*' lod-sample --expression 'x - 1' --cells 8 --output a.h5
refuses '.*' lod-sample --cells 0 --output a.h5
refuses '.*picture\.png' lod-sample --image picture.png --output a.h5
refuses 'text-file\.h5' lod-sample --image text-file.h5 --output a.h5

# Places that cannot be written.
refuses '-history no/such/folder/log: No such file' lod-solve good.h5 -- -history no/such/folder/log
refuses 'no/such/folder/s\.h5' lod-solve good.h5 --output no/such/folder/s.h5
refuses 'text-file\.h5/s\.h5' lod-solve good.h5 --output text-file.h5/s.h5
refuses 'no/such/folder/a\.h5' lod-sample --cells 8 --output no/such/folder/a.h5

# Training configs: the file, the line and the column, and what would be right.
config() { printf '%s\n' "$@" >config.toml; }
refuses 'missing\.toml' lod-train missing.toml
config 'seed = 1' '[mesh' 'coarse = 4'
refuses 'config\.toml: line [23], column [0-9]+: ' lod-train config.toml --output out
config '[training]' 'epoch = 3'
refuses 'config\.toml: line 2, column 1: .*epoch.*epochs' lod-train config.toml --output out
config '[training]' 'epochs = "three"'
refuses 'config\.toml: line 2, column [0-9]+: .*epochs' lod-train config.toml --output out
config '[training]' 'epochs = -3'
refuses 'config\.toml: line 2, column [0-9]+: .*epochs.*-3' lod-train config.toml --output out
config '[mesh]' 'use = "tiny-2d"' '[[sample]]' 'family = "iid"' 'scales = [3]'
refuses 'config\.toml: .*3' lod-train config.toml --output out
refuses 'text-file\.h5/out' lod-train "$source_root/configs/tiny.toml" --output text-file.h5/out
[ ! -e a.h5 ] || fail 'lod-sample left a file of unusable input'
finish
