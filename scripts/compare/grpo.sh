#!/usr/bin/env bash
# A GRPO step of 4 prompts x 8 samples x 128 new tokens (the end token banned): r1 against TRL's fastest setting.
# Speed, peak memory, and the time from the start of the program to the end of a first step of 2 x 4 x 16 tokens.
#
#   scripts/compare/grpo.sh [--rounds N] [--peers DIR] ...      all options: measure.sh
#
# A round is one r1 process and one TRL process, each with a step to warm up, not counted, then one that
# counts: interleaved by blocks. The order alternates. TRL's settings are measured once each before, the fastest is taken.
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"
need_trl
prompts=4 samples_each=8 new_tokens=128 prompt_tokens=100
[[ -z $quick ]] || { prompts=2 samples_each=2 new_tokens=4 prompt_tokens=16; }

step=(--prompts "$prompts" --samples "$samples_each" --new-tokens "$new_tokens" --prompt-tokens "$prompt_tokens")
first_step=(--prompts 2 --samples 4 --new-tokens 16 --prompt-tokens "$prompt_tokens" --steps 1)
trl_round() { run_trl trl_grpo.py "${step[@]}" --steps 2 && record "$best" "$1"; }
r1_round() { r1_bench grpo "${step[@]}" --steps 2 && record r1 "$1"; }
trl_first() { run_trl trl_grpo.py "${first_step[@]}" && record "$best, first step" "$1"; }
r1_first() { r1_bench grpo "${first_step[@]}" && record "r1, first step" "$1"; }

roofline before
choose_trl trl_round seconds_per_step low
interleave r1_round trl_round
rounds=$((rounds < 3 ? rounds : 3)) interleave r1_first trl_first
roofline after

row "GRPO step $prompts x $samples_each x $new_tokens" s low r1 "$best" seconds_per_step
row "- its rollout" s low r1 "$best" rollout_seconds
row "- its update" s low r1 "$best" update_seconds
row "- peak memory" GiB low r1 "$best" max_rss_gib
row "Program start to the first step of 2 x 4 x 16" s low "r1, first step" "$best, first step" first_step_seconds
print_table
