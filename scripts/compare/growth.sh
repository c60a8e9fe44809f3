#!/usr/bin/env bash
# How r1's cost grows, r1 against itself: a group of 8 on one prompt of 1,024 tokens against 8 prompts of that length; a GRPO
# step of 8 to 512 samples; training on sequences of 512 to 8,192 tokens.
#
#   scripts/compare/growth.sh [--rounds N] [--model FILE] ...      all options: measure.sh
alone=1 # no peer takes part, so none need be installed
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"
group=8 prompt_tokens=1024 decoded=64 sample_counts=(8 32 128 512) lengths=(512 1024 2048 4096 8192)
[[ -z $quick ]] || prompt_tokens=64 decoded=4 sample_counts=(8 16) lengths=(64 128)

# Prefill is the time to the first token, decoding what the tokens after it take.
generate() { # NAME ROUND PROMPTS SAMPLES
  local flags=(--prompts "$3" --samples "$4" --batch "$group" --prompt-tokens "$prompt_tokens") prefill
  r1_bench rollout "${flags[@]}" --new-tokens 1
  prefill=$(jq .seconds <<<"$result")
  r1_bench rollout "${flags[@]}" --new-tokens $((decoded + 1))
  result=$(jq -c --argjson prefill "$prefill" '. + {prefill_seconds: $prefill, decode_seconds: (.seconds - $prefill)}' <<<"$result")
  record "$1" "$2"
}
shared_round() { generate "r1" "$1" 1 "$group"; }
apart_round() { generate "r1, prompts apart" "$1" "$group" 1; }

step_round() { # cost per new token of a GRPO step
  local size
  for size in "${sample_counts[@]}"; do
    r1_bench grpo --prompts $((size / 8)) --samples 8 --prompt-tokens 100 --new-tokens 32 --batch 64 --steps 2
    result=$(jq -c --argjson size "$size" '. + {ms_per_token: (1000 * .seconds_per_step / ($size * 32))}' <<<"$result")
    record "GRPO step of $size samples" "$1"
  done
}

train_round() { # every step has as many tokens as the longest sequence
  local tokens longest=${lengths[-1]}
  for tokens in "${lengths[@]}"; do
    r1_bench train --batch $((longest / tokens)) --tokens "$tokens" --token-budget $((tokens > 2048 ? tokens : 2048)) --steps 2
    record "training on $tokens tokens" "$1"
  done
}

growth_line() { # TITLE PREFIX FIELD: the medians in the order they were first measured, the first one being 1
  jq -rs --arg title "$1" --arg prefix "$2" --arg field "$3" '
    def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
    map(select(.name | startswith($prefix))) as $all
    | reduce $all[].name as $name ([]; if index($name) then . else . + [$name] end)
    | map(. as $name | [$all[] | select(.name == $name) | .[$field]] | median) as $medians
    | "\($title): " + ([range(length) as $i | "\(.[$i] | ltrimstr($prefix)) \($medians[$i] * 100 | round / 100) (\($medians[$i] / $medians[0] * 100 | round / 100)x)"] | join(", "))' \
    "$samples" >>"$table"
}

roofline before
interleave shared_round apart_round
rounds=$((rounds < 3 ? rounds : 3)) interleave step_round train_round
roofline after
row "Group of $group on a $prompt_tokens-token prompt, prefill" s low r1 "r1, prompts apart" prefill_seconds
row "- decoding" s low r1 "r1, prompts apart" decode_seconds
growth_line "Milliseconds of a GRPO step per new token" "GRPO step of " ms_per_token
growth_line "Training tokens per second" "training on " tokens_per_second
print_table
