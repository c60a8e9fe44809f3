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
  plant rewards/math/answer_extraction.cpp 's/rfind/find/' rewards_test 'Extract|Answer'
  # the loss
  plant rl/loss.cpp 's/1 + config.clip_high) \* A/1 + config.clip_low) * A/' rl_test '^Loss'
  plant rl/loss.cpp 's/at::exp(x) - x - 1/at::exp(x) - x/' rl_test '^Loss'
  plant rl/loss.cpp 's/at::where(A < 0, at::maximum/at::where(A > 0, at::maximum/' rl_test '^Loss'
  plant rl/loss.cpp 's/log_ratio = sequence_mean(log_ratio, inputs)/log_ratio = log_ratio/' rl_test '^Loss'
  plant rl/loss.cpp 's/at::sum(token_loss \* inputs.weights)/at::sum(token_loss)/' rl_test '^Loss|^Update'
  plant rl/advantages.cpp 's/result.count - 1/result.count/' rl_test '^Advantages'
  plant rl/advantages.cpp 's/silent ? 0.0 : //' rl_test '^Advantages'
  # batches and updates
  plant rl/batch.cpp 's/prompt_row_ + length - 1/prompt_row_ + length/' rl_test '^Batch'
  plant rl/batch.cpp 's/if (!sample.loss_mask\[i\]) continue;//' rl_test '^Batch|^Update'
  plant rl/batch.cpp 's/result.num_tokens += trained;/result.num_tokens += 1;/' rl_test '^Batch'
  plant rl/update.cpp 's/if (result.finite)/if (true)/' rl_test '^Update'
  # the sampler and the engine
  plant rollout/sampler.cpp 's/double remaining = u \* total/double remaining = u/' rollout_test '^Sampler'
  plant rollout/sampler.cpp 's/cumulative < config.top_p \* total/cumulative <= config.top_p * total/' rollout_test '^Sampler'
  plant rollout/local_engine.cpp 's/static_cast<uint64_t>(slot.completion.sample_index));/static_cast<uint64_t>(i));/' rollout_test '^Engine'
  plant rollout/local_engine.cpp 's/batch.positions.push_back(prompt_length + written)/batch.positions.push_back(written)/' rollout_test '^Engine'
  # the arithmetic
  plant policy/kernels/kernels_isa.cpp 's/gradient \* input \* inverse_rms/gradient * input/' policy_test '^Ops'
  plant policy/kernels/kernels_isa.cpp 's/x < low ? low : x;/x > low ? x : low;/' rollout_test '^Sampler'
  plant policy/policy.cpp 's/config_.rms_norm_eps);$/1e-3);/' policy_test 'ToyModels'
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
