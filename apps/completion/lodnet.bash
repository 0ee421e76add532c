# shellcheck shell=bash
# Completion of the lodnet programs for bash. Options come from what `PROGRAM --help` prints, so that
# there is nothing to keep up to date here; files and names from the option that they follow.

# Prints the long options of program $1, with = where they take a value.
_lodnet_options() {
  "$1" --help 2>/dev/null | sed -n 's/^ \{1,6\}\(-., \)\{0,1\}\(--[a-z-]*=\{0,1\}\).*/\2/p'
}

# Prints the names that value $2 of option $1 of program $3 can have, if they are a fixed list.
_lodnet_values() {
  case $3:$1 in
  lod-bench:--method) echo 'shared patch' ;;
  *:--method) echo 'lod dnn fine coarse' ;;
  *:--family) echo 'iid sine expression lognormal channels image darcy reservoir anisotropic layers' ;;
  *:--resample-mean) echo 'geometric arithmetic harmonic' ;;
  *:--walls) echo 'natural dirichlet' ;;
  *:--effective) echo 'periodic linear flow' ;;
  *:--neumann) echo 'left right bottom top front back' ;;
  *:--dirichlet | *:--flux | *:--robin) echo 'left= right= bottom= top= front= back=' ;;
  esac
}

# Completes the word $1 to folders and to files that end in one of the rest.
_lodnet_files() {
  local word=$1 ending
  shift
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -d -- "$word"; for ending; do compgen -f -X "!*$ending" -- "$word"; done)
}

# Completes a value, the word $2 after option $1 of program $3; whether it could.
_lodnet_value() {
  local values
  values=$(_lodnet_values "$1" "$2" "$3")
  case $1 in
  --model | --previous | --resample | --mask) _lodnet_files "$2" .h5 ;;
  --config | --set | --mesh) _lodnet_files "$2" .toml ;;
  --image) _lodnet_files "$2" .png ;;
  --output | --report) _lodnet_files "$2" '' ;;
  *)
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$2")
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
    ;;
  esac
}

# Bash's entry: completes the word at which the cursor stands for program $1. In --model=m.h5 `=` is a
# word of its own.
_lodnet() {
  local program=${1##*/} word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [[ $word == = ]]; then
    word=
  elif [[ $option == = ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $option == --* ]] && _lodnet_options "$1" | grep -qx -e "$option="; then
    _lodnet_value "$option" "$word" "$program"
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_lodnet_options "$1")" -- "$word")
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
  else
    case $program in
    lod-train) _lodnet_files "$word" .toml ;;
    lod-bench) mapfile -t COMPREPLY < <(compgen -W 'exact fine network train' -- "$word") ;;
    lod-sample) ;;
    lod-solve | lod-compare) _lodnet_files "$word" .h5 .toml ;;
    *) _lodnet_files "$word" .h5 ;;
    esac
  fi
}

complete -o bashdefault -o default -F _lodnet lod-bench lod-compare lod-evaluate lod-sample lod-solve lod-train
