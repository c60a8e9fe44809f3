"""GGUF -> Hugging Face folders OUT/fp32 and OUT/bf16 with the same (dequantised) weights.

usage: make_models.py MODEL.gguf OUT"""
import json
import os
import shutil
import sys

import torch
from safetensors.torch import save_file

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "golden"))
from gguf_to_hf import convert  # noqa: E402


def main():
    gguf, out = sys.argv[1:]
    fp32, bf16 = os.path.join(out, "fp32"), os.path.join(out, "bf16")
    os.makedirs(fp32, exist_ok=True)
    weights = convert(gguf, fp32)
    shutil.rmtree(bf16, ignore_errors=True)
    shutil.copytree(fp32, bf16, ignore=shutil.ignore_patterns("*.safetensors"))
    save_file({name: w.to(torch.bfloat16) for name, w in weights.items()}, f"{bf16}/model.safetensors",
              metadata={"format": "pt"})
    with open(f"{fp32}/config.json") as config:
        fields = json.load(config)
    fields["torch_dtype"] = "bfloat16"
    with open(f"{bf16}/config.json", "w") as config:
        json.dump(fields, config, indent=1)


main()
