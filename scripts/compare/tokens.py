"""Where two runs' completions part: scripts/compare/tokens.py RUN RUN

For each step the number of completions whose tokens are equal and the largest difference of their log-probabilities; then
the first token that differs, with what both runs gave it. Standard library only; reads the ledgers (run.db).
"""

import os
import sqlite3
import struct
import sys


def completions(run):
    """{step: {(group, sample): (tokens, logprobs)}}"""
    if not os.path.isfile(f"{run}/run.db"):
        sys.exit(f"{run}: no run.db in it; name a run's folder")
    ledger = sqlite3.connect(f"file:{run}/run.db?mode=ro", uri=True)
    found = {}
    for step, group, sample, tokens, logprobs in ledger.execute(
        "SELECT step, group_index, sample, token_ids, rollout_logprobs FROM completions ORDER BY 1, 2, 3"
    ):
        count = len(tokens) // 4
        values = (struct.unpack(f"<{count}i", tokens), struct.unpack(f"<{count}f", logprobs))
        found.setdefault(step, {})[group, sample] = values
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit("scripts/compare/tokens.py RUN RUN: name two run folders")
    first, second = completions(sys.argv[1]), completions(sys.argv[2])
    parted = None
    for step in sorted(first.keys() & second.keys()):
        equal, worst = 0, 0.0
        for at, (tokens, logprobs) in first[step].items():
            others, other_logprobs = second[step][at]
            if tokens == others:
                equal += 1
                worst = max([worst, *(abs(a - b) for a, b in zip(logprobs, other_logprobs))])
            elif parted is None:
                place = next(
                    (i for i, pair in enumerate(zip(tokens, others)) if pair[0] != pair[1]), min(len(tokens), len(others))
                )
                parted = (
                    f"first difference: step {step}, group {at[0]}, sample {at[1]}, token {place}: "
                    f"{tokens[place]} with logprob {logprobs[place]:.6f} against "
                    f"{others[place]} with logprob {other_logprobs[place]:.6f}; before it, logprobs differ by at most "
                    f"{max([0.0, *(abs(a - b) for a, b in zip(logprobs[:place], other_logprobs[:place]))]):.2g}"
                )
        print(f"step {step}: {equal} of {len(first[step])} completions equal, their logprobs within {worst:.2g}")
    print(parted or "no token differs")


main()
