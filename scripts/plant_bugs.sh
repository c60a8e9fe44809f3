#!/usr/bin/env bash
# Plants one bug at a time in a copy of the tree and says whether the test that should notice it does.
#
#   scripts/plant_bugs.sh            all of the table below
#   scripts/plant_bugs.sh rl/loss    only entries whose file or test matches this regular expression
#
# The copy (R1_PLANT_DIR, default <tmp>/r1kit-plant) is kept, so that a second run builds little. Exit code 1 when a bug
# is missed, an entry is stale (its sed expression changes nothing, or the result does not compile), or a test that
# should notice fails without any bug.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD copy=${R1_PLANT_DIR:-${TMPDIR:-/tmp}/r1kit-plant} only=${1:-.} jobs=${R1_JOBS:-2}

# plant FILE SED-EXPRESSION TEST-PROGRAM CTEST-REGEX: a line for each way to be wrong that must never come back.
bugs() {
  plant base/rng.cpp 's/round < 10/round < 9/' base_test 'Rng|Philox'
  plant base/rng.cpp 's/return mix(hash, text.size());/return hash;/' base_test 'Rng|Hash'
  plant rewards/reward.h '1i #include "rl/batch.h"' docs_test 'Layers'
}

copy_tree() { # writes only files that differ: those, and no others, are built again
  local file
  mkdir -p "$copy/build"
  (cd "$copy" && find . -path ./build -prune -o -path ./.deps -prune -o -type f -print0) |
    while IFS= read -r -d '' file; do
      if [[ ! -e $file ]]; then rm "$copy/$file"; fi
    done
  git ls-files -zco --exclude-standard | while IFS= read -r -d '' file; do
    if [[ ! -e $file ]] || cmp -s "$file" "$copy/$file"; then continue; fi
    mkdir -p "$(dirname "$copy/$file")"
    cp "$file" "$copy/$file"
  done
  mkdir -p .deps
  ln -sfn "$root/.deps" "$copy/.deps"
}

preset_of() { # the LibTorch-free programs build in seconds, and sanitizers only help
  case $1 in
    base_test | datasets_test | rewards_test | docs_test) echo asan ;;
    *) echo release ;;
  esac
}

build() { # preset, program
  (cd "$copy" && { [[ -e build/$1/build.ninja ]] || cmake --preset "$1"; } && cmake --build --preset "$1" -j "$jobs" --target "$2") \
    >"$copy/build/log" 2>&1 </dev/null
}

run() { # preset, regex
  (cd "$copy" && ctest --preset "$1" -R "$2" --no-tests=error --timeout 300 -j "$jobs") >"$copy/build/log" 2>&1 </dev/null
}

num_caught=0 num_bad=0
declare -A baseline
report() { # word, file, sed, remark
  printf '%-8s %s  %s%s\n' "$1" "$2" "$3" "${4:+  ($4)}"
  if [[ $1 == caught ]]; then num_caught=$((num_caught + 1)); else num_bad=$((num_bad + 1)); fi
}

plant() {
  local file=$1 expression=$2 program=$3 regex=$4 preset outcome=caught remark=''
  [[ "$file $program $regex" =~ $only ]] || return 0
  preset=$(preset_of "$program")
  if [[ -z ${baseline[$program $regex]:-} ]]; then
    baseline[$program $regex]=red
    if build "$preset" "$program" && run "$preset" "$regex"; then baseline[$program $regex]=green; fi
  fi
  if [[ ${baseline[$program $regex]} == red ]]; then
    report BASELINE "$file" "$expression" "$program, tests $regex: do not build, do not exist or fail without the bug"
    return 0
  fi
  sed -i "$expression" "$copy/$file"
  if cmp -s "$file" "$copy/$file"; then
    outcome=STALE remark='the expression changes nothing'
  elif ! build "$preset" "$program"; then
    # A file that cannot compile shows nothing about the tests, save where the test reads sources (docs_test).
    outcome=STALE remark='does not compile'
  elif run "$preset" "$regex"; then
    outcome=MISSED remark="tests $regex pass"
  else
    remark=$(sed -n 's/^[[:space:]]*[0-9]* - \(.*\) (.*/\1/p' "$copy/build/log" | sort -u | head -2 | paste -sd, -)
  fi
  cp "$file" "$copy/$file" # a new mtime, so that the object file of the bug is not taken for the right one
  report "$outcome" "$file" "$expression" "$remark"
}

copy_tree
export R1_TORCH_DIR=${R1_TORCH_DIR:-$root/.deps/python/torch}
bugs
echo "$num_caught caught, $num_bad not"
((num_bad == 0))
