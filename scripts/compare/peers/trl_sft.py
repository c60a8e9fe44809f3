"""TRL's SFTTrainer on the CPU: packed rows of TOKENS tokens, BATCH rows an optimizer step. One JSON line; the first step
is a warm-up and is left out.

usage: trl_sft.py MODEL_FOLDER [--weights fp32|bf16] [--autocast] [--checkpointing] [--tokens 1024] [--batch 4] [--steps 2]"""
import argparse
import os
import random
import statistics
import tempfile
import time

from stdout_json import print_json

import datasets
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--weights", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--autocast", action="store_true", help="bf16 autocast, TRL's own default")
    parser.add_argument("--checkpointing", action="store_true")
    for name, value in (("tokens", 1024), ("batch", 4), ("steps", 2), ("threads", os.cpu_count())):
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


class Clock(TrainerCallback):
    def __init__(self):
        self.moments = []

    def on_train_begin(self, *args, **kwargs):
        self.moments.append(time.perf_counter())

    def on_step_end(self, *args, **kwargs):
        self.moments.append(time.perf_counter())


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    datasets.disable_progress_bars()
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    draw = random.Random(0)
    rows = datasets.Dataset.from_list([{"input_ids": [draw.randrange(100, 40000) for _ in range(args.tokens)]}
                                       for _ in range(args.batch * (args.steps + 1))])  # as packing leaves them: full
    model = AutoModelForCausalLM.from_pretrained(
        args.model, dtype=torch.bfloat16 if args.weights == "bf16" else torch.float32, attn_implementation="sdpa")
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder, per_device_train_batch_size=args.batch, max_length=args.tokens, packing=False,
            max_steps=args.steps, learning_rate=1e-5, optim="adamw_torch_fused", bf16=args.autocast,
            gradient_checkpointing=args.checkpointing, use_cpu=True, dataloader_pin_memory=False, report_to="none",
            save_strategy="no", disable_tqdm=True, seed=0)
        SFTTrainer(model=model, args=config, train_dataset=rows, processing_class=tokenizer, callbacks=[clock]).train()
    steps = [end - start for start, end in zip(clock.moments, clock.moments[1:])]
    seconds = statistics.median(steps[1:] or steps)
    print_json(seconds_per_step=round(seconds, 3), tokens_per_second=round(args.batch * args.tokens / seconds, 1),
               steps=len(steps[1:] or steps), warm_up_step_seconds=round(steps[0], 3))


main()
