#!/usr/bin/env bash
# Whether a long run's memory grows: 200 GRPO steps, with the resident memory read at every step.
#
#   scripts/memory_campaign.sh MODEL [STEPS=200] [R1]      MODEL: a GGUF file or folder; R1: the program (build/release/r1)
#
# Prints the memory after each tenth of the steps, and its growth from a tenth of them to the end; exit code 1 above 3 %.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
model=${1:?"scripts/memory_campaign.sh MODEL [STEPS] [R1]: name a model"} steps=${2:-200} r1=${3:-build/release/r1}
work=$(mktemp -d)
trap 'kill $run 2>/dev/null || true; rm -rf "$work"' EXIT

"$r1" grpo --set model="$model" --set run.output="$work/run" --set steps="$steps" --set prompts_per_step=2 \
  --set group_size=4 --set data.kind=arithmetic --set data.size=2000 --set 'reward.rewards={"length":1,"math":1}' \
  --set reward.length_max_tokens=16 --set sampling.max_new_tokens=16 --set run.checkpoint_every=50 >"$work/log" 2>&1 &
run=$!
step=0
while kill -0 "$run" 2>/dev/null; do
  now=$({ wc -l <"$work/run/metrics.jsonl"; } 2>/dev/null || echo 0)
  if ((now > step)); then
    step=$now
    awk -v step="$step" '/^VmRSS/ {print step, $2}' "/proc/$run/status" >>"$work/rss" 2>/dev/null || true
  fi
  sleep 0.05
done
wait "$run" || { tail -1 "$work/log" >&2; exit 1; }
awk -v steps="$steps" '{kb[$1] = $2; last = $1}
  END {
    tenth = int(steps / 10)
    for (s = tenth; s <= last; s += tenth) if (s in kb) {printf "step %d: %.0f MB\n", s, kb[s] / 1024; if (!begin) begin = kb[s]; end = kb[s]}
    growth = end / begin - 1
    printf "grew by %.2f %%\n", 100 * growth
    exit growth > 0.03
  }' "$work/rss"
