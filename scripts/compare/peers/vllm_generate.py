"""vLLM on the CPU as a peer that waits: its start takes minutes, so one process serves all rounds. Prints one JSON line
when ready; then for each line "PROMPTS BATCH PROMPT_TOKENS NEW_TOKENS" on standard input generates that many completions
of distinct random prompts, BATCH at a time, and prints one JSON line. Ends with its input.

usage: vllm_generate.py MODEL_FOLDER DTYPE    with VLLM_CPU_KVCACHE_SPACE, VLLM_CPU_OMP_THREADS_BIND and LD_PRELOAD set"""
import random
import sys
import time

STARTED = time.time()
from stdout_json import print_json  # noqa: E402


def generate(llm, sampling, draw, prompts, batch, prompt_tokens):
    """Seconds for all prompts. All completions are equally long, so waves of BATCH lose nothing."""
    todo = [{"prompt_token_ids": [draw.randrange(100, 40000) for _ in range(prompt_tokens)]} for _ in range(prompts)]
    start, tokens = time.perf_counter(), 0
    for first in range(0, prompts, batch):
        outputs = llm.generate(todo[first:first + batch], sampling, use_tqdm=False)
        tokens += sum(len(completion.token_ids) for output in outputs for completion in output.outputs)
    return time.perf_counter() - start, tokens


def main():
    from vllm import LLM, SamplingParams

    model, dtype = sys.argv[1:]
    llm = LLM(model, dtype=dtype, max_num_seqs=64, max_model_len=1024, max_num_batched_tokens=8192,
              enable_prefix_caching=False, disable_log_stats=True, seed=0)
    draw = random.Random(0)
    generate(llm, SamplingParams(temperature=1.0, max_tokens=8, ignore_eos=True), draw, 8, 8, 128)
    print_json(ready_seconds=round(time.time() - STARTED, 1))
    for line in sys.stdin:
        prompts, batch, prompt_tokens, new_tokens = map(int, line.split())
        sampling = SamplingParams(temperature=1.0, max_tokens=new_tokens, ignore_eos=True)
        seconds, tokens = generate(llm, sampling, draw, prompts, batch, prompt_tokens)
        if tokens != prompts * new_tokens:
            raise SystemExit(f"{tokens} tokens came back, not {prompts * new_tokens}: not the same work")
        print_json(tokens_per_second=round(tokens / seconds, 1), seconds=round(seconds, 3))


if __name__ == "__main__":  # the engine's process imports this file again
    main()
