#!/usr/bin/env python3
"""Writes tests/golden/tokenizers.json: hashes of what Hugging Face tokenizers gives for about 3 MB of text.

usage: tokenizer_golden.py SHARED_DIR MODEL.gguf OUT_DIR
       SHARED_DIR holds data/ and tokenizers/; the texts are FILES and a synthetic one, made by a rule that
       tests/datasets/tokenizer_test.cpp repeats. Each text is cut into blocks of whole lines of at least 64 KiB.
       A block's entry is [bytes, tokens, FNV-1a 64 of the ids as little-endian int32, the same of the decoded bytes].
needs: scripts/golden/requirements.txt
"""
import json
import os
import struct
import sys

from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

FILES = ["gsm8k/test.jsonl", "math500/test.jsonl", "mbpp/mbpp.jsonl", "humaneval/humaneval-python.jsonl",
         "humaneval/humaneval-cpp.jsonl", "humaneval/humaneval-js.jsonl", "humaneval/humaneval-sh.jsonl"]
BLOCK_BYTES = 65536
SYNTHETIC_BYTES = 400_000
# Code point ranges [first, end): ASCII, controls, Latin, combining marks, Greek and Cyrillic, Arabic, Devanagari, Thai,
# Hangul letters, spaces and joiners, kana, Han, Hangul syllables, emoji, ligatures, mathematical letters, new letters.
RANGES = [(32, 127), (32, 127), (9, 14), (0, 32), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x600, 0x700),
          (0x900, 0x980), (0xE00, 0xE80), (0x1100, 0x1200), (0x2000, 0x2070), (0x3000, 0x3100), (0x4E00, 0xA000),
          (0xAC00, 0xD7A4), (0x1F300, 0x1F700), (0xFB00, 0xFB50), (0x1D400, 0x1D800), (0x11F00, 0x11F60), (0x180A, 0x1810)]
SNIPPETS = [" the", "'s", "'LL", "\n\n", "\r\n", "    ", "\t\t", "1234567", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>",
            "<think>", "</tool_call>", "<\uff5cUser\uff5c>", "<|im_st", "e\u0301", "\u1100\u1161", " \n x", "'\u017f", "====", "--------"]


def splitmix64(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        yield z ^ z >> 31


def synthetic_text():
    random = splitmix64(1)
    draw = lambda n: next(random) % n
    text = bytearray()
    while len(text) < SYNTHETIC_BYTES:
        first, end = RANGES[draw(len(RANGES))]
        for _ in range(1 + draw(8)):
            text += chr(first + draw(end - first)).encode()
        if draw(4) == 0:
            text += SNIPPETS[draw(len(SNIPPETS))].encode()
    return bytes(text)


def blocks(text):
    start = 0
    while start < len(text):
        end = text.find(b"\n", min(start + BLOCK_BYTES, len(text)) - 1) + 1 or len(text)
        yield text[start:end]
        start = end


def fnv1a(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return f"{h:016x}"


def smollm2(gguf):
    field = lambda key, reader=GGUFReader(gguf): reader.fields[key].contents()
    tokens, types = field("tokenizer.ggml.tokens"), field("tokenizer.ggml.token_type")
    merges = [tuple(merge.split(" ")) for merge in field("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                       pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t, kind in zip(tokens, types) if kind == 3])
    return tokenizer


def golden(tokenizer, texts):
    out = {}
    for name, text in texts.items():
        rows = []
        for block in blocks(text):
            ids = tokenizer.encode(block.decode(), add_special_tokens=False).ids
            decoded = tokenizer.decode(ids, skip_special_tokens=False).encode()
            rows.append([len(block), len(ids), fnv1a(struct.pack(f"<{len(ids)}i", *ids)), fnv1a(decoded)])
        out[name] = rows
    return out


def main():
    shared, gguf, out = sys.argv[1:]
    texts = {name: open(f"{shared}/data/{name}", "rb").read() for name in FILES}
    texts["synthetic"] = synthetic_text()
    tokenizers = {"smollm2": smollm2(gguf)}
    for name in ("qwen2_5", "llama3_1", "qwen3", "deepseek_v3"):
        tokenizers[name] = Tokenizer.from_file(f"{shared}/tokenizers/{name}/tokenizer.json")
    lines = []
    for name, tokenizer in tokenizers.items():
        files = ",\n".join(f'  {json.dumps(file)}: [\n' + ",\n".join("   " + json.dumps(row) for row in rows) + "]"
                           for file, rows in golden(tokenizer, texts).items())
        lines.append(f' "{name}": {{\n{files}}}')
    open(os.path.join(out, "tokenizers.json"), "w").write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
