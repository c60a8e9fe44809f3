# Sourced by grpo.sh, sft.sh, generate.sh, contention.sh and growth.sh: options, one way to run and to record a program, the table.
#
# Options of all of them:
#   --rounds N     measured rounds (5); peer and r1 run in every round, in alternating order
#   --peers DIR    what setup.sh installed (.deps/peers)
#   --r1 FILE      the program r1 (build/release/r1)
#   --model DIR    the model folder r1 reads (PEERS/models/smollm2/fp32)
#   --out DIR      where NAME.jsonl and NAME.md go (runs/compare)
#   --threads N    threads of every program (all cores)
#   --quick        a few tokens only: shows that the scripts work; its figures mean nothing
# shellcheck shell=bash
set -euo pipefail
name=$(basename "$0" .sh)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=5 peers=$root/.deps/peers r1=$root/build/release/r1 out=$root/runs/compare model='' threads=$(nproc) quick=''

die() {  # what went wrong; what to do about it
  echo "$name: $1; $2" >&2
  exit 1
}

say() { echo "$name: $*" >&2; }

while (($#)); do
  case $1 in
    --rounds | --peers | --r1 | --model | --out | --threads)
      (($# >= 2)) || die "$1 needs a value" "see the options at the top of scripts/compare/measure.sh"
      declare "${1#--}=$2"
      shift 2
      ;;
    --quick) quick=1 && shift ;;
    *) die "unknown option $1" "see the options at the top of scripts/compare/measure.sh" ;;
  esac
done
[[ $rounds =~ ^[1-9][0-9]*$ ]] || die "--rounds $rounds" "give a whole number from 1"
[[ $threads =~ ^[1-9][0-9]*$ ]] || die "--threads $threads" "give a whole number from 1"
[[ -v alone ]] || [[ -d $peers ]] || die "no peers in $peers" "run scripts/compare/setup.sh DIR and give --peers DIR"
command -v jq >/dev/null || die "no jq" "run scripts/compare/setup.sh, or install jq"
command -v "$r1" >/dev/null || die "no program $r1" "build it (cmake --build --preset release) or give --r1 FILE"
[[ $("$r1" --help 2>/dev/null) == *bench* ]] || die "$r1 has no verb bench" "build a newer r1, or give --r1 FILE"
[[ -v alone ]] || peers=$(cd "$peers" && pwd)
model=${model:-$peers/models/smollm2/fp32}
[[ -e $model ]] || die "no model $model" "run scripts/compare/setup.sh, or give --model DIR"
mkdir -p "$out" 2>/dev/null || die "cannot make $out" "give another folder with --out DIR"
out=$(cd "$out" && pwd)
samples=$out/$name.jsonl table=$out/$name.md
work=$(mktemp -d)
at_exit=()
finish() {
  local command
  for command in "${at_exit[@]}"; do $command; done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM
: >"$samples"
: >"$table"
export OMP_NUM_THREADS=$threads HF_HUB_OFFLINE=1 TRANSFORMERS_VERBOSITY=error PYTHONWARNINGS=ignore
export TOKENIZERS_PARALLELISM=false

need() {  # FILE PART: what a comparison uses of the peers
  [[ -e $1 ]] || die "no $1" "run scripts/compare/setup.sh ${peers@Q} $2"
}

tcmalloc() {  # torch on a CPU is much faster with this allocator; "" where there is none
  ldconfig -p 2>/dev/null | awk '/libtcmalloc_minimal\.so\.4 / && !found {print $NF; found = 1}'
}

# ---- running and recording --------------------------------------------------------------------------------------

# Runs a program and leaves in $result the JSON object it printed (several lines: an array of objects), with how it ran.
# Returns the program's exit code; 1 as well when it printed no JSON. What it said is in $work/log and $work/stdout.
attempt() {  # COMMAND ...
  local code=0 one='if length == 0 then error("no JSON") elif length == 1 then .[0] else {lines: .} end'
  python3 "$here/peers/timed.py" "$work/timed" "$@" >"$work/stdout" 2>"$work/log" </dev/null || code=$?
  ((code == 0)) || return "$code"
  result=$(jq -cs "$one" "$work/stdout" 2>/dev/null) ||
    result=$(sed -n '/^{/p' "$work/stdout" | jq -cs "$one" 2>/dev/null) || return 1
  result=$(jq -c --slurpfile timed "$work/timed" '. + $timed[0]' <<<"$result")
}

measure() {  # COMMAND ...: an attempt that has to succeed
  local code=0
  attempt "$@" || code=$?
  ((code != 130)) || exit 130
  ((code)) || return 0
  cat "$work/log" "$work/stdout" >"$out/$name.failed.log"
  grep . "$work/log" | tail -n 1 >&2
  die "no figures (exit code $code) from: $*" "read $out/$name.failed.log"
}

record() {  # NAME ROUND: $result becomes a line of $samples
  jq -c --arg comparison "$name" --arg name "$1" --argjson round "$2" --arg time "$(date -u +%FT%TZ)" \
    --argjson load "$(cut -d' ' -f1 /proc/loadavg)" --argjson quick "${quick:-0}" \
    '{comparison: $comparison, name: $name, round: $round, time: $time, load: $load}
     + (if $quick == 1 then {quick: true} else {} end) + .' <<<"$result" | tee -a "$samples" |
    jq -r '"  \(.name), round \(.round): " + (del(.comparison, .name, .round, .time, .lines) | tostring)' >&2
}

r1_bench() {  # VERB FLAGS ...
  local verb=$1
  shift
  measure "$r1" bench "$verb" --model "$model" --json "$@"
}

# What the machine gives right now, by torch's ruler and by r1's own: before and after, as machines drift.
roofline() {  # before|after
  say "roofline $1"
  if [[ ! -v alone ]]; then
    measure "$peers/venvs/trl/bin/python" "$here/peers/roofline.py" "$threads"
    record "roofline $1" 0
  fi
  r1_bench rollout --prompts 1 --prompt-tokens 8 --new-tokens 2 --batch 1
  record "r1 peaks $1" 0
}

# Runs the functions named, in this order in odd rounds and backwards in even ones, each with the round's number.
interleave() {  # FUNCTION ...
  local round i count=$#
  for ((round = 1; round <= rounds; round++)); do
    for ((i = 1; i <= count; i++)); do
      if ((round % 2)); then "${!i}" "$round"; else "${@:count + 1 - i:1}" "$round"; fi
    done
  done
}

# ---- TRL --------------------------------------------------------------------------------------------------------

# The settings that could be the fastest: name, flags. Which one is depends on the processor.
trl_settings=("TRL fp32" "TRL bf16" "TRL fp32 with bf16 autocast")
use_trl_setting() {  # the setting $best
  case $best in
    "TRL fp32") trl_flags=(--weights fp32) ;;
    "TRL bf16") trl_flags=(--weights bf16) ;;
    *) trl_flags=(--weights fp32 --autocast) ;;
  esac
}

