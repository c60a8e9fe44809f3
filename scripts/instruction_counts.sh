#!/usr/bin/env bash
# Instructions of one decoding step and of one training step, counted by callgrind: a number that no other load disturbs, so
# that a later change of it means something. Prints a table for docs/results/instruction_counts.md.
#
#   scripts/instruction_counts.sh MODEL [R1]      MODEL: a GGUF file or folder; R1: the program (build/release/r1)
#
# Each figure is a difference of two runs that differ in steps only, so loading and measuring cancel. One thread: a waiting
# thread's spinning would be counted. valgrind knows no AVX-512: the AVX2 kernels are what is counted. It emulates each fused
# multiplication in a call: about 0.4 microseconds, so the shapes are small, and it still takes an hour of one core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
model=${1:?"scripts/instruction_counts.sh MODEL [R1]: name a model"} r1=${2:-build/release/r1}
command -v valgrind >/dev/null || { echo "no valgrind; install the package valgrind" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export R1_THREADS=1 R1_KERNELS=avx2

count() { # r1 bench's arguments -> instructions of the whole program
  valgrind --tool=callgrind --callgrind-out-file="$work/out" "$r1" bench "$@" --model "$model" --json >/dev/null 2>"$work/log" ||
    { tail -3 "$work/log" >&2; exit 1; }
  awk '/^(summary|totals):/ {print $2; exit}' "$work/out"
}

row() { # what, instructions of the short run, of the long run, steps between them
  awk -v what="$1" -v short="$2" -v long="$3" -v steps="$4" 'BEGIN {printf "| %s | %.1f |\n", what, (long - short) / steps / 1e6}'
}

echo "| one step, $(basename "$model"), bfloat16 | million instructions |"
echo "| --- | --- |"
for batch in 1 8; do
  short=$(count rollout --prompts "$batch" --batch "$batch" --prompt-tokens 8 --new-tokens 2)
  long=$(count rollout --prompts "$batch" --batch "$batch" --prompt-tokens 8 --new-tokens 6)
  row "decoding, $batch sequences" "$short" "$long" 8 # four more tokens, and four more in the round that warms up
done
short=$(count train --batch 1 --tokens 8 --steps 1)
long=$(count train --batch 1 --tokens 8 --steps 2)
row "training, 8 tokens" "$short" "$long" 1
