#!/usr/bin/env bash
# lod-solve --many: every coefficient and right-hand side as solved alone; refusal of what does not fit.
# shellcheck source=tests/commands/harness.sh
source "$(dirname "${BASH_SOURCE[0]}")/harness.sh"

# Many coefficients: those of training pairs, single precision.
sed 's/^count = .*/count = 5/' "$source_root/configs/tiny.toml" >tiny.toml
sed -i "s|^use = .*|use = \"$source_root/meshes/tiny-2d.toml\"|" tiny.toml
expect 0 '' "$bin/lod-train" tiny.toml --quiet --output tiny
count=$(h5dump -H -d /coefficients tiny/pairs.h5 | sed -n 's/.*SIMPLE { ( *\([0-9]*\),.*/\1/p')
checks=$((checks + 1))
[ "${count:-0}" -ge 2 ] || fail 'there are not several coefficients'

# alone NUMBER METHOD RHS OPTIONS...: the solution of one of them, as row 0 of a file of its own.
for method in lod dnn fine coarse; do
  model=()
  [ $method = dnn ] && model=(--model tiny/model.h5)
  [ $method = dnn ] || model=(--mesh "$source_root/meshes/tiny-2d.toml")
  expect 0 '' "$bin/lod-solve" tiny/pairs.h5 --dataset coefficients --many --method $method \
    "${model[@]}" --rhs 1 --rhs '1 + x' --output many.h5
  grep -qE "^solved    $count coefficients" stdout.txt || fail 'the coefficients are not counted'
  for number in 0 $((count - 1)); do
    "$helpers/row" tiny/pairs.h5 coefficients $number one.h5 || fail 'a row cannot be copied'
    for rhs in 0 1; do
      expect 0 '' "$bin/lod-solve" one.h5 --method $method "${model[@]}" \
        --rhs "$([ $rhs = 0 ] && echo 1 || echo '1 + x')" --output alone.h5
      "$helpers/row" many.h5 solution $number $rhs many-one.h5 || fail 'a row cannot be copied'
      expect 0 '' h5diff --delta=1e-14 alone.h5 many-one.h5 /solution /coefficient
    done
  done
done

pairs=(tiny/pairs.h5 --dataset coefficients)
mesh=(--mesh "$source_root/meshes/tiny-2d.toml")
refuses 'tiny/pairs\.h5: coefficients: .*--many' lod-solve "${pairs[@]}" "${mesh[@]}"
refuses '--rhs' lod-solve one.h5 "${mesh[@]}" --rhs 1 --rhs 2
long=1
for ((i = 0; i < 200; i++)); do long="1 + $long"; done
expect 0 '' "$bin/lod-solve" "${pairs[@]}" "${mesh[@]}" --many --rhs "$long" --rhs x --output many.h5
h5dump -w 0 -a /rhs many.h5 | tr -d '\n ' | grep -F "$(tr -d ' ' <<<"$long")" >/dev/null || fail 'a right-hand side is cut'
refuses '--many' lod-solve "${pairs[@]}" "${mesh[@]}" --many --operators
refuses '.*has dimension 2, but one\.h5 has 1' lod-solve one.h5 "${mesh[@]}" --many
refuses '--rhs' lod-solve "${pairs[@]}" "${mesh[@]}" --many --rhs 'q'
finish