need_trl() {
  need "$peers/venvs/trl/bin/python" trl
  need "$peers/models/smollm2/fp32/config.json" models
  allocator=$(tcmalloc)
  [[ -n $allocator ]] || die "no libtcmalloc_minimal.so.4" "run scripts/compare/setup.sh: TRL without it is not at its best"
}

run_trl() {  # SCRIPT FLAGS ...: with the setting in use
  local script=$1
  shift
  measure env LD_PRELOAD="$allocator" "$peers/venvs/trl/bin/python" "$here/peers/$script" \
    "$peers/models/smollm2/fp32" --threads "$threads" "${trl_flags[@]}" "$@"
}

# Measures each setting once with FUNCTION (as round 0) and leaves the fastest in use, its name in $best.
choose_trl() {  # FUNCTION FIELD low|high
  for best in "${trl_settings[@]}"; do
    use_trl_setting
    "$1" 0
  done
  best=$(jq -rs --arg field "$2" --arg want "$3" '[.[] | select(.round == 0 and (.name | startswith("TRL ")))]
    | sort_by(.[$field]) | (if $want == "low" then first else last end).name' "$samples")
  use_trl_setting
  say "the peer is $best"
}

# ---- llama.cpp --------------------------------------------------------------------------------------------------

llama_bench=$peers/lcbuild/bin/llama-batched-bench
prompt_tokens=128 new_tokens=128
[[ -z $quick ]] || prompt_tokens=16 new_tokens=4

# WAVES times BATCH completions of distinct prompts. tokens_per_second counts the time for the prompts, as r1 and vLLM do;
# decode_tokens_per_second does not. It neither samples nor computes log-probabilities: a little less work than r1's.
llama() {  # FORMAT on|off BATCH WAVES
  local waves
  waves=$(for ((waves = 0; waves < $4; waves++)); do printf ',%d' "$3"; done)
  measure "$llama_bench" -m "$peers/models/gguf/$1.gguf" -c $(($3 * (prompt_tokens + new_tokens))) -b 2048 -ub 512 \
    -npp "$prompt_tokens" -ntg "$new_tokens" -npl "${waves#,}" -fa "$2" -t "$threads" -tb "$threads" \
    --output-format jsonl
  result=$(jq -c '(.lines // [.]) as $lines | ($lines | map(.pl * .tg) | add) as $tokens
    | def rate($seconds): $tokens / $seconds * 10 | round / 10;
      {tokens_per_second: rate($lines | map(.t) | add), decode_tokens_per_second: rate($lines | map(.t_tg) | add),
       flash_attn: $lines[0].flash_attn, waves: ($lines | length), batch: $lines[0].pl,
       wall_seconds, cpu_seconds, others_share, max_rss_gib}' <<<"$result")
}

# Measures each setting once and leaves the fastest for chosen_llama, its name in $llama_name.
choose_llama() {  # BATCH FORMAT ...
  local batch=$1 format fa
  shift
  for format in "$@"; do
    for fa in off on; do
      llama "$format" "$fa" "$batch" 1
      record "llama.cpp $format, fa $fa, batch $batch" 0
    done
  done
  llama_name=$(jq -rs --arg formats " $* " --argjson batch "$batch" '[.[] | select(.round == 0 and .batch == $batch)
    | select((.name | split(" ")[1] | rtrimstr(",")) as $format | $formats | contains(" \($format) "))]
    | max_by(.tokens_per_second).name' "$samples")
  read -r _ llama_format _ llama_fa _ <<<"${llama_name//,/}"
  say "the peer is $llama_name"
}

chosen_llama() {  # BATCH WAVES
  llama "$llama_format" "$llama_fa" "$1" "$2"
}

# ---- the table --------------------------------------------------------------------------------------------------

table_head='| what | r1: median (min - max) | peer: median (min - max) | peer, its setting | r1 is x times better | by round (min - max) | others used |
| --- | --- | --- | --- | --- | --- | --- |'

# One row. The ratio is above 1 where r1 is better; "by round" pairs the two runs of a round, which drift cannot bend.
row() {  # TITLE UNIT low|high R1_NAME PEER_NAME FIELD
  jq -rs --arg title "$1" --arg unit "$2" --arg want "$3" --arg ours "$4" --arg theirs "$5" --arg field "$6" '
    def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
    def show: if . >= 100 then round else . * 100 | round / 100 end | tostring;
    def spread: "\(median | show) (\(min | show) - \(max | show))";
    def ratio($r1; $peer): if $want == "high" then $r1 / $peer else $peer / $r1 end;
    map(select(.round > 0)) as $all
    | ($all | map(select(.name == $ours))) as $r1 | ($all | map(select(.name == $theirs))) as $peer
    | if ($r1 | length) == 0 or ($peer | length) == 0 or any($r1[], $peer[]; .[$field] == null)
      then "| \($title) | not measured: \($field) is missing | | \($theirs) | | | |"
      else [$r1[] as $a | $peer[] | select(.round == $a.round) | ratio($a[$field]; .[$field])] as $pairs
      | "| \($title), \($unit) | \($r1 | map(.[$field]) | spread) | \($peer | map(.[$field]) | spread) | \($theirs) | "
        + "**\(ratio($r1 | map(.[$field]) | median; $peer | map(.[$field]) | median) | show)** | "
        + "\($pairs | min | show) - \($pairs | max | show) | "
        + "\([$r1[], $peer[] | .others_share // 0] | max * 100 | round) % |" end' "$samples" >>"$table"
}

roofline_line() {
  jq -rs '
    def peaks($when): map(select(.name == "roofline \($when)"))[0] as $torch | map(select(.name == "r1 peaks \($when)"))[0] as $r1
      | (if $torch then "bf16 \($torch.bf16_gflops[1]), fp32 \($torch.fp32_gflops[1]) GFLOP/s and \($torch.read_gbps[1]) GB/s by torch (medians), " else "" end)
        + "\($r1.peak_gflops // "?") GFLOP/s and \($r1.read_gbps // "?") GB/s by r1 (kernels \($r1.kernels // "?"))";
    "Roofline before: \(peaks("before")). After: \(peaks("after"))."' "$samples" >>"$table"
}

busy_line() {  # figures taken while others computed are worth little: say so in the table itself
  jq -rs '[.[] | select(has("others_share") and .wall_seconds > 1 and (.name | endswith(", busy") | not))] as $runs
    | ($runs | map(select(.others_share > 0.1)) | length) as $disturbed
    | if $disturbed > 0 then "Others used more than 10 % of the machine in \($disturbed) of \($runs | length) runs: repeat it on a quiet machine."
      else "In none of the \($runs | length) runs longer than a second did others use more than 10 % of the machine." end' "$samples" >>"$table"
}

print_table() {
  roofline_line
  busy_line
  echo "$table_head"
  grep '^|' "$table"
  grep -v '^|' "$table" || true
}
