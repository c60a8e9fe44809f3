"""What torch reaches on this machine now: matrix products (2,048 cubed) and reading memory (1 GiB). One JSON line with
best, median and worst. usage: roofline.py [THREADS]"""
import json
import os
import sys
import time

import torch

SIZE = 2048


def seconds(work, times):
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    taken.sort()
    return taken[0], taken[len(taken) // 2], taken[-1]


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count())
    found = dict(torch=torch.__version__, threads=torch.get_num_threads())
    for name, dtype in (("bf16", torch.bfloat16), ("fp32", torch.float32)):
        a, b = torch.randn(SIZE, SIZE).to(dtype), torch.randn(SIZE, SIZE).to(dtype)
        found[f"{name}_gflops"] = [round(2e-9 * SIZE**3 / t, 1) for t in seconds(lambda: a @ b.t(), 9)]
    x = torch.ones(1 << 28)
    found["read_gbps"] = [round(4e-9 * x.numel() / t, 1) for t in seconds(x.sum, 7)]
    print(json.dumps(found))


main()
