#!/usr/bin/env bash
# Everything CI checks, cheapest first; stops at the first failure and says how long each phase took.
#   R1_JOBS=2                      parallel jobs
#   scripts/test.sh PHASE ...      only these phases: setup format layers asan release install tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
jobs=${R1_JOBS:-2}
work=$(mktemp -d)
current=setup times='' started=$SECONDS closing=''
finish() {
  local rc=$?
  rm -rf "$work"
  if ((rc)); then echo "== FAILED in phase $current (exit $rc)"; fi
}
trap finish EXIT

configure() { # quiet unless it fails
  cmake --preset "$1" >"$work/configure.log" 2>&1 || { tail -40 "$work/configure.log"; return 1; }
}

run_ctest() { # preset, ctest arguments; keeps the closing line for the end
  local preset=$1
  shift
  # --no-tests=error: an empty test program must not pass for a green one.
  ctest --preset "$preset" -j "$jobs" --no-tests=error "$@" </dev/null 2>&1 | tee "$work/ctest.log" |
    grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed )'
  closing+="$preset: $(grep -E 'tests passed' "$work/ctest.log")"$'\n'
}

phase_setup() { scripts/setup.sh; }

phase_format() {
  local file bad=()
  git ls-files -z '*.h' '*.cpp' >"$work/sources" # a file, not a pipe: its failure must not look like "no sources"
  while IFS= read -r -d '' file; do
    clang-format --dry-run --Werror "$file" 2>/dev/null || bad+=("$file")
  done <"$work/sources"
  if ((${#bad[@]})); then
    echo "not formatted; run: clang-format -i ${bad[*]}"
    return 1
  fi
  bash -n scripts/*.sh .ci/run
}

phase_layers() {
  configure asan
  cmake --build --preset asan -j "$jobs" --target docs_test
  run_ctest asan -L docs
  closing='' # counted again with the rest
}

phase_asan() {
  configure asan
  cmake --build --preset asan -j "$jobs"
  # Each header of base/, datasets/ and rewards/ compiled alone: a missing include shows.
  cmake --build --preset asan -j "$jobs" --target all_verify_interface_header_sets
  run_ctest asan
}

phase_release() {
  configure release
  cmake --build --preset release -j "$jobs"
}

phase_install() {
  cmake --install build/release --prefix "$work/prefix" >/dev/null
  cmake -S tests/install -B "$work/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/configure.log" 2>&1 ||
    { tail -40 "$work/configure.log"; return 1; }
  cmake --build "$work/consumer"
  "$work/consumer/consumer"
}

phase_tests() { run_ctest release; }

phases=("$@")
((${#phases[@]})) || phases=(setup format layers asan release install tests)
for current in "${phases[@]}"; do
  declare -F "phase_$current" >/dev/null || { echo "no phase $current" >&2; exit 2; }
  echo "== $current"
  begin=$SECONDS
  "phase_$current" </dev/null
  times+=" $current $((SECONDS - begin))s"
done
echo "== time:$times, total $((SECONDS - started))s"
printf '%s' "$closing"
