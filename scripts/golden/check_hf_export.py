#!/usr/bin/env python3
"""Loads a model folder that r1 saved with transformers and compares it with a golden file.

usage: check_hf_export.py FOLDER GOLDEN.json [--tolerance 2e-3]

GOLDEN is tests/golden/smollm2/prompts.json, or golden.json of a toy model. Prints the largest difference of a
next-token logprob and of a logit; exit code 1 when the logprobs differ by more than the tolerance
(fp32 folders: about 1e-4; bf16 rounds the weights themselves: allow 0.5).
"""
import argparse
import json
import sys

import torch

from transformers_golden import forward_logits, load, next_logprobs


def logit_difference(item, logits):
    if "last_logits" in item:
        return float((logits[-1] - torch.tensor(item["last_logits"])).abs().max())
    return max(float((logits[r["position"]][r["top_ids"]] - torch.tensor(r["top_logits"])).abs().max()) for r in item["logits"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("golden")
    parser.add_argument("--tolerance", type=float, default=2e-3)
    arguments = parser.parse_args()
    with open(arguments.golden) as file:
        golden = json.load(file)
    model = load(arguments.folder)
    worst_logprob = worst_logit = 0.0
    for item in golden.get("prompts", golden.get("sequences")):
        logits = forward_logits(model, item["token_ids"])
        found = torch.tensor(next_logprobs(logits, item["token_ids"]))
        worst_logprob = max(worst_logprob, float((found - torch.tensor(item["logprobs"])).abs().max()))
        worst_logit = max(worst_logit, logit_difference(item, logits))
    print(f"{arguments.folder}: largest difference {worst_logprob:.3g} in logprobs, {worst_logit:.3g} in logits")
    return 0 if worst_logprob <= arguments.tolerance else 1


if __name__ == "__main__":
    sys.exit(main())
