#!/usr/bin/env bash
# SFT on packed rows of 1,024 tokens, 4 rows a step: r1 against TRL's fastest setting.
#
#   scripts/compare/sft.sh [--rounds N] [--peers DIR] ...      all options: measure.sh
#
# A round is one r1 process and one TRL process, each with a step to warm up, not counted, then one that counts:
# interleaved by blocks, in alternating order. TRL's settings are measured once each before, the fastest is taken.
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"
need_trl
tokens=1024 batch=4
[[ -z $quick ]] || { tokens=32 batch=2; }

trl_round() {
  run_trl trl_sft.py --tokens "$tokens" --batch "$batch" --steps 2
  record "$best" "$1"
}
r1_round() { r1_bench train --tokens "$tokens" --batch "$batch" --steps 2 && record r1 "$1"; }

roofline before
choose_trl trl_round tokens_per_second high
interleave r1_round trl_round
roofline after

row "SFT, $batch packed rows of $tokens" tokens/s high r1 "$best" tokens_per_second
row "- peak memory" GiB low r1 "$best" max_rss_gib
print_table
