#!/usr/bin/env bash
# Kills a tiny GRPO run with kill -9 at random moments, resumes it, and compares it with the same run left alone:
# every deterministic metric of every step and the final weights must be equal byte for byte.
#
#   scripts/kill_campaign.sh PROGRAM MODEL [KILLS=50] [STEPS=16]
#
# MODEL is a folder with a small model (tests/cli/kill_test.cpp writes one). Prints "50 kills, 50 identical"; exit code 1 otherwise.
# SEED chooses the moments; KEEP=1 keeps the folder of a run that differs.
set -euo pipefail
program=$(realpath "$1") model=$(realpath "$2") kills=${3:-50} steps=${4:-16}
RANDOM=${SEED:-1}
work=$(mktemp -d)
trap '[[ -n ${KEEP:-} ]] || rm -rf "$work"' EXIT

# Replaces the (sub)shell that calls it, so that the process that is killed is the program itself.
train() {  # OUTPUT [FLAGS]
  local output=$1
  shift
  exec "$program" grpo --set model="$model" --set run.output="$output" --set steps="$steps" --set seed=7 \
    --set prompts_per_step=2 --set group_size=4 --set run.checkpoint_every=2 \
    --set data.kind=arithmetic --set data.size=50 --set 'reward.rewards={"length":1,"math":1}' \
    --set reward.length_max_tokens=16 --set sampling.max_new_tokens=16 \
    --set "sampling.stop_token_ids=[$(seq -s, 0 8 255)]" --set schedule.learning_rate=1e-3 "$@"
}

# metrics.jsonl without what depends on the clock (rl/metrics_writer.h), and the weights' hash.
fingerprint() {
  sed -E 's/"(time\/[^"]*|[^"]*_time|[^"]*per_second)":[^,}]*,?//g; s/,}/}/' "$1/metrics.jsonl"
  sha256sum <"$1/model/model.safetensors"
}

now_ms() { date +%s%3N; }

begin=$(now_ms)
(train "$work/whole") >"$work/whole.log"
whole_ms=$(($(now_ms) - begin))
fingerprint "$work/whole" >"$work/whole.txt"
if [[ $(wc -l <"$work/whole/metrics.jsonl") -ne $steps ]]; then
  echo "the uninterrupted run has $(wc -l <"$work/whole/metrics.jsonl") lines of metrics, not $steps" >&2
  exit 1
fi

# A moment is a random step and a random part of it, so that a busy machine is killed at the same places as an idle one.
# A step that was recorded before this start stands for a moment while the program starts or reads its checkpoint.
wait_for_moment() {  # PID METRICS
  local step=$((1 + RANDOM % (steps - 1))) lines=() longest_ms=600
  while kill -0 "$1" 2>/dev/null; do
    [[ -e $2 ]] && mapfile -t lines <"$2"
    ((${#lines[@]} >= step)) && break
    longest_ms=40
    sleep 0.01
  done
  sleep "$(printf '0.%03d' $((RANDOM % longest_ms)))"
}

identical=0 done_kills=0 run=0 in_training=0
while ((done_kills < kills)); do
  run=$((run + 1))
  output=$work/run$run
  kills_before=$done_kills
  while true; do
    # A start that was killed before config.json was on the disk is created again, not resumed.
    resume=()
    [[ -e $output/config.json ]] && resume=(--resume)
    train "$output" "${resume[@]}" >>"$output.log" 2>&1 &
    pid=$!
    # Four kills a run, so that runs come to their end.
    if ((done_kills - kills_before < 4 && done_kills < kills)); then
      wait_for_moment "$pid" "$output/metrics.jsonl"
      if kill -9 "$pid" 2>/dev/null; then
        wait "$pid" 2>/dev/null && status=0 || status=$?
        if [[ $status -eq 137 ]]; then
          done_kills=$((done_kills + 1))
          [[ -s $output/metrics.jsonl ]] && in_training=$((in_training + 1))
          continue
        fi
      else
        wait "$pid" && status=0 || status=$?
      fi
    else
      wait "$pid" && status=0 || status=$?
    fi
    [[ $status -eq 0 ]] && break
    echo "run $run failed with exit code $status: $(grep "^r1:" "$output.log" | tail -1)" >&2
    exit 1
  done
  if fingerprint "$output" | cmp -s - "$work/whole.txt"; then
    identical=$((identical + done_kills - kills_before))
    [[ -n ${KEEP:-} ]] || rm -rf "$output"
  else
    echo "run $run differs after $((done_kills - kills_before)) kills:" >&2
    fingerprint "$output" | diff - "$work/whole.txt" | head -5 >&2 || true
  fi
done
echo "$done_kills kills, $identical identical ($in_training of them after the first step; $run runs of $steps steps, ${whole_ms} ms uninterrupted)"
((identical == done_kills))
