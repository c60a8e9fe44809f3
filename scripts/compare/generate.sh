#!/usr/bin/env bash
# Generation: 64 distinct prompts of 128 tokens, 128 new tokens each, 32 and 64 at a time, and 8 of them one at a time: r1
# against llama.cpp's fastest setting (F32 or BF16, flash attention on or off) and vLLM; then int8 against Q8_0.
#
#   scripts/compare/generate.sh [--rounds N] [--peers DIR] ...      all options: measure.sh
#   R1_INT8_FLAGS='--int8'      what makes `r1 bench rollout` generate in int8
#
# Every figure is generated tokens over the time for prompts and tokens, model loading left out. r1 and llama.cpp are new
# processes each time. vLLM needs minutes to start: one process serves all rounds and is stopped while others run.
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"
need "$llama_bench" llama
need "$peers/models/gguf/F32.gguf" models
batches=(1 32 64)
read -ra int8_flags <<<"${R1_INT8_FLAGS:---int8}"

prompts_at() {  # BATCH: one at a time takes as long with fewer prompts
  if [[ -n $quick ]]; then echo "$1"; elif (($1 == 1)); then echo 8; else echo 64; fi
}

# ---- vLLM -------------------------------------------------------------------------------------------------------

start_vllm() {
  local allocator
  allocator=$(tcmalloc)
  say "starting vLLM (minutes; $out/vllm.log)"
  coproc VLLM {
    exec setsid env -u OMP_NUM_THREADS VLLM_CPU_KVCACHE_SPACE=4 VLLM_CPU_OMP_THREADS_BIND="0-$((threads - 1))" \
      LD_PRELOAD="${allocator:+$allocator:}$peers/venvs/vllm/lib/libiomp5.so" \
      "$peers/venvs/vllm/bin/python" "$here/peers/vllm_generate.py" "$peers/models/smollm2/bf16" bfloat16 2>"$out/vllm.log"
  }
  vllm=$VLLM_PID
  exec {vllm_in}>&"${VLLM[1]}" {vllm_out}<&"${VLLM[0]}"
  at_exit+=(stop_vllm)
  ask_vllm
}

ask_vllm() {  # [REQUEST]: leaves the answer in $result
  kill -CONT -- "-$vllm" 2>/dev/null || true
  if (($#)); then echo "$*" >&"$vllm_in"; fi
  read -r -u "$vllm_out" result || die "vLLM ended" "read $out/vllm.log"
  kill -STOP -- "-$vllm"
}

stop_vllm() {  # all of its processes: it holds gigabytes
  local tries
  kill -CONT -- "-$vllm" 2>/dev/null || return 0
  kill -TERM -- "-$vllm" 2>/dev/null || true
  for ((tries = 0; tries < 100; tries++)); do
    kill -0 -- "-$vllm" 2>/dev/null || return 0
    sleep 0.2
  done
  kill -KILL -- "-$vllm" 2>/dev/null || true
}

vllm_round() {
  ask_vllm "$(prompts_at "$batch") $batch $prompt_tokens $new_tokens"
  record "vLLM bf16, batch $batch" "$1"
}

# ---- the rounds -------------------------------------------------------------------------------------------------

llama_round() {
  chosen_llama "$batch" $(($(prompts_at "$batch") / batch))
  record "$llama_name" "$1"
}

r1_flags() {
  echo --prompts "$(prompts_at "$batch")" --prompt-tokens "$prompt_tokens" --new-tokens "$new_tokens" --batch "$batch"
}

r1_round() {
  local flags
  read -ra flags <<<"$(r1_flags)"
  r1_bench rollout "${flags[@]}"
  record "r1, batch $batch" "$1"
}

r1_int8_round() {
  local flags
  read -ra flags <<<"$(r1_flags)"
  r1_bench rollout "${flags[@]}" "${int8_flags[@]}"
  record "r1 int8, batch $batch" "$1"
}

r1_has_int8() {
  attempt "$r1" bench rollout --model "$model" --json --prompts 1 --prompt-tokens 8 --new-tokens 2 --batch 1 "${int8_flags[@]}"
}

peers_to_run=(llama_round)
roofline before
if [[ -e $peers/venvs/vllm/bin/python && -e $peers/venvs/vllm/lib/libiomp5.so ]]; then
  start_vllm
  record "vLLM start" 0
  peers_to_run+=(vllm_round)
else
  say "no vLLM in $peers: its rows are left out (scripts/compare/setup.sh ${peers@Q} vllm installs it)"
fi
for batch in "${batches[@]}"; do
  choose_llama "$batch" F32 BF16
  interleave r1_round "${peers_to_run[@]}"
  row "Generation, batch $batch" tokens/s high "r1, batch $batch" "$llama_name" tokens_per_second
  if ((${#peers_to_run[@]} == 2)); then
    row "Generation, batch $batch" tokens/s high "r1, batch $batch" "vLLM bf16, batch $batch" tokens_per_second
  fi
done
if r1_has_int8; then
  for batch in 1 32; do
    choose_llama "$batch" Q8_0
    interleave r1_int8_round llama_round
    row "Generation in int8, batch $batch" tokens/s high "r1 int8, batch $batch" "$llama_name" tokens_per_second
  done
else
  tail -n 1 "$work/log" >&2
  say "this r1 does not do 'bench rollout ${int8_flags[*]}': int8 against Q8_0 is left out"
  echo "int8 against Q8_0: left out, this r1 has no int8 generation." >>"$table"
fi
roofline after
print_table
