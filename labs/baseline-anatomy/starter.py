"""Make a minimal inference program observable: add the clocks, the report and the record of the machine.

This file runs and its answers are right: tokenizer, model and greedy generation with a KV cache are given. What is missing
is everything that it should tell about itself. All times are in seconds, from one monotonic clock, time.perf_counter().

The two generators hand over results with ``yield`` at the moment they are ready. The referee stamps each of them, from
outside, when it is handed over, and compares your report with its stamps. You may change everything here but the names
and the order of the events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import GPTConfig, TinyGPT

Cache = list[tuple[Tensor, Tensor]]
Event = tuple[str, Any]


class Tokenizer:
    """Byte-level BPE: ids 0..255 are bytes, id 256 + r is the pair that merge r joins."""

    def __init__(self, merges: list[tuple[int, int]]) -> None:
        self._merges = merges
        self._bytes = [bytes([i]) for i in range(256)]
        for left, right in merges:
            self._bytes.append(self._bytes[left] + self._bytes[right])

    @property
    def size(self) -> int:
        """Number of ids."""
        return len(self._bytes)

    def encode(self, text: str) -> list[int]:
        """Apply every merge, in order, to the bytes of ``text``."""
        ids = list(text.encode("utf-8"))
        for number, pair in enumerate(self._merges, start=256):
            ids = _merged(ids, pair, number)
        return ids

    def decode(self, ids: list[int]) -> str:
        """Join the bytes of ``ids``; what is no UTF-8 becomes U+FFFD."""
        return b"".join(self._bytes[i] for i in ids).decode("utf-8", errors="replace")


class Baseline:
    """Loads a model, answers requests, and keeps the times of the last load and the last request."""

    def load(self, folder: str) -> Iterator[Event]:
        """Load what ``folder`` holds: tokenizer.json, config.json, weights.bin (float32, in TinyGPT's order).

        Yields ("tokenizer", number of ids) and then ("model", number of weights), each when it is ready.
        """
        stored = json.loads(Path(folder, "tokenizer.json").read_text())
        self._tokenizer = Tokenizer([(left, right) for left, right in stored["merges"]])
        yield "tokenizer", self._tokenizer.size
        config = GPTConfig.parse(json.loads(Path(folder, "config.json").read_text()))
        weights = torch.from_numpy(np.fromfile(Path(folder, "weights.bin"), dtype=np.float32))
        self._model = TinyGPT(config, weights)
        yield "model", weights.numel()

    def generate(self, text: str, max_tokens: int) -> Iterator[Event]:
        """Answer one request greedily.

        Yields ("prompt", ids) when the text is tokenized, ("token", id) for each new token when it is known, max_tokens
        of them, and ("text", answer) when they are turned back into text.
        """
        prompt = self._tokenizer.encode(text)
        yield "prompt", prompt
        logits, cache = prefill(self._model, torch.tensor([prompt]))
        tokens = [int(logits.argmax())]
        yield "token", tokens[0]
        while len(tokens) < max_tokens:
            logits, cache = decode_step(self._model, torch.tensor(tokens[-1:]), cache)
            tokens.append(int(logits.argmax()))
            yield "token", tokens[-1]
        yield "text", self._tokenizer.decode(tokens)

    def report(self) -> dict[str, Any]:
        """Return the figures of the last load and the last request. Asked for after each request.

        Seconds: "load_tokenizer" and "load_model" (from the end of the one before, or the start of load, to ready),
        "tokenize" (start to prompt), "prefill" (prompt to first token), "decode" (a list: first token to second,
        second to third, ...; max_tokens - 1 entries), "detokenize" (last token to text), "total" (start to text).
        Counts: "prompt_tokens", "new_tokens". Rate: "tokens_per_s", new tokens over "total".
        """
        times = ("load_tokenizer", "load_model", "tokenize", "prefill", "detokenize", "total", "tokens_per_s")
        return {name: 0.0 for name in times} | {"decode": [], "prompt_tokens": 0, "new_tokens": 0}

    def environment(self) -> dict[str, Any]:
        """Return what the figures belong to. Asked for once a model is loaded.

        "cpu" (the first "model name" of /proc/cpuinfo), "cores" (os.cpu_count()), "ram_bytes" (physical memory),
        "python" and "torch" (versions), "threads" (of torch), "device" ("cpu") and "dtype" ("float32") of the model.
        """
        return {}


def prefill(model: TinyGPT, tokens: Tensor) -> tuple[Tensor, Cache]:
    """Run the prompt (1, T) in one pass: logits of the last position (1, V), and keys and values of every layer."""
    x = model.embed(tokens, torch.arange(tokens.shape[1]))
    cache: Cache = []
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        cache.append((k, v))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[:, 0], cache


def decode_step(model: TinyGPT, token: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
    """Run one new token (1,): its logits (1, V), and the cache one position longer."""
    x = model.embed(token[:, None], torch.tensor([cache[0][0].shape[2]]))
    longer: Cache = []
    for i, (keys, values) in enumerate(cache):
        block = model.block(i)
        q, k, v = block.qkv(x)
        keys, values = torch.cat((keys, k), dim=2), torch.cat((values, v), dim=2)
        longer.append((keys, values))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, keys, values))
        x = x + block.mlp(x)
    return model.logits(x)[:, 0], longer


def _merged(ids: list[int], pair: tuple[int, int], number: int) -> list[int]:
    """Replace each ``pair``, from left to right, by ``number``."""
    left, right = pair
    out, at = [], 0
    while at < len(ids):
        if ids[at] == left and at + 1 < len(ids) and ids[at + 1] == right:
            out.append(number)
            at += 2
        else:
            out.append(ids[at])
            at += 1
    return out
