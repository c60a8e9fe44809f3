#!/usr/bin/env bash
# What is left of generation at batch 32 when another process keeps one core busy: r1 and llama.cpp, each against itself.
#
#   scripts/compare/contention.sh [--rounds N] [--peers DIR] ...      all options: measure.sh
#
# The competitor is an endless loop at the same priority, pinned to the first core this shell may use. Each round runs
# r1 quiet, r1 busy, llama.cpp quiet, llama.cpp busy, or the two programs the other way round.
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"
need "$llama_bench" llama
need "$peers/models/gguf/F32.gguf" models
batch=32 waves=1
core=$(taskset -cp $$ | sed -E 's/.*: ([0-9]+).*/\1/')

with_competitor() {  # COMMAND ...
  taskset -c "$core" bash -c 'while :; do :; done' &
  competitor=$!
  "$@"
  stop_competitor
}

stop_competitor() {
  [[ -z ${competitor:-} ]] || kill "$competitor" 2>/dev/null || true
  [[ -z ${competitor:-} ]] || wait "$competitor" 2>/dev/null || true
  competitor=''
}
at_exit+=(stop_competitor)

run_r1() {
  r1_bench rollout --prompts $((batch * waves)) --prompt-tokens "$prompt_tokens" --new-tokens "$new_tokens" --batch "$batch"
}
run_llama() { chosen_llama "$batch" "$waves"; }

both() {  # NAME ROUND COMMAND: quiet, then busy, then their ratio as a sample of its own
  local quiet
  "$3"
  quiet=$(jq .tokens_per_second <<<"$result")
  record "$1, quiet" "$2"
  with_competitor "$3"
  record "$1, busy" "$2"
  result=$(jq -c --argjson quiet "$quiet" '{busy_over_quiet: (.tokens_per_second / $quiet)}' <<<"$result")
  record "$1" "$2"
}
r1_round() { both r1 "$1" run_r1; }
llama_round() { both "$llama_name" "$1" run_llama; }

roofline before
choose_llama "$batch" F32 BF16
interleave r1_round llama_round
roofline after
row "Generation at batch $batch, quiet" tokens/s high "r1, quiet" "$llama_name, quiet" tokens_per_second
row "- one of $threads cores taken" tokens/s high "r1, busy" "$llama_name, busy" tokens_per_second
row "- busy / quiet" "share kept" high r1 "$llama_name" busy_over_quiet
print_table
