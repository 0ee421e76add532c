#!/usr/bin/env bash
# Files that crash the HDF5 library, keep it busy for ever, claim what they do not hold, or want what is
# not there: refused at once, in words that say what is wrong. And what others write is read.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"
data=$source_root/tests/data

# what HDF5 does not survive
refuses '.*damaged_model_hangs\.h5: attribute config: .*damaged' \
  lod-solve "$data/coefficient_integers.h5" --coarse 4 --method dnn --model "$data/damaged_model_hangs.h5"
mkdir tiny
cp "$data/damaged_pairs_crash.h5" tiny/pairs.h5
refuses 'tiny/pairs\.h5: split: was never written' lod-train "$source_root/configs/tiny.toml" --output tiny
refuses '.*/null: is no regular file' lod-solve /dev/null

# what is not in the file
refuses '.*dangling\.h5: coefficient: is a link to .* in the file .*gone\.h5' \
  lod-solve "$data/coefficient_dangling.h5" --coarse 4
refuses ".*lzf\.h5: coefficient: .*filter 'lzf' .*not installed" lod-solve "$data/coefficient_lzf.h5" --coarse 4
refuses '.*booleans\.h5: coefficient .*false is 0, which is no coefficient.*cell \[' \
  lod-solve "$data/coefficient_booleans.h5" --coarse 4

# what others write
expect 0 '' "$bin/lod-solve" "$data/coefficient_integers.h5" --coarse 4
expect 0 '' "$bin/lod-solve" "$data/coefficient_row.h5" --coarse 4
grep -q '^mesh .*d = 1,' stdout.txt || fail 'a row is not one-dimensional'

# a coarse mesh only where there is one
expect 0 '' "$bin/lod-sample" --cells 30 --output thirty.h5
expect 0 '' "$bin/lod-solve" thirty.h5 --method fine
refuses 'thirty\.h5: 30 cells .*--coarse, one of 1, 2, 3, 5, 6, 10, 15, 30, or --mesh' lod-solve thirty.h5
expect 0 '' "$bin/lod-sample" --cells 31 --output prime.h5
expect 0 '' "$bin/lod-solve" prime.h5 --method fine
refuses 'prime\.h5: .*one of 1, 31, or' lod-solve prime.h5

# finite damage: a byte of the operators that a later run starts from
expect 0 '' "$bin/lod-sample" --cells 16 --output intact.h5
expect 0 '' "$bin/lod-solve" intact.h5 --coarse 4 --operators --output before.h5
offset=$(h5dump -p -H -d /local_operators before.h5 | grep -c FLETCHER32)
[ "$offset" -eq 1 ] || fail 'operators have no checksum'
expect 0 '' "$bin/lod-solve" intact.h5 --coarse 4 --previous before.h5
size=$(stat -c %s before.h5)
changed=0
for part in 3 4 5; do
  cp before.h5 spoilt.h5
  printf '\001' | dd of=spoilt.h5 bs=1 seek=$((size * part / 8)) conv=notrunc status=none
  cmp -s before.h5 spoilt.h5 && continue
  changed=$((changed + 1))
  refuses 'spoilt\.h5: .*(checksum|Fletcher32)' lod-solve intact.h5 --coarse 4 --previous spoilt.h5
done
[ $changed -gt 0 ] || fail 'no byte was changed'

# coefficients of training pairs, solved for as they are: a changed byte is refused or changes nothing
rm -r tiny
expect 0 '' "$bin/lod-train" "$source_root/configs/tiny.toml" --pairs-only --quiet --output tiny
many=(--dataset coefficients --many --mesh "$source_root/meshes/tiny-2d.toml" --method coarse --quiet)
expect 0 '' "$bin/lod-solve" tiny/pairs.h5 "${many[@]}" --output before.h5
refused=0
for offset in $(seq 6003 800 16000); do # where the coefficients are, and beyond
  cp tiny/pairs.h5 spoilt.h5
  printf '\125' | dd of=spoilt.h5 bs=1 seek="$offset" conv=notrunc status=none
  "$bin/lod-solve" spoilt.h5 "${many[@]}" --output after.h5 2>stderr.txt
  status=$?
  checks=$((checks + 1))
  if [ $status -eq 2 ]; then
    refused=$((refused + 1))
  elif [ $status -ne 0 ] || ! h5diff before.h5 after.h5 /solution >stdout.txt; then
    fail "byte $offset of the pairs: status $status, another solution"
  fi
done
[ $refused -gt 0 ] || fail 'no byte of the coefficients was changed'
finish
