#!/usr/bin/env bash
# r1's math verifier beside math-verify (PyPI) on the same pairs: what is right, what is wrong, and how fast. Development only.
#   scripts/math_differential.sh VENV [PAIRS]     VENV: a folder for the other verifier's Python, made when it is missing;
#                                                 PAIRS: generated pairs, default 20,000, beside the golds of the benchmarks
# Writes docs/results/math_differential.md. Takes minutes; one thread each, one after the other.
#   R1_PROGRAM=build/release/r1   the program that is measured      R1_DATA_DIR=../shared   where data/ lies
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=${1:?name a folder for the Python environment of math-verify}
pairs=${2:-20000}
r1=${R1_PROGRAM:-build/release/r1}
[[ -x $r1 ]] || {
  echo "$r1 is missing; build it, or name it in R1_PROGRAM" >&2
  exit 1
}
if [[ ! -x $venv/bin/python ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'math-verify[antlr4-13-2]==0.9.0'
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$venv/bin/python" scripts/math_differential.py generate "$work/pairs.jsonl" --pairs "$pairs" --data "${R1_DATA_DIR:-../shared}/data"
begin=$(date +%s.%N)
R1_THREADS=1 "$r1" verify math "$work/pairs.jsonl" >"$work/results.jsonl"
seconds=$(awk -v a="$begin" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
"$venv/bin/python" scripts/math_differential.py compare "$work/pairs.jsonl" "$work/results.jsonl" "$seconds" >"$work/report.md"
cp "$work/report.md" docs/results/math_differential.md
sed -n '1,25p' docs/results/math_differential.md
