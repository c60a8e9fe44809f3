"""TRL's GRPOTrainer on the CPU: steps of PROMPTS x SAMPLES completions of exactly NEW_TOKENS tokens (the end token is
banned), one update a step, no reference model, a reward that costs nothing. One JSON line; the first step is a warm-up
and is reported apart.

usage: trl_grpo.py MODEL_FOLDER [--weights fp32|bf16] [--autocast] [--checkpointing] [--micro-batch N] [--steps 2] ..."""
import time

STARTED = time.time()
import argparse  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import statistics  # noqa: E402
import tempfile  # noqa: E402

from stdout_json import print_json  # noqa: E402

import datasets  # noqa: E402
import torch  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback  # noqa: E402
from trl import GRPOConfig, GRPOTrainer  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--weights", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--autocast", action="store_true", help="bf16 autocast, TRL's own default")
    parser.add_argument("--checkpointing", action="store_true")
    parser.add_argument("--micro-batch", type=int, default=0, help="0: the whole step")
    for name, value in (("prompts", 4), ("samples", 8), ("prompt-tokens", 100), ("new-tokens", 128), ("steps", 2),
                        ("threads", os.cpu_count())):
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def make_prompts(tokenizer, count, num_tokens):
    """Texts of exactly num_tokens tokens: words that are one token each, with the space before them."""
    words = [t for t in (tokenizer.decode([i]) for i in range(1000, 6000)) if t[:1] == " " and t[1:].isalpha() and t.isascii()]
    draw = random.Random(0)
    prompts = []
    while len(prompts) < count:
        text = "".join(draw.choices(words, k=num_tokens))
        if len(tokenizer(text)["input_ids"]) == num_tokens:
            prompts.append({"prompt": text})
    return datasets.Dataset.from_list(prompts)


class Clock(TrainerCallback):
    """Splits each step into generation, the rest before the update, and the update, from outside the trainer."""

    def __init__(self):
        self.steps, self.now, self.last = [], {}, 0.0

    def watch(self, trainer, method, field):
        inner = getattr(trainer, method)

        def timed(*args, **kwargs):
            start = time.perf_counter()
            result = inner(*args, **kwargs)
            self.now[field] = self.now.get(field, 0.0) + time.perf_counter() - start
            return result

        setattr(trainer, method, timed)

    def on_train_begin(self, *args, **kwargs):
        self.last = time.perf_counter()

    def on_step_end(self, *args, **kwargs):
        end = time.perf_counter()
        step = dict(self.now, seconds=end - self.last, ended=time.time())
        step["update"] = step["seconds"] - step["before_update"]
        self.steps.append(step)
        self.now, self.last = {}, end


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    datasets.disable_progress_bars()
    tokenizer = AutoTokenizer.from_pretrained(args.model, padding_side="left")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(
        args.model, dtype=torch.bfloat16 if args.weights == "bf16" else torch.float32, attn_implementation="sdpa")
    batch = args.prompts * args.samples
    micro_batch = args.micro_batch or batch
    lengths = []

    def reward(completions, completion_ids, **_):
        lengths.extend(len(ids) for ids in completion_ids)
        return [float(i % 3) for i in range(len(completions))]

    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        config = GRPOConfig(
            output_dir=folder, per_device_train_batch_size=micro_batch, gradient_accumulation_steps=batch // micro_batch,
            steps_per_generation=batch // micro_batch, num_generations=args.samples,
            max_completion_length=args.new_tokens, generation_kwargs={"min_new_tokens": args.new_tokens},
            temperature=1.0, beta=0.0, num_iterations=1, max_steps=args.steps, learning_rate=1e-6,
            lr_scheduler_type="constant", optim="adamw_torch_fused", bf16=args.autocast,
            gradient_checkpointing=args.checkpointing, use_cpu=True, dataloader_pin_memory=False, report_to="none",
            save_strategy="no", disable_tqdm=True, seed=0)
        prompts = make_prompts(tokenizer, args.prompts * (args.steps + 2), args.prompt_tokens)
        trainer = GRPOTrainer(model=model, reward_funcs=reward, args=config, train_dataset=prompts,
                              processing_class=tokenizer, callbacks=[clock])
        clock.watch(trainer, "_generate_single_turn", "rollout")
        clock.watch(trainer, "_generate_and_score_completions", "before_update")
        trainer.train()
    if set(lengths) != {args.new_tokens}:
        raise SystemExit(f"completions of {sorted(set(lengths))} tokens, not of {args.new_tokens}: not the same work")
    measured = clock.steps[1:] or clock.steps

    def median(field):
        return round(statistics.median(step[field] for step in measured), 3)

    print_json(seconds_per_step=median("seconds"), rollout_seconds=median("rollout"), update_seconds=median("update"),
               steps=len(measured), warm_up_step_seconds=round(clock.steps[0]["seconds"], 3),
               first_step_seconds=round(clock.steps[0]["ended"] - float(os.environ.get("COMPARE_START", STARTED)), 3))


main()
