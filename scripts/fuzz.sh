#!/usr/bin/env bash
# Fuzzes the math verifier with libFuzzer under address and undefined-behaviour sanitizers:
#   scripts/fuzz.sh TARGET [RUNS]      TARGET: extraction, parser, comparison or all; RUNS: executions, default 1,000,000
# Starts from tests/fuzz/corpus/TARGET; new inputs stay in build/fuzz/found/TARGET, a finding in build/fuzz/TARGET-*.
#   R1_FUZZ_SECONDS=600   stops a target after so many seconds as well
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
targets=("${1:?name a target: extraction, parser, comparison or all}")
runs=${2:-1000000}
[[ $1 == all ]] && targets=(extraction parser comparison)
compiler=$(command -v clang++-14 || command -v clang++) || {
  echo "no clang++ here; install clang-14 and libclang-rt-14-dev" >&2
  exit 1
}
mkdir -p build
cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER="$compiler" \
  -DR1_TORCH=OFF -DR1_FUZZ=ON -DR1_SANITIZE=address,undefined >build/fuzz.configure.log 2>&1 || {
  tail -20 build/fuzz.configure.log
  exit 1
}
cmake --build build/fuzz -j "${R1_JOBS:-2}" --target "${targets[@]/#/fuzz_}"
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/found/$target"
  echo "== $target, $runs executions"
  # Texts of up to 64 KiB; more than 10 s (under sanitizers, beside other work) or 2 GiB for one is a finding.
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "build/fuzz/tests/fuzz_$target" -runs="$runs" -max_len=65536 \
    -len_control=1000 -timeout=10 -rss_limit_mb=2048 -max_total_time="${R1_FUZZ_SECONDS:-0}" -print_final_stats=1 \
    -dict=tests/fuzz/math.dict -artifact_prefix="build/fuzz/$target-" \
    "build/fuzz/found/$target" "tests/fuzz/corpus/$target" 2>"build/fuzz/$target.log" || {
    tail -40 "build/fuzz/$target.log"
    echo "FOUND: see build/fuzz/$target.log; the input is build/fuzz/$target-*" >&2
    exit 1
  }
  grep -E '^stat::|^Done' "build/fuzz/$target.log"
done
